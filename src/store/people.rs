//! People: accounts, what is assigned to them, and the actor that a request acts as.

use diesel::prelude::*;

use super::backend::{OneAtATime, alone};
use super::connection::Db;
use super::error::{Result, StoreError};
use super::schema::{assignments, collection_templates, collections, lower, people, system_groups};
use super::sessions;
use crate::access::{Actor, Assignment, Principal, Reach, Template};
use crate::clock::Stamp;
use crate::domain::names::are_same;
use crate::domain::theme::Theme;
use crate::ids::{CollectionId, GroupId, PersonId};

/// What signing in needs to know.
#[derive(Debug, Clone, Queryable)]
pub struct Account {
    pub id: PersonId,
    pub name: String,
    pub password_hash: Option<String>,
    pub time_zone: Option<String>,
}

/// An enabled account by its exact name.
pub fn account(db: &mut Db, name: &str) -> Result<Option<Account>> {
    Ok(people::table
        .filter(people::name.eq(name))
        .filter(people::disabled_at.is_null())
        .select((people::id, people::name, people::password_hash, people::time_zone))
        .first(db)
        .optional()?)
}

/// Somebody with an enabled account, as they are at this moment.
#[derive(Debug, Clone)]
pub struct Person {
    /// With what is assigned to them now.
    pub actor: Actor,
    pub time_zone: Option<String>,
    /// None: as the device.
    pub theme: Option<Theme>,
    /// Collection and group (none: everywhere), in the order of their assignment.
    pub roles: Vec<(String, Option<String>)>,
}

/// One template of one assignment, if there is any.
type AssignmentRow = (i64, String, Option<GroupId>, Option<String>, Option<Template>);

/// Somebody with their rights, read at once because every request asks; `None` for a disabled account.
pub fn person(db: &mut Db, id: PersonId) -> Result<Option<Person>> {
    type PersonRow = (String, Option<String>, Option<Theme>, Option<AssignmentRow>);
    let held = (
        assignments::id,
        collections::name,
        assignments::group_id,
        system_groups::name.nullable(),
        collection_templates::template.nullable(),
    );
    let rows: Vec<PersonRow> = people::table
        .left_join(
            assignments::table
                .inner_join(collections::table.on(collections::id.eq(assignments::collection_id)))
                .left_join(
                    collection_templates::table.on(collection_templates::collection_id.eq(assignments::collection_id)),
                )
                .left_join(system_groups::table.on(system_groups::id.nullable().eq(assignments::group_id)))
                .on(assignments::person_id.eq(people::id)),
        )
        .filter(people::id.eq(id))
        .filter(people::disabled_at.is_null())
        .order(assignments::id)
        .select((people::name, people::time_zone, people::theme, held.nullable()))
        .load(db)?;
    let Some((name, time_zone, theme, _)) = rows.first() else { return Ok(None) };
    let (name, time_zone, theme) = (name.clone(), time_zone.clone(), *theme);
    let (mut assigned, mut roles, mut last) = (Vec::new(), Vec::new(), None);
    for (assignment, collection, group, group_name, template) in rows.into_iter().filter_map(|row| row.3) {
        if last.replace(assignment) != Some(assignment) {
            roles.push((collection, group_name));
        }
        let reach = group.map_or(Reach::All, Reach::Group);
        assigned.extend(template.map(|template| Assignment { template, reach }));
    }
    Ok(Some(Person { actor: Actor::new(id, name, assigned), time_zone, theme, roles }))
}

/// What somebody has, for their account page: collection and group (none: everywhere).
pub fn roles(db: &mut Db, id: PersonId) -> Result<Vec<(String, Option<String>)>> {
    Ok(assignments::table
        .inner_join(collections::table.on(collections::id.eq(assignments::collection_id)))
        .left_join(system_groups::table.on(system_groups::id.nullable().eq(assignments::group_id)))
        .filter(assignments::person_id.eq(id))
        .order(assignments::id)
        .select((collections::name, system_groups::name.nullable()))
        .load(db)?)
}

/// Collection, group (none: everywhere) and templates.
pub type Role = (String, Option<String>, Vec<Template>);

