//! Groups of systems.

use diesel::prelude::*;

use super::backend::{OneAtATime, alone};
use super::connection::Db;
use super::error::Result;
use super::schema::system_groups;
use super::systems::{Systems, within};
use crate::clock::Stamp;
use crate::domain::names::are_same;
use crate::ids::GroupId;

/// A group by its name.
pub fn by_name(db: &mut Db, name: &str) -> Result<Option<GroupId>> {
    Ok(system_groups::table.filter(system_groups::name.eq(name)).select(system_groups::id).first(db).optional()?)
}

/// Returns whether a group has this name or one that looks equal. Until the transaction ends, no other transaction
/// can check a name.
pub fn is_name_taken(db: &mut Db, name: &str) -> Result<bool> {
    alone(db, OneAtATime::Names)?;
    let names: Vec<String> = system_groups::table.select(system_groups::name).load(db)?;
    Ok(names.iter().any(|known| are_same(known, name)))
}

/// The groups in reach, by name.
pub fn in_reach(db: &mut Db, by: &impl Systems) -> Result<Vec<(GroupId, String)>> {
    let query = system_groups::table.order(system_groups::name).into_boxed();
    Ok(within(by, query, system_groups::id).select((system_groups::id, system_groups::name)).load(db)?)
}

/// A new group.
///
/// # Errors
/// [`super::StoreError::Duplicate`] when the name is taken.
pub fn create(db: &mut Db, name: &str, now: Stamp) -> Result<GroupId> {
    Ok(diesel::insert_into(system_groups::table)
        .values((system_groups::name.eq(name), system_groups::created_at.eq(now)))
        .returning(system_groups::id)
        .get_result(db)?)
}
