//! The runs of all systems in reach, newest first: filtered and paged by key, never counted.
//!
//! They are in the order in which they were queued. Those of one moment (a schedule queues many at once) and those of
//! processes whose clocks differ do not have their numbers in that order, so places are times first.

use std::time::Duration;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::progress::Counters;
use super::record::{ListedRun, Run, listed};
use crate::access::{Grant, verbs};
use crate::clock::{Stamp, micros};
use crate::domain::message::Category;
use crate::domain::paging::{Page, PageRequest, Start};
use crate::domain::run::{RunResult, Trigger};
use crate::ids::{GroupId, RunId, RunNo, SystemKey};
use crate::store::any_case;
use crate::store::cached::fixed;
use crate::store::connection::{Db, DbBackend};
use crate::store::error::Result;
use crate::store::messages::find_code;
use crate::store::schema::{run_counts, run_progress, runs, system_groups, systems};
use crate::store::systems::{OfSystem, within};

/// Which runs.
#[derive(Debug, Clone, Default)]
pub struct RunListFilter {
    pub key: Option<SystemKey>,
    /// Part of the name of the system, in any case.
    pub system: Option<String>,
    pub group: Option<GroupId>,
    pub kind: Option<String>,
    pub result: Option<RunResult>,
    /// Runs that have not ended.
    pub open: bool,
    /// Runs that logged this category; with a code, this code in this category.
    pub category: Option<Category>,
    pub code: Option<String>,
    pub trigger: Option<Trigger>,
    /// The person who requested it, by name, in any case.
    pub person: Option<String>,
    /// Queued at or after: the time that the lists show first, and are sorted by.
    pub from: Option<Stamp>,
    /// Queued before.
    pub to: Option<Stamp>,
    /// What ended earlier is not kept any more, although it may still be there.
    pub kept_since: Option<Stamp>,
}

/// A place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunListCursor {
    Run(SystemKey, RunNo),
    /// After the runs that were queued at or after this time: where a search continues.
    Time(Stamp),
}

/// A page of runs.
#[derive(Debug, Clone)]
pub struct RunListRows {
    pub page: Page<RunListRow, RunListCursor>,
    /// No message has ever had the code that is asked for.
    pub is_code_unknown: bool,
}

type StoredRow = (Run, Option<Counters>, SystemOfRun);

/// Maximum number of runs examined for one page, of all systems: few may match.
const WINDOW: i64 = 15_000;

/// A run with the system that it belongs to.
#[derive(Debug, Clone)]
pub struct RunListRow {
    pub listed: ListedRun,
    pub key: SystemKey,
    pub name: String,
    pub kind: String,
    pub group_id: GroupId,
    pub group: String,
    /// Of a deleted system the log alone is left.
    pub deleted: bool,
}

