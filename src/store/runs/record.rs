//! A run's header as it is stored, and lists of them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::open::open_runs;
use super::progress::{Counters, Totals, first_errors};
use crate::clock::Stamp;
use crate::domain::paging::{Page, PageRequest};
use crate::domain::run::{EndReason, RunResult, RunState, Stage, Trigger};
use crate::domain::status::Verdict;
use crate::ids::{RunId, RunNo, SystemId};
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::paging::keyset;
use crate::store::plans::Braked;
use crate::store::schema::{braked_plans, lanes, run_progress, runs};
use crate::store::systems::{InReach, OfSystem, System};

/// A run's header.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = runs)]
pub struct Run {
    pub id: RunId,
    pub system_id: SystemId,
    pub no: RunNo,
    pub lane: String,
    pub state: RunState,
    pub trigger: Trigger,
    pub principal: String,
    pub attempt: i64,
    pub retries_run: Option<RunId>,
    pub settings_version: Option<i64>,
    pub not_before: Stamp,
    pub queued_at: Stamp,
    pub cancel_at: Option<Stamp>,
    pub cancel_by: Option<String>,
    pub started_at: Option<Stamp>,
    pub ended_at: Option<Stamp>,
    pub result: Option<RunResult>,
    pub end_reason: Option<EndReason>,
    pub end_code: Option<String>,
    pub end_stage: Option<Stage>,
}

impl OfSystem<Run> {
    /// To read and change what belongs to it.
    #[must_use]
    pub fn as_id(&self) -> OfSystem<RunId> {
        OfSystem::new(self.id)
    }
}

/// A run of a system.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn find(db: &mut Db, system: &InReach<System>, no: RunNo) -> Result<OfSystem<Run>> {
    let of_system = runs::table.filter(runs::system_id.eq(system.id));
    Ok(OfSystem::new(of_system.filter(runs::no.eq(no)).select(Run::as_select()).first(db)?))
}

/// The same for a reader: a run that ended before `kept_since` is not kept any more, although it may still be there.
///
/// # Errors
/// As for [`find`].
pub fn find_kept(db: &mut Db, system: &InReach<System>, no: RunNo, kept_since: Stamp) -> Result<OfSystem<Run>> {
    let found = find(db, system, no)?;
    if found.ended_at.is_some_and(|ended| ended < kept_since) { Err(StoreError::NotFound) } else { Ok(found) }
}

/// A run as lists show it.
#[derive(Debug, Clone)]
pub struct ListedRun {
    pub run: Run,
    pub totals: Totals,
    /// The number of the run that it retries, if that is still kept.
    pub retries: Option<RunNo>,
    /// The code of the error that it ended in: why it ended, else the code of its first Error.
    pub error: Option<String>,
}

/// Runs with their counters, and with the runs that they retry.
pub(super) type RunRow = (Run, Option<Counters>, Option<RunNo>);

/// Adds the codes of their errors, read for all of them in one statement.
pub(super) fn listed(db: &mut Db, rows: Vec<RunRow>) -> Result<Vec<ListedRun>> {
    let is_unexplained = |run: &Run| run.result == Some(RunResult::Error) && run.end_code.is_none();
    let rows: Vec<(Run, Totals, Option<RunNo>)> = rows
        .into_iter()
        .map(|(run, counters, retries)| (run, counters.map(Totals::from).unwrap_or_default(), retries))
        .collect();
    let failed = rows.iter().filter(|row| is_unexplained(&row.0)).map(|(run, totals, _retries)| (run.id, totals));
    let mut first = first_errors(db, failed)?;
    let listed = rows.into_iter().map(|(run, totals, retries)| {
        let error = run.end_code.clone().or(first.remove(&run.id));
        ListedRun { error: error.filter(|_code| run.result == Some(RunResult::Error)), totals, run, retries }
    });
    Ok(listed.collect())
}

/// A page of a system's runs, newest first, without those that ended before `kept_since`.
pub fn list(
    db: &mut Db,
    system: &InReach<System>,
    request: &PageRequest<RunNo>,
    kept_since: Stamp,
) -> Result<Page<ListedRun, RunNo>> {
    let retried = diesel::alias!(runs as retried);
    let is_retried = retried.field(runs::id).nullable().eq(runs::retries_run);
    let ended = retried.field(runs::ended_at);
    let query = runs::table
        .left_join(run_progress::table.on(run_progress::run_id.eq(runs::id)))
        .left_join(retried.on(is_retried.and(ended.is_null().or(ended.ge(kept_since)))))
        .filter(runs::system_id.eq(system.id))
        .filter(runs::ended_at.is_null().or(runs::ended_at.ge(kept_since)))
        .into_boxed();
    let rows: Vec<RunRow> = keyset!(desc query, runs::no, request)
        .select((Run::as_select(), Option::<Counters>::as_select(), retried.field(runs::no).nullable()))
        .load(db)?;
    request.page(rows, |row| row.0.no).try_map(|rows| listed(db, rows))
}

