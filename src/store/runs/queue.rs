//! The queue: at most one running and one queued run of a lane, held by two partial unique indexes.

use std::time::Duration;

use diesel::prelude::*;

use super::record::Run;
use crate::access::{Internal, Principal};
use crate::clock::Stamp;
use crate::domain::retry;
use crate::domain::run::{RunState, Trigger};
use crate::ids::{RunId, RunNo, SystemId};
use crate::store::backend::{Lockable, db_now, try_lock, unless_duplicate};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{run_requests, runs, systems};
use crate::store::systems::{InReach, OfSystem, lock};

/// A run to be queued.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub system: InReach<SystemId>,
    pub lane: String,
    /// The same key gives the same run: the double click.
    pub request_key: Option<String>,
    pub trigger: Trigger,
    pub principal: Principal,
    pub attempt: i64,
    pub retries_run: Option<RunId>,
    /// The plan that a person confirmed.
    pub plan_digest: Option<String>,
    pub not_before: Stamp,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Queued {
    /// A new run; if one is running, it waits for that.
    New { run: OfSystem<Run>, behind: Option<RunNo> },
    /// The request was made before: this is its run; it may wait for a running one.
    Same { run: OfSystem<Run>, behind: Option<RunNo> },
    /// A run was queued already.
    Already(OfSystem<Run>),
}

/// Queues a run, or tells which run answers the request.
pub fn queue(db: &mut Db, due: &NewRun, now: Stamp) -> Result<Queued> {
    // Two requests for one system follow each other.
    lock(db, *due.system)?;
    let open = super::record::open_runs_of(db, *due.system)?;
    let in_lane = |state: RunState| open.iter().find(|run| run.lane == due.lane && run.state == state);
    let behind = in_lane(RunState::Running).map(|run| run.no);
    if let Some(run) = answered(db, due)? {
        let behind = behind.filter(|_no| run.state == RunState::Queued);
        return Ok(Queued::Same { run, behind });
    }
    if let Some(run) = in_lane(RunState::Queued) {
        remember(db, due, run.id)?;
        return Ok(Queued::Already(OfSystem::new(run.clone())));
    }
    let run = insert(db, due, now)?;
    remember(db, due, run.id)?;
    Ok(Queued::New { run, behind })
}

/// The run that answered this request before.
fn answered(db: &mut Db, due: &NewRun) -> Result<Option<OfSystem<Run>>> {
    let Some(key) = &due.request_key else { return Ok(None) };
    let found = runs::table
        .inner_join(run_requests::table.on(run_requests::run_id.eq(runs::id)))
        .filter(run_requests::system_id.eq(*due.system))
        .filter(run_requests::request_key.eq(key))
        .select(Run::as_select())
        .first(db)
        .optional()?;
    Ok(found.map(OfSystem::new))
}

fn remember(db: &mut Db, due: &NewRun, run: RunId) -> Result<()> {
    let Some(key) = &due.request_key else { return Ok(()) };
    diesel::insert_into(run_requests::table)
        .values((
            run_requests::system_id.eq(*due.system),
            run_requests::request_key.eq(key),
            run_requests::run_id.eq(run),
        ))
        .execute(db)?;
    Ok(())
}

fn insert(db: &mut Db, due: &NewRun, now: Stamp) -> Result<OfSystem<Run>> {
    let no: RunNo = diesel::update(systems::table.find(*due.system))
        .set(systems::last_run_no.eq(systems::last_run_no + 1))
        .returning(systems::last_run_no)
        .get_result::<i64>(db)
        .map(RunNo)?;
    let id: RunId = diesel::insert_into(runs::table)
        .values((
            runs::system_id.eq(*due.system),
            runs::no.eq(no),
            runs::lane.eq(&due.lane),
            runs::state.eq(RunState::Queued),
            runs::trigger.eq(due.trigger),
            done_by!(due.principal => runs::principal_kind, runs::principal_id, runs::principal),
            runs::attempt.eq(due.attempt),
            runs::retries_run.eq(due.retries_run),
            runs::plan_digest.eq(&due.plan_digest),
            runs::not_before.eq(due.not_before),
            runs::queued_at.eq(now),
            runs::claim_no.eq(0),
        ))
        .returning(runs::id)
        .get_result(db)?;
    super::progress::begin(db, id)?;
    Ok(OfSystem::new(runs::table.find(id).select(Run::as_select()).first(db)?))
}

