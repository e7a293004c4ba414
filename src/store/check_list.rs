//! The connection checks of all systems in reach that have ended, newest first: filtered and paged by key, never counted.
//! As for runs, they are in the order in which they were requested, and a search examines a limited number.

use diesel::prelude::*;

use super::any_case;
use super::checks::Check;
use super::connection::{Db, DbBackend};
use super::error::Result;
use super::runs::rounded;
use super::schema::{checks, system_groups, systems};
use super::systems::within;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::paging::{Page, PageRequest, Start};
use crate::domain::run::RunState;
use crate::ids::{CheckId, CheckNo, GroupId, SystemKey};

/// Maximum number of checks examined for one page, of all systems.
const WINDOW: i64 = 15_000;

/// Which checks.
#[derive(Debug, Clone, Default)]
pub struct CheckListFilter {
    /// Part of the name of the system, in any case.
    pub system: Option<String>,
    pub group: Option<GroupId>,
    pub ok: Option<bool>,
    /// Requested at or after.
    pub from: Option<Stamp>,
}

/// A place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckListCursor {
    Check(SystemKey, CheckNo),
    /// After the checks that were requested at or after this time: where a search continues.
    Time(Stamp),
}

/// A check with the system that it belongs to.
#[derive(Debug, Clone)]
pub struct CheckListRow {
    pub check: Check,
    pub key: SystemKey,
    pub name: String,
    pub group: String,
}

/// A page of checks.
#[derive(Debug, Clone)]
pub struct CheckListRows {
    pub page: Page<CheckListRow, CheckListCursor>,
}

impl CheckListRows {
    /// Nothing was found.
    #[must_use]
    pub const fn none() -> Self {
        Self { page: Page::whole(Vec::new()) }
    }
}

/// A place in the order of checks.
type Edge = (Stamp, CheckId);

/// A page of checks; of live systems only, as their other pages are.
pub fn check_list(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    filter: &CheckListFilter,
    request: &PageRequest<CheckListCursor>,
) -> Result<CheckListRows> {
    let joined = checks::table
        .inner_join(systems::table.on(systems::id.eq(checks::system_id)))
        .inner_join(system_groups::table.on(system_groups::id.eq(systems::group_id)))
        .filter(checks::state.eq(RunState::Ended))
        .filter(systems::deleted_at.is_null());
    let mut query = within(grant, joined.into_boxed::<DbBackend>(), systems::group_id);
    if let Some(part) = &filter.system {
        query = query.filter(any_case::contains(db, "systems.name", part));
    }
    if let Some(group) = filter.group {
        query = query.filter(systems::group_id.eq(group));
    }
    if let Some(ok) = filter.ok {
        query = query.filter(checks::ok.eq(ok));
    }
    if let Some(from) = filter.from {
        query = query.filter(checks::queued_at.ge(from));
    }
    let edge = edge_of(db, grant, &request.start)?;
    if let Some((time, id)) = edge {
        query = if request.is_backwards() {
            query.filter(checks::queued_at.ge(time)).filter(checks::queued_at.gt(time).or(checks::id.gt(id)))
        } else {
            query.filter(checks::queued_at.le(time)).filter(checks::queued_at.lt(time).or(checks::id.lt(id)))
        };
    }
    let is_search = filter.system.is_some() || filter.group.is_some() || filter.ok.is_some();
    let bounded = !request.is_backwards() && (is_search || !grant.scope().is_all());
    let bottom = if bounded { bottom_of(db, edge)? } else { None };
    if let Some(time) = bottom {
        query = query.filter(checks::queued_at.ge(time));
    }
    query = if request.is_backwards() {
        query.order((checks::queued_at.asc(), checks::id.asc()))
    } else {
        query.order((checks::queued_at.desc(), checks::id.desc()))
    };
    let columns = (Check::as_select(), systems::key, systems::name, system_groups::name);
    let rows: Vec<(Check, SystemKey, String, String)> = query.limit(request.to_read()).select(columns).load(db)?;
    let page = request.page(rows, |row| CheckListCursor::Check(row.1.clone(), row.0.no));
    let end = bottom.filter(|bottom| filter.from.is_none_or(|from| from < *bottom)).map(CheckListCursor::Time);
    let to_row = |(check, key, name, group)| CheckListRow { check, key, name, group };
    Ok(CheckListRows { page: page.searched_to(end, request).map(|rows| rows.into_iter().map(to_row).collect()) })
}

/// What all checks of a page lie beyond; none for a page that begins at an end.
fn edge_of(db: &mut Db, grant: &Grant<verbs::SeeSystem>, start: &Start<CheckListCursor>) -> Result<Option<Edge>> {
    // Beyond a check that is out of reach, or is not kept any more, there is nothing.
    let (cursor, nothing) = match start {
        Start::First | Start::Last => return Ok(None),
        Start::After(cursor) => (cursor, (Stamp(i64::MIN), CheckId(0))),
        Start::Before(cursor) => (cursor, (Stamp(i64::MAX), CheckId(i64::MAX))),
    };
    let (key, no) = match cursor {
        CheckListCursor::Time(time) => return Ok(Some((*time, CheckId(0)))),
        CheckListCursor::Check(key, no) => (key, no),
    };
    let query = checks::table
        .inner_join(systems::table.on(systems::id.eq(checks::system_id)))
        .filter(systems::key.eq(key))
        .filter(checks::no.eq(no))
        .select((checks::queued_at, checks::id))
        .into_boxed::<DbBackend>();
    Ok(Some(within(grant, query, systems::group_id).first(db).optional()?.unwrap_or(nothing)))
}

/// The moment with which a look at some [`WINDOW`] checks below an edge ends; none when it comes to the oldest.
fn bottom_of(db: &mut Db, edge: Option<Edge>) -> Result<Option<Stamp>> {
    let (time, id) = edge.unwrap_or((Stamp(i64::MAX), CheckId(i64::MAX)));
    let newest: Option<(CheckId, Stamp)> = checks::table
        .filter(checks::queued_at.le(time))
        .filter(checks::queued_at.lt(time).or(checks::id.lt(id)))
        .order((checks::queued_at.desc(), checks::id.desc()))
        .select((checks::id, checks::queued_at))
        .first(db)
        .optional()?;
    let Some((newest, newest_at)) = newest else { return Ok(None) };
    let below = checks::table.filter(checks::id.le(CheckId(newest.0.saturating_sub(WINDOW)))).order(checks::id.desc());
    let below: Option<Stamp> = below.select(checks::queued_at).first(db).optional()?;
    Ok(below.map(|time| rounded(time.min(newest_at), newest_at)))
}
