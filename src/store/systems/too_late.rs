//! Times of systems that lie later than they can: the clock of the database was ahead when they were stored, and was
//! set back since. Without a correction nothing would come due until that time comes again.

use diesel::prelude::*;

use super::record::System;
use super::times::{SystemTimes, recompute_status, refresh, times_of};
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::cadence::Cadence;
use crate::ids::SystemId;
use crate::store::backend::{Lockable, db_now, try_lock};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{systems, watches};

/// What is wrong with the times of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wrong {
    /// The due time to store instead; the next one counted from now is earlier than the stored one.
    next_due: Option<Stamp>,
    /// The next check to store instead.
    next_check: Option<Stamp>,
    /// The connection became what it is later than now.
    connection: bool,
    /// The freshness budget counts from later than now.
    budget: bool,
    /// It counts as paused or silent since later than now, or started a run later than now.
    state: bool,
}

impl Wrong {
    const NOTHING: Self = Self { next_due: None, next_check: None, connection: false, budget: false, state: false };

    fn of(system: &System, watch: &SystemTimes, cadence: &Cadence, now: Stamp) -> Self {
        let later = |at: Option<Stamp>| at.is_some_and(|at| at > now);
        let (id, since) = (system.id, system.connection_since.unwrap_or(now).min(now));
        let next_check = cadence.next_check(system.connection, since, now, id.seed());
        let latest_check = now.plus(cadence.interval(system.connection, now.since(since)));
        let planned = system.schedule.parse().ok().zip(system.time_zone.parse().ok());
        let next_due = planned.and_then(|(schedule, zone): (crate::domain::schedule::Schedule, _)| {
            system.next_due.and_then(|due| schedule.earlier_than(due, now, zone, id.seed()))
        });
        Self {
            next_due,
            next_check: watch.next_check.filter(|check| *check > latest_check).map(|_check| next_check),
            connection: later(system.connection_since),
            budget: watch.fresh_from > now,
            state: [system.paused_since, system.silent_since, system.last_attempt_at].into_iter().any(later),
        }
    }
}

/// Ids of systems after `after`, or of the first ones, whose times are wrong, and where to continue.
pub fn too_late(
    db: &mut Db,
    _schedule: Internal,
    after: Option<SystemId>,
    cadence: &Cadence,
    limit: i64,
) -> Result<(Vec<SystemId>, Option<SystemId>)> {
    let now = db_now(db)?;
    let rows: Vec<(System, SystemTimes)> = systems::table
        .inner_join(watches::table.on(watches::system_id.eq(systems::id)))
        .filter(systems::deleted_at.is_null())
        .filter(systems::id.gt(after.unwrap_or(SystemId(0))))
        .order(systems::id)
        .limit(limit)
        .select((System::as_select(), SystemTimes::as_select()))
        .load(db)?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
    let next = rows.last().filter(|_row| full).map(|(system, _watch)| system.id);
    let wrong = rows.into_iter().filter(|(system, watch)| Wrong::of(system, watch, cadence, now) != Wrong::NOTHING);
    Ok((wrong.map(|(system, _watch)| system.id).collect(), next))
}

/// Corrects the times of a system, unless somebody else works on it; whether there was anything to correct.
pub fn correct_times(db: &mut Db, _schedule: Internal, id: SystemId, cadence: &Cadence) -> Result<bool> {
    if !try_lock(db, Lockable::System(id))? {
        return Ok(false);
    }
    let now = db_now(db)?;
    let system: System = systems::table.find(id).select(System::as_select()).first(db)?;
    if system.deleted_at.is_some() {
        return Ok(false);
    }
    let wrong = Wrong::of(&system, &times_of(db, id)?, cadence, now);
    if wrong == Wrong::NOTHING {
        return Ok(false);
    }
    if let Some(due) = wrong.next_due {
        diesel::update(systems::table.find(id)).set(systems::next_due.eq(due)).execute(db)?;
    }
    if let Some(check) = wrong.next_check {
        diesel::update(watches::table.find(id)).set(watches::next_check.eq(check)).execute(db)?;
    }
    if wrong.connection {
        diesel::update(systems::table.find(id)).set(systems::connection_since.eq(now)).execute(db)?;
        let pause = cadence.pause_at(system.connection, now);
        diesel::update(watches::table.find(id)).set(watches::pause_at.eq(pause)).execute(db)?;
    }
    if system.last_attempt_at.is_some_and(|at| at > now) {
        diesel::update(systems::table.find(id)).set(systems::last_attempt_at.eq(now)).execute(db)?;
    }
    if wrong.budget {
        refresh(db, id, Some(now), now)?;
    } else {
        recompute_status(db, id, now)?;
    }
    Ok(true)
}