/// The queued and running runs of a system; at most two a lane.
pub fn open_runs(db: &mut Db, system: &InReach<System>) -> Result<Vec<Run>> {
    open_runs_of(db, system.id)
}

pub(super) fn open_runs_of(db: &mut Db, system: SystemId) -> Result<Vec<Run>> {
    Ok(runs::table.filter(open_runs!(runs::system_id.eq(system))).order(runs::no).select(Run::as_select()).load(db)?)
}

/// The lanes that the verdict of a system comes from: those with the same one.
#[diesel::dsl::auto_type(no_type_alias)]
fn deciding_lanes(system: SystemId, verdict: Verdict) -> _ {
    lanes::table.filter(lanes::system_id.eq(system)).filter(lanes::synchronization.eq(verdict)).select(lanes::lane)
}

/// The runs that the status of a system comes from, if they did not end before `kept_since`.
#[derive(Debug, Clone, Default)]
pub struct LatestRuns {
    /// The one that the system's verdict comes from, with its plan if it has one: the last of a deciding lane that ended
    /// and was not canceled.
    pub decided: Option<(OfSystem<Run>, Totals, Option<Braked>)>,
    /// The newest one that began, whatever became of it. One that was withdrawn from the queue never did.
    pub begun: Option<Run>,
    /// The newest ones with these numbers, newest first.
    pub recent: Vec<(Run, Totals)>,
}

/// The last column is the number of the run that the verdict comes from.
type LatestRow = (Run, Option<Counters>, Option<Braked>, Option<RunNo>);

/// Reads them in one statement, with the last `recent` runs.
pub fn latest(db: &mut Db, system: &InReach<System>, kept_since: Stamp, recent: i64) -> Result<LatestRuns> {
    let (verdict, begun) = diesel::alias!(runs as verdict, runs as begun);
    // Numbers of runs have no gaps.
    let first = RunNo(system.last_run_no - recent);
    let of_verdict = verdict
        .filter(verdict.field(runs::system_id).eq(system.id))
        .filter(verdict.field(runs::state).eq(RunState::Ended))
        .filter(verdict.field(runs::result).ne(RunResult::Canceled))
        .filter(verdict.field(runs::ended_at).ge(kept_since))
        .filter(verdict.field(runs::lane).eq_any(deciding_lanes(system.id, system.synchronization)))
        .order(verdict.field(runs::no).desc())
        .select(verdict.field(runs::no))
        .single_value();
    let ended = begun.field(runs::ended_at);
    let of_begun = begun
        .filter(begun.field(runs::system_id).eq(system.id))
        .filter(begun.field(runs::started_at).is_not_null())
        .filter(ended.is_null().or(ended.ge(kept_since)))
        .order(begun.field(runs::no).desc())
        .select(begun.field(runs::no))
        .single_value();
    let rows: Vec<LatestRow> = runs::table
        .left_join(run_progress::table.on(run_progress::run_id.eq(runs::id)))
        .left_join(braked_plans::table.on(braked_plans::run_id.eq(runs::id)))
        .filter(runs::system_id.eq(system.id))
        .filter(runs::no.nullable().eq(of_verdict).or(runs::no.nullable().eq(of_begun)).or(runs::no.gt(first)))
        .order(runs::no.desc())
        .select((Run::as_select(), Option::<Counters>::as_select(), Option::<Braked>::as_select(), of_verdict))
        .load(db)?;
    let is_kept = |run: &Run| run.ended_at.is_none_or(|ended| ended >= kept_since);
    let rows = rows.into_iter().filter(|row| is_kept(&row.0));
    let rows: Vec<_> = rows
        .map(|(run, counters, plan, decisive)| (run, counters.map(Totals::from).unwrap_or_default(), plan, decisive))
        .collect();
    let begun = rows.iter().map(|row| &row.0).find(|run| run.started_at.is_some()).cloned();
    let decided = rows.iter().find(|(run, _totals, _plan, decisive)| Some(run.no) == *decisive);
    let decided = decided.map(|(run, totals, plan, _)| (OfSystem::new(run.clone()), totals.clone(), plan.clone()));
    let recent = rows.into_iter().filter(|row| row.0.no > first).map(|(run, totals, ..)| (run, totals));
    Ok(LatestRuns { decided, begun, recent: recent.collect() })
}

/// The numbers of runs of a system that are known by their ids, without those that are not kept any more.
pub fn numbers_of(
    db: &mut Db,
    system: &InReach<System>,
    ids: impl IntoIterator<Item = RunId>,
    kept_since: Stamp,
) -> Result<HashMap<RunId, RunNo>> {
    let kept = runs::ended_at.is_null().or(runs::ended_at.ge(kept_since));
    let of_system = runs::table.filter(runs::system_id.eq(system.id));
    let found = of_system.filter(is_in(runs::id, ids.into_iter().collect::<Vec<_>>())).filter(kept);
    let rows: Vec<(RunId, RunNo)> = found.select((runs::id, runs::no)).load(db)?;
    Ok(rows.into_iter().collect())
}