/// A queued run that waits for its time starts now, and is a person's from here on.
pub fn pull_forward(
    db: &mut Db,
    run: &OfSystem<Run>,
    trigger: Trigger,
    principal: &Principal,
    now: Stamp,
) -> Result<bool> {
    let moved = diesel::update(
        runs::table
            .filter(runs::id.eq(run.id))
            .filter(runs::state.eq(RunState::Queued))
            .filter(runs::not_before.gt(now)),
    )
    .set((
        runs::not_before.eq(now),
        runs::trigger.eq(trigger),
        done_by!(principal => runs::principal_kind, runs::principal_id, runs::principal),
    ))
    .execute(db)?;
    Ok(moved == 1)
}

/// Asks for an open run to be canceled. A queued one ends at once: that is the caller's to do.
pub fn cancel(db: &mut Db, run: &OfSystem<Run>, by: &Principal, now: Stamp) -> Result<Option<RunState>> {
    let state: Option<RunState> = diesel::update(
        runs::table
            .filter(runs::id.eq(run.id))
            .filter(runs::state.ne(RunState::Ended))
            .filter(runs::cancel_at.is_null()),
    )
    .set((runs::cancel_at.eq(now), done_by!(by => runs::cancel_by_kind, runs::cancel_by_id, runs::cancel_by)))
    .returning(runs::state)
    .get_result(db)
    .optional()?;
    Ok(state)
}

/// Systems whose schedule has come due: id, due time, schedule, zone.
pub fn due_systems(
    db: &mut Db,
    _schedule: Internal,
    now: Stamp,
    limit: i64,
) -> Result<Vec<(SystemId, Stamp, String, String)>> {
    let rows: Vec<(SystemId, Option<Stamp>, String, String)> = systems::table
        .filter(systems::deleted_at.is_null())
        .filter(systems::hold_since.is_null())
        .filter(systems::paused_since.is_null())
        .filter(systems::next_due.le(now))
        .order(systems::next_due)
        .limit(limit)
        .select((systems::id, systems::next_due, systems::schedule, systems::time_zone))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(id, due, schedule, zone)| due.map(|due| (id, due, schedule, zone))).collect())
}

/// Moves the due time on, if nobody else has and nobody works on the system: the winner queues the run.
pub fn set_due(db: &mut Db, _schedule: Internal, system: SystemId, was: Stamp, next: Option<Stamp>) -> Result<bool> {
    if !try_lock(db, Lockable::System(system))? {
        return Ok(false);
    }
    let live = systems::table
        .filter(systems::id.eq(system))
        .filter(systems::deleted_at.is_null())
        // It may have been put on hold since it was found to be due.
        .filter(systems::hold_since.is_null())
        .filter(systems::paused_since.is_null());
    let moved = diesel::update(live.filter(systems::next_due.eq(was))).set(systems::next_due.eq(next)).execute(db)?;
    Ok(moved == 1)
}

/// Corrects the times of queued runs that lie later than they can: only retries wait, and none longer than its attempt
/// waits. The clock was set back since they were queued. How many there were.
pub fn correct_waits(db: &mut Db, _worker: Internal) -> Result<usize> {
    let now = db_now(db)?;
    let later: Vec<(RunId, Trigger, i64)> = runs::table
        .filter(runs::state.eq(RunState::Queued))
        .filter(runs::not_before.gt(now.plus(TOLERANCE)))
        .limit(1_000)
        .select((runs::id, runs::trigger, runs::attempt))
        .load(db)?;
    let mut corrected = 0;
    for (id, trigger, attempt) in later {
        let latest = now.plus(match trigger {
            Trigger::Retry => retry::wait_after(attempt - 1),
            Trigger::Manual | Trigger::Schedule | Trigger::CatchUp | Trigger::Confirmed => Duration::ZERO,
        });
        if try_lock(db, Lockable::QueuedRun(id))? {
            let queued = runs::table.filter(runs::id.eq(id)).filter(runs::state.eq(RunState::Queued));
            let wrong = queued.filter(runs::not_before.gt(latest.plus(TOLERANCE)));
            corrected += diesel::update(wrong).set(runs::not_before.eq(latest)).execute(db)?;
        }
    }
    Ok(corrected)
}

/// A time that was stored by a process of an older version may be ahead by what its clock is.
const TOLERANCE: Duration = Duration::from_secs(5);

/// As [`queue`], where a unique index may still have the last word (two replicas): `None` then.
pub fn try_queue(db: &mut Db, due: &NewRun, now: Stamp) -> Result<Option<Queued>> {
    unless_duplicate(db, |db| queue(db, due, now))
}
