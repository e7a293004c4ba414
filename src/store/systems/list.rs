//! The list of systems: filtered, sorted and paged by key; never counted.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::name_contains::name_contains;
use super::order::{Order, RANK, rank};
use super::question::{Page, SystemCursor, SystemFilter};
use super::reach::{Reached, Systems, systems as reached};
use super::record::System;
use crate::access::Scope;
use crate::domain::status::Overall;
use crate::ids::GroupId;
use crate::store::cached::{fixed, is_in};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{system_counts, system_groups, systems};

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub system: System,
    pub group: String,
    pub place: SystemCursor,
}

/// Some systems.
#[derive(Debug, Clone, Default)]
pub struct ListedSystems {
    pub rows: Vec<Listed>,
    /// The next one in the direction that was read.
    pub beyond: Option<SystemCursor>,
    /// The search has examined [`WINDOW`] systems, up to this place, and continues behind it.
    pub searched_to: Option<SystemCursor>,
}

/// Maximum number of systems examined for one page under a filter that no index has: few may match.
pub const WINDOW: i64 = 10_000;

/// Up to `limit` rows.
pub fn list(
    db: &mut Db,
    grant: &impl Systems,
    filter: &SystemFilter,
    page: &Page,
    limit: i64,
) -> Result<ListedSystems> {
    let order = Order::of(filter, page);
    let found = || order.sorted(from(order, indexed(grant, filter), page));
    let mut rows: Vec<System>;
    let mut end = None;
    if filter.is_search() {
        let last: Option<System> = found().offset(WINDOW - 1).select(System::as_select()).first(db).optional()?;
        end = last.map(|last| order.cursor(&last));
        let mut query = matching(found(), filter);
        if let Some(end) = &end {
            query = query.filter(order.up_to(end));
        }
        rows = query.limit(limit + 1).select(System::as_select()).load(db)?;
    } else {
        rows = match (grant.reach(), filter.group) {
            (Scope::Groups(groups), None) if groups.len() > 1 => first_of(db, groups, order, found, limit + 1)?,
            _ => found().limit(limit + 1).select(System::as_select()).load(db)?,
        };
    }
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    let beyond = if more { rows.pop() } else { None };
    if order.is_backwards() {
        rows.reverse();
    }
    let groups: HashMap<GroupId, String> =
        system_groups::table.select((system_groups::id, system_groups::name)).load(db)?.into_iter().collect();
    let listed = rows.into_iter().map(|system| Listed {
        place: order.cursor(&system),
        group: groups.get(&system.group_id).cloned().unwrap_or_default(),
        system,
    });
    Ok(ListedSystems {
        rows: listed.collect(),
        beyond: beyond.map(|system| order.cursor(&system)),
        searched_to: end.filter(|_| !more),
    })
}

/// The first systems of several groups. No index has their order, so these are the first of the first of each group.
fn first_of<'a>(
    db: &mut Db,
    groups: &[GroupId],
    order: Order,
    found: impl Fn() -> Reached<'a>,
    most: i64,
) -> Result<Vec<System>> {
    let mut first: Vec<System> = Vec::new();
    for group in groups {
        let of_group = found().filter(systems::group_id.eq(*group));
        first.extend(of_group.limit(most).select(System::as_select()).load::<System>(db)?);
        first.sort_by(|one, other| order.compare(one, other));
        first.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    }
    Ok(first)
}

/// Systems in reach under the filters that indexes have.
fn indexed<'a>(grant: &impl Systems, filter: &SystemFilter) -> Reached<'a> {
    let mut query = reached(grant);
    if let Some(status) = filter.status {
        query = query.filter(fixed::<BigInt>(RANK).eq(rank(status)));
    }
    if let Some(group) = filter.group {
        query = query.filter(systems::group_id.eq(group));
    }
    query
}

fn from<'a>(order: Order, query: Reached<'a>, page: &Page) -> Reached<'a> {
    match page {
        Page::First | Page::Last => query,
        Page::After(place) | Page::Before(place) => query.filter(order.after(place)),
    }
}

/// The filters that no index has.
fn matching<'a>(mut query: Reached<'a>, filter: &SystemFilter) -> Reached<'a> {
    if let Some(kind) = &filter.kind {
        query = query.filter(systems::kind.eq(kind.clone()));
    }
    if let Some(part) = &filter.name {
        query = query.filter(name_contains(part));
    }
    query
}

/// How many systems in reach have each overall status, from maintained counts.
pub fn counts(db: &mut Db, grant: &impl Systems) -> Result<HashMap<Overall, i64>> {
    let mut query = system_counts::table.into_boxed();
    if let Scope::Groups(groups) = grant.reach() {
        query = query.filter(is_in(system_counts::group_id, groups.clone()));
    }
    let rows: Vec<(Overall, i64)> = query.select((system_counts::overall, system_counts::n)).load(db)?;
    let mut counts = HashMap::new();
    for (overall, n) in rows {
        *counts.entry(overall).or_insert(0) += n;
    }
    Ok(counts)
}
