//! The list of systems: filtered, sorted and paged by key; never counted.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::order::{Order, RANK, rank};
use super::question::{Family, Level, SystemCursor, SystemFilter};
use super::reach::{InReach, Reached, Systems, groups, systems as reached, within};
use super::record::System;
use crate::domain::paging::{Page, PageRequest, Start};
use crate::domain::status::Overall;
use crate::ids::{GroupId, SystemId};
use crate::store::any_case;
use crate::store::cached::{fixed, is_in};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{system_counts, system_groups, systems};

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub system: InReach<System>,
    /// The name of the system that it is a part of.
    pub parent: Option<String>,
}

/// Maximum number of systems of one level examined for one page under a filter that no index has: few may match.
const WINDOW: i64 = 10_000;

/// Systems that are next to each other in an index.
#[derive(Debug, Clone, Copy)]
struct Part {
    level: Option<Level>,
    group: Option<GroupId>,
}

/// A page of the list.
pub fn list(
    db: &mut Db,
    grant: &impl Systems,
    filter: &SystemFilter,
    request: &PageRequest<SystemCursor>,
) -> Result<Page<Listed, SystemCursor>> {
    let order = Order::of(filter, request.is_backwards());
    let parts = parts(grant, filter);
    let found = |part: &Part| order.sorted(from(order, indexed(grant, filter, *part), &request.start));
    let mut end: Option<System> = None;
    if filter.is_search() {
        for part in &parts {
            let last = found(part).offset(WINDOW - 1).select(System::as_select()).first(db).optional()?;
            // The search goes as far as every part was examined.
            end = end.into_iter().chain(last).min_by(|one, other| order.compare(one, other));
        }
    }
    let end = end.map(|last| order.cursor(&last));
    let mut rows: Vec<System> = Vec::new();
    for part in &parts {
        let mut query = matching(db, found(part), filter);
        if let Some(end) = &end {
            query = query.filter(order.up_to(end));
        }
        rows.extend(query.limit(request.to_read()).select(System::as_select()).load::<System>(db)?);
        if parts.len() > 1 {
            // No index has the order of several parts, so these are the first of the first of each part.
            rows.sort_by(|one, other| order.compare(one, other));
            rows.truncate(usize::try_from(request.to_read()).unwrap_or(usize::MAX));
        }
    }
    let page = request.page(rows, |system| order.cursor(system)).searched_to(end, request);
    let parents = names_of_parents(db, &page.rows)?;
    let listed = |system: System| Listed {
        parent: system.parent_id.and_then(|parent| parents.get(&parent).cloned()),
        system: InReach::new(system),
    };
    Ok(page.map(|rows| rows.into_iter().map(listed).collect()))
}

/// In which parts the systems of a list are read.
fn parts(grant: &impl Systems, filter: &SystemFilter) -> Vec<Part> {
    let levels: &[Option<Level>] = match filter.family {
        Family::Parents => &[Some(Level::Parents)],
        Family::ChildrenOf(_) => &[None],
        Family::All => &[Some(Level::Parents), Some(Level::Children)],
    };
    let groups: Vec<Option<GroupId>> = match groups(grant) {
        several @ [_, _, ..] if filter.group.is_none() && !filter.is_search() => {
            several.iter().copied().map(Some).collect()
        }
        _ => vec![None],
    };
    let parts = groups.iter().flat_map(|group| levels.iter().map(|level| Part { level: *level, group: *group }));
    parts.collect()
}

/// The names of the parents of these systems.
fn names_of_parents(db: &mut Db, rows: &[System]) -> Result<HashMap<SystemId, String>> {
    let mut parents: Vec<SystemId> = rows.iter().filter_map(|system| system.parent_id).collect();
    if parents.is_empty() {
        return Ok(HashMap::new());
    }
    parents.sort_unstable();
    parents.dedup();
    let names = systems::table.filter(is_in(systems::id, parents)).select((systems::id, systems::name)).load(db)?;
    Ok(names.into_iter().collect())
}

/// Systems in reach under the filters that indexes have.
fn indexed<'a>(grant: &impl Systems, filter: &SystemFilter, part: Part) -> Reached<'a> {
    let mut query = reached(grant);
    if let Some(level) = part.level {
        query = query.filter(systems::level.eq(level.number()));
    }
    if let Family::ChildrenOf(key) = &filter.family {
        let parent = diesel::alias!(systems as parent);
        let id = parent.filter(parent.field(systems::key).eq(key.clone())).select(parent.field(systems::id).nullable());
        query = query.filter(systems::parent_id.eq(id.single_value()));
    }
    if let Some(status) = filter.status {
        query = query.filter(fixed::<BigInt>(RANK).eq(rank(status)));
    }
    if let Some(group) = filter.group.or(part.group) {
        query = query.filter(systems::group_id.eq(group));
    }
    query
}

fn from<'a>(order: Order, query: Reached<'a>, start: &Start<SystemCursor>) -> Reached<'a> {
    match start {
        Start::First | Start::Last => query,
        Start::After(place) | Start::Before(place) => query.filter(order.after(place)),
    }
}

/// The filters that no index has.
fn matching<'a>(db: &Db, mut query: Reached<'a>, filter: &SystemFilter) -> Reached<'a> {
    if let Some(kind) = &filter.kind {
        query = query.filter(systems::kind.eq(kind.clone()));
    }
    if let Some(part) = &filter.name {
        query = query.filter(any_case::contains(db, "systems.name", part));
    }
    query
}

/// Groups by name, and how many of their systems have each overall status.
pub type GroupsAndCounts = (Vec<(GroupId, String)>, HashMap<Overall, i64>);

/// Those in reach, from maintained counts.
pub fn groups_and_counts(db: &mut Db, grant: &impl Systems) -> Result<GroupsAndCounts> {
    type GroupRow = (GroupId, String, Option<(Overall, i64)>);
    let query = system_groups::table
        .left_join(system_counts::table.on(system_counts::group_id.eq(system_groups::id)))
        .order((system_groups::name, system_groups::id))
        .into_boxed();
    let count = (system_counts::overall, system_counts::n).nullable();
    let rows: Vec<GroupRow> =
        within(grant, query, system_groups::id).select((system_groups::id, system_groups::name, count)).load(db)?;
    let (mut groups, mut counts) = (Vec::new(), HashMap::new());
    for (id, name, count) in rows {
        if groups.last().is_none_or(|(last, _name)| *last != id) {
            groups.push((id, name));
        }
        if let Some((overall, n)) = count {
            *counts.entry(overall).or_insert(0) += n;
        }
    }
    Ok((groups, counts))
}
