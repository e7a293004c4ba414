//! Views of the list of systems that people have saved: each has their own.

use diesel::prelude::*;

use super::connection::Db;
use super::error::{Result, StoreError};
use super::schema::{people, saved_views};
use crate::clock::Stamp;
use crate::ids::{PersonId, ViewKey};

/// A view.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = saved_views)]
pub struct SavedView {
    pub key: ViewKey,
    pub name: String,
    /// As in the address of the list.
    pub query: String,
    /// Whether the list shows it where its address says nothing.
    pub is_default: bool,
}

/// The views of a person, by name.
pub fn of_person(db: &mut Db, person: PersonId) -> Result<Vec<SavedView>> {
    let views = saved_views::table.filter(saved_views::person_id.eq(person)).order(saved_views::name);
    Ok(views.select(SavedView::as_select()).load(db)?)
}

/// The same, for a change that follows: other changes of them wait until this transaction has ended.
pub fn of_person_to_change(db: &mut Db, person: PersonId) -> Result<Vec<SavedView>> {
    diesel::update(people::table.find(person)).set(people::created_at.eq(people::created_at)).execute(db)?;
    of_person(db, person)
}

/// A new view, which is not the default one.
pub fn create(db: &mut Db, person: PersonId, view: &SavedView, now: Stamp) -> Result<()> {
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::key.eq(&view.key),
            saved_views::person_id.eq(person),
            saved_views::name.eq(&view.name),
            saved_views::query.eq(&view.query),
            saved_views::is_default.eq(false),
            saved_views::created_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// Gives a view another name.
///
/// # Errors
/// [`StoreError::NotFound`] when the person has no such view.
pub fn rename(db: &mut Db, person: PersonId, key: &ViewKey, name: &str) -> Result<()> {
    let view = saved_views::table.filter(saved_views::person_id.eq(person)).filter(saved_views::key.eq(key));
    found(diesel::update(view).set(saved_views::name.eq(name)).execute(db)?)
}

/// Makes a view the default one, or none.
///
/// # Errors
/// As for [`rename`].
pub fn set_default(db: &mut Db, person: PersonId, key: Option<&ViewKey>) -> Result<()> {
    let of_person = saved_views::table.filter(saved_views::person_id.eq(person));
    diesel::update(of_person).set(saved_views::is_default.eq(false)).execute(db)?;
    let Some(key) = key else { return Ok(()) };
    let view = of_person.filter(saved_views::key.eq(key));
    found(diesel::update(view).set(saved_views::is_default.eq(true)).execute(db)?)
}

/// Deletes a view.
///
/// # Errors
/// As for [`rename`].
pub fn delete(db: &mut Db, person: PersonId, key: &ViewKey) -> Result<()> {
    let view = saved_views::table.filter(saved_views::person_id.eq(person)).filter(saved_views::key.eq(key));
    found(diesel::delete(view).execute(db)?)
}

const fn found(rows: usize) -> Result<()> {
    if rows == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}
