//! What time alone changes of a system: when its next check is due, when it pauses, when it counts as silent.

use diesel::prelude::*;

use super::counts::set_overall;
use super::hours;
use super::reach::InReach;
use super::record::{System, lock};
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::cadence::{self, Cadence};
use crate::domain::status::{Coming, Facts, Freshness, Obstacle, Overall};
use crate::ids::SystemId;
use crate::store::backend::{Lockable, db_now, try_lock};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{systems, watches};

/// The times of a system.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = watches)]
pub struct SystemTimes {
    pub next_check: Option<Stamp>,
    pub pause_at: Option<Stamp>,
    pub fresh_from: Stamp,
    /// Its own budget; none: what follows from the schedule.
    pub freshness_us: Option<i64>,
    pub silent_at: Option<Stamp>,
}

/// The times of a system that was found through a grant.
pub fn times(db: &mut Db, system: &InReach<System>) -> Result<SystemTimes> {
    times_of(db, system.id)
}

pub(super) fn times_of(db: &mut Db, id: SystemId) -> Result<SystemTimes> {
    Ok(watches::table.find(id).select(SystemTimes::as_select()).first(db)?)
}

/// A new system is checked at once, and has its whole budget.
pub(super) fn begin(db: &mut Db, id: SystemId, freshness_us: Option<i64>, now: Stamp) -> Result<()> {
    diesel::insert_into(watches::table)
        .values((
            watches::system_id.eq(id),
            watches::next_check.eq(now),
            watches::fresh_from.eq(now),
            watches::freshness_us.eq(freshness_us),
        ))
        .execute(db)?;
    refresh(db, id, None, now)
}

/// Recalculates the freshness budget: from `from`, or from its last start, by the current settings.
pub(super) fn refresh(db: &mut Db, id: SystemId, from: Option<Stamp>, now: Stamp) -> Result<()> {
    let system: System = systems::table.find(id).select(System::as_select()).first(db)?;
    let watch = times_of(db, id)?;
    let from = from.unwrap_or(watch.fresh_from);
    let budget = watch.freshness_us.and_then(|budget| u64::try_from(budget).ok()).map(std::time::Duration::from_micros);
    let planned = system.schedule.parse().ok().zip(system.time_zone.parse().ok());
    let silent = planned.and_then(|(schedule, zone)| {
        cadence::silent_at(&schedule, zone, id.seed(), budget, from).filter(|_at| system.hold_since.is_none())
    });
    diesel::update(watches::table.find(id))
        .set((watches::fresh_from.eq(from), watches::silent_at.eq(silent)))
        .execute(db)?;
    set_success_due(db, id, silent)?;
    recompute_status(db, id, now)
}

/// Keeps when a system counts as silent where the overview finds it by its group.
fn set_success_due(db: &mut Db, id: SystemId, at: Option<Stamp>) -> Result<()> {
    diesel::update(systems::table.find(id)).set(systems::success_due.eq(at)).execute(db)?;
    Ok(())
}

/// A lane has succeeded at `at`: the budget counts from the oldest success of all lanes, and has never counted from
/// earlier than it does. While a lane has no success yet it counts on.
pub(super) fn succeeded(db: &mut Db, id: SystemId, oldest: Option<Stamp>, at: Stamp) -> Result<()> {
    let from = match oldest {
        Some(oldest) if oldest < at => Some(oldest.max(times_of(db, id)?.fresh_from)),
        other => other,
    };
    refresh(db, id, from, at)
}

/// Changes a system's own budget.
pub(super) fn set_budget(db: &mut Db, id: SystemId, freshness_us: Option<i64>) -> Result<()> {
    diesel::update(watches::table.find(id)).set(watches::freshness_us.eq(freshness_us)).execute(db)?;
    Ok(())
}

/// The next check is due then, or earlier if it already was.
pub(super) fn check_by(db: &mut Db, id: SystemId, at: Stamp) -> Result<()> {
    let later = watches::next_check.is_null().or(watches::next_check.gt(at));
    diesel::update(watches::table.find(id).filter(later)).set(watches::next_check.eq(at)).execute(db)?;
    Ok(())
}

/// On hold and once deleted no check becomes due and nothing becomes silent. When a bad connection pauses the system
/// is kept: a release must not be a way around that.
pub(super) fn stop(db: &mut Db, id: SystemId) -> Result<()> {
    let none = None::<Stamp>;
    diesel::update(watches::table.find(id))
        .set((watches::next_check.eq(none), watches::silent_at.eq(none), watches::next_change_at.eq(none)))
        .execute(db)?;
    set_success_due(db, id, none)
}

