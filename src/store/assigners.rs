//! Who can give somebody a role, and which roles have a template: what a page without permission says.

use diesel::prelude::*;

use super::cached::is_in;
use super::connection::{Db, DbBackend};
use super::error::Result;
use super::schema::{assignments, collection_templates, collections, people, system_groups};
use crate::access::{Template, Verb};
use crate::ids::GroupId;

/// The roles that have a template, in the order in which they were made.
pub fn roles_with(db: &mut Db, template: Template) -> Result<Vec<String>> {
    Ok(collections::table
        .inner_join(collection_templates::table.on(collection_templates::collection_id.eq(collections::id)))
        .filter(collection_templates::template.eq(template))
        .order(collections::id)
        .select(collections::name)
        .load(db)?)
}

/// People who can assign roles, everywhere or in one of these groups: the name, and the group in which they can.
/// At most `limit` of them, by name.
pub fn people_who_assign(db: &mut Db, groups: &[GroupId], limit: i64) -> Result<Vec<(String, Option<String>)>> {
    let templates: Vec<Template> =
        Template::ALL.iter().copied().filter(|template| template.gives().contains(&Verb::Assign)).collect();
    let query = people::table
        .inner_join(assignments::table.on(assignments::person_id.eq(people::id)))
        .inner_join(collection_templates::table.on(collection_templates::collection_id.eq(assignments::collection_id)))
        .left_join(system_groups::table.on(system_groups::id.nullable().eq(assignments::group_id)))
        .filter(people::disabled_at.is_null())
        .filter(is_in(collection_templates::template, templates))
        .filter(assignments::group_id.is_null().or(is_in(assignments::group_id.assume_not_null(), groups)))
        .order((people::name, system_groups::name))
        .select((people::name, system_groups::name.nullable()))
        // Somebody can have the right by several roles.
        .limit(limit.saturating_mul(4))
        .into_boxed::<DbBackend>();
    let mut found: Vec<(String, Option<String>)> = query.load(db)?;
    found.dedup();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}
