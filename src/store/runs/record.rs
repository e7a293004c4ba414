//! A run's header as it is stored, and lists of them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::progress::{Totals, main_errors, progress, totals_of};
use crate::clock::Stamp;
use crate::domain::run::{EndReason, RunResult, RunState, Stage, Trigger};
use crate::ids::{RunId, RunNo, SystemId};
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{runs, systems};

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

/// Where a page of runs begins.
#[derive(Debug, Clone, Copy)]
pub enum RunPlace {
    Newest,
    /// Older than this run.
    Before(RunNo),
    /// Newer than this run.
    After(RunNo),
    Oldest,
}

/// A run of a system. The system was found through a grant, which is the proof of access.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn find(db: &mut Db, system: SystemId, no: RunNo) -> Result<(Run, Totals)> {
    let run: Run =
        runs::table.filter(runs::system_id.eq(system)).filter(runs::no.eq(no)).select(Run::as_select()).first(db)?;
    let totals = progress(db, run.id)?;
    Ok((run, totals))
}

/// The same for a reader: a run that ended before `kept_since` is not kept any more, although it may still be there.
///
/// # Errors
/// As for [`find`].
pub fn find_kept(db: &mut Db, system: SystemId, no: RunNo, kept_since: Stamp) -> Result<(Run, Totals)> {
    let found = find(db, system, no)?;
    if found.0.ended_at.is_some_and(|ended| ended < kept_since) { Err(StoreError::NotFound) } else { Ok(found) }
}

/// A page of a system's runs, newest first, and whether there are more in the direction that was read; without those
/// that ended before `kept_since`.
pub fn list(
    db: &mut Db,
    system: SystemId,
    place: RunPlace,
    kept_since: Stamp,
    limit: i64,
) -> Result<(Vec<(Run, Totals)>, bool)> {
    let query = runs::table
        .filter(runs::system_id.eq(system))
        .filter(runs::ended_at.is_null().or(runs::ended_at.ge(kept_since)))
        .limit(limit + 1)
        .into_boxed();
    let (query, upwards) = match place {
        RunPlace::Newest => (query.order(runs::no.desc()), false),
        RunPlace::Before(no) => (query.filter(runs::no.lt(no)).order(runs::no.desc()), false),
        RunPlace::After(no) => (query.filter(runs::no.gt(no)).order(runs::no.asc()), true),
        RunPlace::Oldest => (query.order(runs::no.asc()), true),
    };
    let mut rows: Vec<Run> = query.select(Run::as_select()).load(db)?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    if more {
        rows.pop();
    }
    if upwards {
        rows.reverse();
    }
    let ids: Vec<RunId> = rows.iter().map(|run| run.id).collect();
    let mut totals = totals_of(db, &ids)?;
    let listed = rows.into_iter().map(|run| (totals.remove(&run.id).unwrap_or_default(), run));
    Ok((listed.map(|(totals, run)| (run, totals)).collect(), more))
}

/// The code of the error that a run ended in: why it ended, else the code of most of its errors (`main`, taken out).
pub(super) fn error_of(run: &Run, main: &mut HashMap<RunId, String>) -> Option<String> {
    let counted = main.remove(&run.id);
    run.end_code.clone().or(counted).filter(|_code| run.result == Some(RunResult::Error))
}

/// The same for a page of runs: one entry for each, in the same order.
pub fn errors_of(db: &mut Db, runs: &[(Run, Totals)]) -> Result<Vec<Option<String>>> {
    let ids: Vec<RunId> = runs.iter().map(|(run, _)| run.id).collect();
    let mut main = main_errors(db, &ids)?;
    Ok(runs.iter().map(|(run, _)| error_of(run, &mut main)).collect())
}

/// The queued and running runs of a system; at most two a lane.
pub fn open_runs(db: &mut Db, system: SystemId) -> Result<Vec<Run>> {
    Ok(runs::table
        .filter(runs::system_id.eq(system))
        .filter(runs::state.ne(RunState::Ended))
        .order(runs::no)
        .select(Run::as_select())
        .load(db)?)
}

/// The run that the system's verdict comes from: the last that ended and was not canceled, if it did not end before
/// `kept_since`.
pub fn last_result(db: &mut Db, system: SystemId, kept_since: Stamp) -> Result<Option<(Run, Totals)>> {
    let run: Option<Run> = runs::table
        .filter(runs::system_id.eq(system))
        .filter(runs::state.eq(RunState::Ended))
        .filter(runs::result.ne(RunResult::Canceled))
        .filter(runs::ended_at.ge(kept_since))
        .order(runs::no.desc())
        .select(Run::as_select())
        .first(db)
        .optional()?;
    let Some(run) = run else { return Ok(None) };
    let totals = progress(db, run.id)?;
    Ok(Some((run, totals)))
}

/// The newest run that began, whatever became of it, if it did not end before `kept_since`. One that was withdrawn from
/// the queue never did.
pub fn last_begun(db: &mut Db, system: SystemId, kept_since: Stamp) -> Result<Option<Run>> {
    Ok(runs::table
        .filter(runs::system_id.eq(system))
        .filter(runs::started_at.is_not_null())
        .filter(runs::ended_at.is_null().or(runs::ended_at.ge(kept_since)))
        .order(runs::no.desc())
        .select(Run::as_select())
        .first(db)
        .optional()?)
}

/// The number of a run that is known by its id; none if it is not kept any more, as for [`find_kept`].
pub fn number_of(db: &mut Db, run: RunId, kept_since: Stamp) -> Result<Option<RunNo>> {
    let kept = runs::ended_at.is_null().or(runs::ended_at.ge(kept_since));
    Ok(runs::table.find(run).filter(kept).select(runs::no).first(db).optional()?)
}

/// The retry of a run, if there is one.
pub fn retry_of(db: &mut Db, system: SystemId, run: RunId) -> Result<Option<RunNo>> {
    Ok(runs::table
        .filter(runs::system_id.eq(system))
        .filter(runs::retries_run.eq(run))
        .select(runs::no)
        .first(db)
        .optional()?)
}

/// The number of a system's newest run; 0 before the first.
pub fn last_number(db: &mut Db, system: SystemId) -> Result<i64> {
    Ok(systems::table.find(system).select(systems::last_run_no).first(db)?)
}