/// After a check: when the next one is due (on hold: never), and when a bad connection pauses the system.
pub(super) fn after_check(db: &mut Db, before: &System, cadence: &Cadence, at: Stamp) -> Result<()> {
    let system: System = systems::table.find(before.id).select(System::as_select()).first(db)?;
    let since = system.connection_since.unwrap_or(at);
    let next = cadence.next_check(system.connection, since, at, system.id.seed());
    diesel::update(watches::table.find(system.id))
        .set((
            watches::next_check.eq(Some(next).filter(|_next| system.hold_since.is_none())),
            watches::pause_at.eq(cadence.pause_at(system.connection, since)),
        ))
        .execute(db)?;
    if system.paused_since.is_some() && cadence.pause_at(system.connection, since).is_none() {
        // What could not succeed while it was paused has its whole budget again.
        return refresh(db, system.id, Some(at), at);
    }
    recompute_status(db, system.id, at)
}

/// Lets the stored status follow from what is stored and from the time. The caller has the system's row.
pub(super) fn recompute_status(db: &mut Db, id: SystemId, now: Stamp) -> Result<()> {
    let system: System = systems::table.find(id).select(System::as_select()).first(db)?;
    let watch = times_of(db, id)?;
    let held = system.hold_since.is_some() || system.deleted_at.is_some();
    let timed = Coming { held, pause_at: watch.pause_at, silent_at: watch.silent_at }.by(now);
    diesel::update(watches::table.find(id)).set(watches::next_change_at.eq(timed.next_change_at)).execute(db)?;
    if (system.paused_since, system.silent_since) != (timed.paused_since, timed.silent_since) {
        diesel::update(systems::table.find(id))
            .set((systems::paused_since.eq(timed.paused_since), systems::silent_since.eq(timed.silent_since)))
            .execute(db)?;
    }
    let facts = Facts {
        obstacle: Obstacle::of(system.hold_since, timed.paused_since),
        freshness: Freshness::of(timed.silent_since),
        ..Facts::at_rest(system.connection, system.synchronization)
    };
    let Some(parent) = system.parent_id else {
        let overall = facts.overall().with_children(of_children(db, id)?);
        return set_overall(db, &system, overall, now).map(drop);
    };
    if set_overall(db, &system, facts.overall(), now)? {
        follow_children(db, parent, now)?;
    }
    Ok(())
}

/// Which statuses the live children of a system have.
fn of_children(db: &mut Db, parent: SystemId) -> Result<Vec<Overall>> {
    Ok(systems::table
        .filter(systems::parent_id.eq(parent))
        .filter(systems::deleted_at.is_null())
        .select(systems::overall)
        .distinct()
        .load(db)?)
}

/// Lets the status of a parent follow from that of its children. Everybody locks a child before its parent.
pub(super) fn follow_children(db: &mut Db, parent: SystemId, now: Stamp) -> Result<()> {
    lock(db, parent)?;
    recompute_status(db, parent, now)
}

/// Systems whose check is due, with the time that was due.
pub fn due_checks(db: &mut Db, _schedule: Internal, limit: i64) -> Result<Vec<(SystemId, Option<Stamp>)>> {
    let now = db_now(db)?;
    Ok(watches::table
        .filter(watches::next_check.le(now))
        .order(watches::next_check)
        .limit(limit)
        .select((watches::system_id, watches::next_check))
        .load(db)?)
}

/// Moves a due check on, in case the one that is queued now comes to no end; `false` when somebody else has, or works on
/// the system.
pub fn take_check(
    db: &mut Db,
    _schedule: Internal,
    id: SystemId,
    was: Option<Stamp>,
    cadence: &Cadence,
) -> Result<bool> {
    if !try_lock(db, Lockable::System(id))? {
        return Ok(false);
    }
    let next = db_now(db)?.plus(cadence.check_every);
    let taken = diesel::update(watches::table.find(id).filter(watches::next_check.eq(was)))
        .set(watches::next_check.eq(next))
        .execute(db)?;
    Ok(taken == 1)
}

/// Systems whose status, or whose last 24 hours, time alone changes by now.
pub fn changing(db: &mut Db, _schedule: Internal, limit: i64) -> Result<Vec<SystemId>> {
    let now = db_now(db)?;
    let mut ids: Vec<SystemId> = watches::table
        .filter(watches::next_change_at.le(now))
        .order(watches::next_change_at)
        .limit(limit)
        .select(watches::system_id)
        .load(db)?;
    let days: Vec<SystemId> = systems::table
        .filter(systems::deleted_at.is_null())
        .filter(systems::day_until.le(now))
        .order(systems::day_until)
        .limit(limit)
        .select(systems::id)
        .load(db)?;
    ids.extend(days);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Lets the status of a system follow from the time. One that somebody else works on is left to the next look.
pub fn pass_time(db: &mut Db, _schedule: Internal, id: SystemId) -> Result<()> {
    if !try_lock(db, Lockable::System(id))? {
        return Ok(());
    }
    let now = db_now(db)?;
    hours::judge_day(db, id, now)?;
    if times_of(db, id)?.silent_at.is_none() {
        // A system from before there were budgets has never counted one.
        return refresh(db, id, None, now);
    }
    recompute_status(db, id, now)
}
