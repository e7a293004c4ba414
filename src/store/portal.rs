//! Small values of the portal as a whole.

use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::{assignments, collection_templates, people, portal};
use crate::access::Template;

/// Hash of the one-time setup token.
pub const SETUP_TOKEN: &str = "setup_token_hash";

/// A value by name.
pub fn get(db: &mut Db, name: &str) -> Result<Option<String>> {
    Ok(portal::table.find(name).select(portal::value).first(db).optional()?)
}

/// Sets a value.
pub fn set(db: &mut Db, name: &str, value: &str) -> Result<()> {
    if diesel::update(portal::table.find(name)).set(portal::value.eq(value)).execute(db)? == 0 {
        diesel::insert_into(portal::table).values((portal::name.eq(name), portal::value.eq(value))).execute(db)?;
    }
    Ok(())
}

/// Removes a value; `false` if it was not there (any more).
pub fn remove(db: &mut Db, name: &str) -> Result<bool> {
    Ok(diesel::delete(portal::table.find(name)).execute(db)? == 1)
}

/// Whether anybody can administer people everywhere. While nobody can, the portal asks to be set up.
pub fn has_administrator(db: &mut Db) -> Result<bool> {
    let administrators = assignments::table
        .inner_join(people::table.on(people::id.eq(assignments::person_id)))
        .inner_join(collection_templates::table.on(collection_templates::collection_id.eq(assignments::collection_id)))
        .filter(assignments::group_id.is_null())
        .filter(people::disabled_at.is_null())
        .filter(collection_templates::template.eq(Template::UserAdmin));
    Ok(diesel::select(diesel::dsl::exists(administrators)).get_result(db)?)
}