/// The same with the templates of each collection.
pub fn roles_with_templates(db: &mut Db, id: PersonId) -> Result<Vec<Role>> {
    let mut rows = Vec::new();
    for (name, group) in roles(db, id)? {
        let held = match collection(db, &name)? {
            Some(collection) => templates(db, collection)?,
            None => Vec::new(),
        };
        rows.push((name, group, held));
    }
    Ok(rows)
}

/// A new account.
///
/// # Errors
/// [`StoreError::Duplicate`] when the name is taken.
pub fn create(db: &mut Db, name: &str, hash: &str, time_zone: Option<&str>, now: Stamp) -> Result<PersonId> {
    Ok(diesel::insert_into(people::table)
        .values((
            people::name.eq(name),
            people::password_hash.eq(hash),
            people::time_zone.eq(time_zone),
            people::created_at.eq(now),
        ))
        .returning(people::id)
        .get_result(db)?)
}

/// Returns whether anybody, disabled or not, has this name or one that looks equal. Until the transaction ends,
/// no other transaction can check a name.
pub fn is_name_taken(db: &mut Db, name: &str) -> Result<bool> {
    alone(db, OneAtATime::Names)?;
    let names: Vec<String> = people::table.select(people::name).load(db)?;
    Ok(names.iter().any(|known| are_same(known, name)))
}

/// A role collection by its name.
pub fn collection(db: &mut Db, name: &str) -> Result<Option<CollectionId>> {
    Ok(collections::table
        .filter(lower(collections::name).eq(lower(name)))
        .select(collections::id)
        .first(db)
        .optional()?)
}

/// The names of all role collections, sorted.
pub fn collections(db: &mut Db) -> Result<Vec<String>> {
    let mut names: Vec<String> = collections::table.select(collections::name).load(db)?;
    names.sort_unstable();
    Ok(names)
}

/// The templates of a collection.
pub fn templates(db: &mut Db, id: CollectionId) -> Result<Vec<Template>> {
    Ok(collection_templates::table
        .filter(collection_templates::collection_id.eq(id))
        .select(collection_templates::template)
        .load(db)?)
}

/// Assigns a collection everywhere or in one group. A person whose roles change signs in again: all their sessions end with
/// the change (nobody changes their own roles, so that none of these is the session of who does it).
pub fn assign(
    db: &mut Db,
    person: PersonId,
    collection: CollectionId,
    reach: Reach,
    by: &Principal,
    now: Stamp,
) -> Result<()> {
    let group = match reach {
        Reach::All => None,
        Reach::Group(group) => Some(group),
    };
    diesel::insert_into(assignments::table)
        .values((
            assignments::person_id.eq(person),
            assignments::collection_id.eq(collection),
            assignments::group_id.eq(group),
            assignments::created_at.eq(now),
            done_by!(by => assignments::created_by_kind, assignments::created_by_id, assignments::created_by),
        ))
        .execute(db)?;
    sessions::delete_of(db, person)?;
    Ok(())
}

/// Changes a password hash.
pub fn set_password(db: &mut Db, id: PersonId, hash: &str) -> Result<()> {
    match diesel::update(people::table.find(id)).set(people::password_hash.eq(hash)).execute(db)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// Whether a person's password is still the one that was verified. Until the transaction ends, nobody changes it.
pub fn still_has_password(db: &mut Db, id: PersonId, is_verified: impl Fn(&str) -> bool) -> Result<bool> {
    let hash: Option<String> = people::table.find(id).select(people::password_hash).first(db).optional()?.flatten();
    let Some(hash) = hash.filter(|hash| is_verified(hash)) else { return Ok(false) };
    // Writing the same value takes the lock of the row on Postgres, and finds nothing after a change.
    let unchanged = people::table.find(id).filter(people::password_hash.eq(&hash));
    Ok(diesel::update(unchanged).set(people::password_hash.eq(&hash)).execute(db)? == 1)
}

/// Changes the zone in which somebody reads times.
pub fn set_time_zone(db: &mut Db, id: PersonId, zone: Option<&str>) -> Result<()> {
    match diesel::update(people::table.find(id)).set(people::time_zone.eq(zone)).execute(db)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// Changes how pages look for somebody.
pub fn set_theme(db: &mut Db, id: PersonId, theme: Option<Theme>) -> Result<()> {
    match diesel::update(people::table.find(id)).set(people::theme.eq(theme)).execute(db)? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}
