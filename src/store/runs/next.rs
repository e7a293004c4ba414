//! Which queued run a worker claims next: fairly across groups, and without waiting for anybody's lock.

use std::collections::HashMap;
use std::time::Duration;

use diesel::dsl::{count_star, exists, max, min, not};
use diesel::prelude::*;

use super::claim::{Claim, ClaimRow};
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::run::RunState;
use crate::ids::{GroupId, RunId};
use crate::store::backend::{Lockable, db_now, try_lock, unless_duplicate};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{runs, systems};

/// How many runs of a group to try before the next group has its turn.
const TRIES: i64 = 8;

/// Who claims.
#[derive(Debug, Clone)]
pub struct Claimant {
    /// The name of the worker process.
    pub name: String,
    pub lease: Duration,
    /// At most this many runs of one group at the same time, as long as there are systems of other groups.
    pub most_of_a_group: Option<i64>,
}

/// Whether any queued run has come to its time: a look before the write.
pub fn any_waiting(db: &mut Db) -> Result<bool> {
    let now = db_now(db)?;
    let waiting = runs::table.filter(runs::state.eq(RunState::Queued)).filter(runs::not_before.le(now));
    Ok(diesel::select(exists(waiting)).get_result(db)?)
}

/// Queued runs that may start now: due, and neither their system nor a running run of their lane is in the way.
macro_rules! claimable {
    ($now:expr) => {{
        let running = diesel::alias!(runs as running);
        let in_lane = running
            .filter(running.field(runs::system_id).eq(runs::system_id))
            .filter(running.field(runs::lane).eq(runs::lane))
            .filter(running.field(runs::state).eq(RunState::Running));
        runs::table
            .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
            .filter(runs::state.eq(RunState::Queued))
            .filter(runs::not_before.le($now))
            .filter(systems::hold_since.is_null())
            .filter(systems::paused_since.is_null())
            .filter(not(exists(in_lane)))
    }};
}

/// Claims a run, if any may start now: of the group with the fewest runs in process, then of the one that has waited
/// longest for a run to start; within the group the run that has waited longest.
pub fn claim_next(db: &mut Db, _worker: Internal, claimant: &Claimant) -> Result<Option<Claim>> {
    let now = db_now(db)?;
    for group in turns(db, claimant, now)? {
        if let Some(claim) = claim_of(db, group, claimant, now)? {
            return Ok(Some(claim));
        }
    }
    Ok(None)
}

/// The groups that have claimable runs, in the order of their turns; without those that use their share.
fn turns(db: &mut Db, claimant: &Claimant, now: Stamp) -> Result<Vec<GroupId>> {
    let waiting: Vec<(GroupId, Option<Stamp>)> =
        claimable!(now).group_by(systems::group_id).select((systems::group_id, min(runs::not_before))).load(db)?;
    if waiting.len() < 2 && claimant.most_of_a_group.is_none() {
        return Ok(waiting.into_iter().map(|(group, _since)| group).collect());
    }
    let in_process: HashMap<GroupId, i64> = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .filter(runs::state.eq(RunState::Running))
        .group_by(systems::group_id)
        .select((systems::group_id, count_star()))
        .load::<(GroupId, i64)>(db)?
        .into_iter()
        .collect();
    let mut turns = Vec::with_capacity(waiting.len());
    for (group, since) in waiting {
        if !uses_its_share(db, group, claimant)? {
            let of_group = systems::table.filter(systems::group_id.eq(group));
            let started: Option<Stamp> = of_group.select(max(systems::last_attempt_at)).first(db)?;
            turns.push((in_process.get(&group).copied().unwrap_or(0), started, since, group));
        }
    }
    turns.sort_unstable();
    Ok(turns.into_iter().map(|(.., group)| group).collect())
}

/// Whether this worker carries out as many runs of a group as it may while others have systems.
fn uses_its_share(db: &mut Db, group: GroupId, claimant: &Claimant) -> Result<bool> {
    let Some(most) = claimant.most_of_a_group else { return Ok(false) };
    let own: i64 = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .filter(runs::state.eq(RunState::Running))
        .filter(runs::worker.eq(&claimant.name))
        .filter(systems::group_id.eq(group))
        .count()
        .get_result(db)?;
    Ok(own >= most && has_others(db, group)?)
}

/// Whether there are systems of other groups.
fn has_others(db: &mut Db, group: GroupId) -> Result<bool> {
    let others = systems::table.filter(systems::group_id.ne(group)).filter(systems::deleted_at.is_null());
    Ok(diesel::select(exists(others)).get_result(db)?)
}

/// How many runs of a group are in process where each worker process keeps a place for other groups; none where there
/// are no others.
pub fn share_in_use(db: &mut Db, group: GroupId) -> Result<Option<i64>> {
    let others = diesel::alias!(systems as others);
    let others =
        others.filter(others.field(systems::group_id).ne(group)).filter(others.field(systems::deleted_at).is_null());
    let in_process: i64 = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .filter(runs::state.eq(RunState::Running))
        .filter(systems::group_id.eq(group))
        .filter(exists(others))
        .count()
        .get_result(db)?;
    Ok(Some(in_process).filter(|n| *n > 0))
}

/// Claims the run of a group that has waited longest, leaving out what another transaction holds.
fn claim_of(db: &mut Db, group: GroupId, claimant: &Claimant, now: Stamp) -> Result<Option<Claim>> {
    let candidates: Vec<(RunId, i64, i64)> = claimable!(now)
        .filter(systems::group_id.eq(group))
        .order((runs::not_before, runs::id))
        .limit(TRIES)
        .select((runs::id, runs::claim_no, systems::settings_version))
        .load(db)?;
    for (id, number, version) in candidates {
        if !try_lock(db, Lockable::QueuedRun(id))? {
            continue;
        }
        let claimed = unless_duplicate(db, |db| {
            let taken = diesel::update(
                runs::table
                    .filter(runs::id.eq(id))
                    .filter(runs::state.eq(RunState::Queued))
                    .filter(runs::claim_no.eq(number)),
            )
            .set((
                runs::state.eq(RunState::Running),
                runs::claim_no.eq(number + 1),
                runs::worker.eq(&claimant.name),
                runs::lease_until.eq(now.plus(claimant.lease)),
                runs::started_at.eq(now),
                runs::settings_version.eq(version),
            ))
            .execute(db)?;
            Ok(taken == 1)
        })?;
        if claimed == Some(true) {
            let row: ClaimRow = runs::table.find(id).select(ClaimRow::as_select()).first(db)?;
            let claim = Claim::of(row, now);
            crate::store::systems::note_attempt(db, claim.system, &claim.lane, now)?;
            return Ok(Some(claim));
        }
    }
    Ok(None)
}