impl RunListRow {
    /// The run, which was found in reach.
    #[must_use]
    pub fn run(&self) -> OfSystem<Run> {
        OfSystem::new(self.listed.run.clone())
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .inner_join(system_groups::table.on(system_groups::id.eq(systems::group_id)))
        .left_join(run_progress::table.on(run_progress::run_id.eq(runs::id)))
}

/// What a row shows of the system of its run.
type SystemOfRun = (SystemKey, String, String, GroupId, String, Option<Stamp>);

/// A page of runs.
pub fn run_list(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    filter: &RunListFilter,
    request: &PageRequest<RunListCursor>,
) -> Result<RunListRows> {
    let mut query = within(grant, joined().into_boxed::<DbBackend>(), systems::group_id);
    if let Some(key) = &filter.key {
        query = query.filter(systems::key.eq(key.clone()));
    }
    if let Some(part) = &filter.system {
        query = query.filter(any_case::contains(db, "systems.name", part));
    }
    if let Some(group) = filter.group {
        query = query.filter(systems::group_id.eq(group));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(systems::kind.eq(kind.clone()));
    }
    if let Some(result) = filter.result {
        query = query.filter(runs::result.eq(result));
    }
    if filter.open {
        // Written out, as the index has it.
        query = query.filter(fixed::<Bool>("runs.state <> 'ended'"));
    }
    if let Some(trigger) = filter.trigger {
        query = query.filter(runs::trigger.eq(trigger));
    }
    if let Some(person) = &filter.person {
        query = query.filter(any_case::is(db, "runs.principal", person));
    }
    if let Some(from) = filter.from {
        query = query.filter(runs::queued_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(runs::queued_at.lt(to));
    }
    if let Some(since) = filter.kept_since {
        query = query.filter(not(runs::ended_at.is_not_null().and(runs::ended_at.lt(since))));
    }
    if let Some(code) = &filter.code {
        let Some(code) = find_code(db, code)? else {
            return Ok(RunListRows { is_code_unknown: true, ..RunListRows::none() });
        };
        let of_run = run_counts::table.filter(run_counts::run_id.eq(runs::id)).filter(run_counts::code.eq(code));
        query = match filter.category {
            Some(category) => query.filter(exists(of_run.filter(run_counts::category.eq(category)))),
            None => query.filter(exists(of_run)),
        };
    } else if let Some(category) = filter.category {
        let of_run = run_counts::table.filter(run_counts::run_id.eq(runs::id));
        query = query.filter(exists(of_run.filter(run_counts::category.eq(category))));
    }
    let backwards = request.is_backwards();
    let edge = edge_of(db, grant, &request.start)?;
    query = match edge {
        None => query,
        Some((time, id)) if backwards => {
            query.filter(runs::queued_at.ge(time)).filter(runs::queued_at.gt(time).or(runs::id.gt(id)))
        }
        Some((time, id)) => query.filter(runs::queued_at.le(time)).filter(runs::queued_at.lt(time).or(runs::id.lt(id))),
    };
    let bounded = !backwards && (filter.is_search() || !grant.scope().is_all());
    let top = edge.into_iter().chain(filter.to.map(|to| (to, RunId(0)))).min();
    let bottom = if bounded { bottom_of(db, top)? } else { None };
    if let Some(time) = bottom {
        query = query.filter(runs::queued_at.ge(time));
    }
    query = if backwards {
        query.order((runs::queued_at.asc(), runs::id.asc()))
    } else {
        query.order((runs::queued_at.desc(), runs::id.desc()))
    };
    let columns = (
        Run::as_select(),
        Option::<Counters>::as_select(),
        (systems::key, systems::name, systems::kind, systems::group_id, system_groups::name, systems::deleted_at),
    );
    let rows: Vec<StoredRow> = query.limit(request.to_read()).select(columns).load(db)?;
    let page = request.page(rows, |row| RunListCursor::Run(row.2.0.clone(), row.0.no));
    let end = bottom.filter(|bottom| filter.from.is_none_or(|from| from < *bottom)).map(RunListCursor::Time);
    let page = page.searched_to(end, request);
    Ok(RunListRows { page: page.try_map(|rows| to_rows(db, rows))?, is_code_unknown: false })
}

/// A run in reach, as the list has it.
pub fn run_list_row(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (key, no): (&SystemKey, RunNo),
) -> Result<Option<RunListRow>> {
    let query = joined().filter(systems::key.eq(key)).filter(runs::no.eq(no)).into_boxed::<DbBackend>();
    let columns = (
        Run::as_select(),
        Option::<Counters>::as_select(),
        (systems::key, systems::name, systems::kind, systems::group_id, system_groups::name, systems::deleted_at),
    );
    let rows: Vec<StoredRow> = within(grant, query, systems::group_id).select(columns).load(db)?;
    Ok(to_rows(db, rows)?.pop())
}

fn to_rows(db: &mut Db, rows: Vec<StoredRow>) -> Result<Vec<RunListRow>> {
    let (runs, systems): (Vec<_>, Vec<SystemOfRun>) =
        rows.into_iter().map(|(run, counters, system)| ((run, counters, None), system)).unzip();
    let rows = listed(db, runs)?.into_iter().zip(systems);
    let rows = rows.map(|(listed, (key, name, kind, group_id, group, deleted_at))| RunListRow {
        listed,
        key,
        name,
        kind,
        group_id,
        group,
        deleted: deleted_at.is_some(),
    });
    Ok(rows.collect())
}

/// A place in the order of runs.
type Edge = (Stamp, RunId);

/// What all runs of a page lie beyond; none for a page that begins at an end.
fn edge_of(db: &mut Db, grant: &Grant<verbs::ReadLogs>, start: &Start<RunListCursor>) -> Result<Option<Edge>> {
    // Beyond a run that is out of reach there is nothing.
    let (cursor, nothing) = match start {
        Start::First | Start::Last => return Ok(None),
        Start::After(cursor) => (cursor, (Stamp(i64::MIN), RunId(0))),
        Start::Before(cursor) => (cursor, (Stamp(i64::MAX), RunId(i64::MAX))),
    };
    match cursor {
        // Before the first run of that moment.
        RunListCursor::Time(time) => Ok(Some((*time, RunId(0)))),
        RunListCursor::Run(system, no) => Ok(Some(place_of(db, grant, (system, *no))?.unwrap_or(nothing))),
    }
}

/// The moment with which a look at some [`WINDOW`] runs below an edge ends, its runs included; none when it comes to
/// the oldest. Rounded down, as it may be that of a run out of the reader's reach: pages show it, and links have it.
fn bottom_of(db: &mut Db, edge: Option<Edge>) -> Result<Option<Stamp>> {
    let (time, id) = edge.unwrap_or((Stamp(i64::MAX), RunId(i64::MAX)));
    let newest: Option<(RunId, Stamp)> = runs::table
        .filter(runs::queued_at.le(time))
        .filter(runs::queued_at.lt(time).or(runs::id.lt(id)))
        .order((runs::queued_at.desc(), runs::id.desc()))
        .select((runs::id, runs::queued_at))
        .first(db)
        .optional()?;
    let Some((newest, newest_at)) = newest else { return Ok(None) };
    // Numbers are nearly in the order of time: good enough for how far to look, and read without counting.
    let below = runs::table.filter(runs::id.le(RunId(newest.0.saturating_sub(WINDOW)))).order(runs::id.desc());
    let below: Option<Stamp> = below.select(runs::queued_at).first(db).optional()?;
    Ok(below.map(|time| rounded(time.min(newest_at), newest_at)))
}

/// The start of the minute, hour or day (UTC) of a time: the coarser, the longer ago it is before `newest`, so that
/// rounding adds few runs to a look.
pub(in crate::store) fn rounded(time: Stamp, newest: Stamp) -> Stamp {
    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);
    const DAY: Duration = Duration::from_hours(24);
    let span = newest.since(time);
    let unit = if span > 20 * DAY {
        DAY
    } else if span > 20 * HOUR {
        HOUR
    } else {
        MINUTE
    };
    Stamp(time.0 - time.0.rem_euclid(micros(unit)))
}

impl RunListRows {
    /// Nothing was found.
    #[must_use]
    pub const fn none() -> Self {
        Self { page: Page::whole(Vec::new()), is_code_unknown: false }
    }
}

impl RunListFilter {
    /// Whether runs may be examined that are not shown: result, state and time have their indexes.
    const fn is_search(&self) -> bool {
        self.key.is_some()
            || self.system.is_some()
            || self.group.is_some()
            || self.kind.is_some()
            || self.category.is_some()
            || self.code.is_some()
            || self.trigger.is_some()
            || self.person.is_some()
    }
}

/// The run at a place, with when it was queued, if it is in reach.
fn place_of(db: &mut Db, grant: &Grant<verbs::ReadLogs>, (system, no): (&SystemKey, RunNo)) -> Result<Option<Edge>> {
    let query = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .filter(systems::key.eq(system))
        .filter(runs::no.eq(no))
        .select((runs::queued_at, runs::id))
        .into_boxed::<DbBackend>();
    Ok(within(grant, query, systems::group_id).first(db).optional()?)
}
