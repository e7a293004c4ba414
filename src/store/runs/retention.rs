//! Deleting what is past its days, in steps so short that nobody waits for one.

use std::time::Duration;

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::access::Internal;
use crate::domain::run::RunState;
use crate::ids::{RunId, SystemId};
use crate::store::backend::{self, db_now};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::replica;
use crate::store::schema::{messages, runs};

/// Maximum number of messages deleted per transaction.
const MESSAGES: i64 = 5_000;
/// Maximum number of runs deleted per transaction, or of runs whose last messages it deletes.
const RUNS: i64 = 100;

/// Drops the oldest partition of messages whole, if all its runs ended longer ago than `kept`: the fast path of
/// Postgres, beside [`delete_messages`], which does what else there is to do for these runs. `false` when there is none.
///
/// # Errors
/// Also when another transaction holds the lock on messages for too long.
pub fn drop_messages(db: &mut Db, _upkeep: Internal, kept: Duration) -> Result<bool> {
    let Some((from, to)) = backend::oldest_partition(db)? else { return Ok(false) };
    let ended_before = db_now(db)?.minus(kept);
    let newest: Option<i64> = runs::table.select(diesel::dsl::max(runs::id)).first(db)?;
    let needed = runs::table
        .filter(runs::id.ge(from))
        .filter(runs::id.lt(to))
        .filter(runs::ended_at.is_null().or(runs::ended_at.ge(ended_before)));
    // Where the newest run goes, further ones will.
    if newest.is_none_or(|newest| newest < to) || diesel::select(exists(needed)).get_result(db)? {
        return Ok(false);
    }
    backend::drop_partition(db, from)?;
    Ok(true)
}

/// Deletes messages of the runs that ended longest ago, if that is longer ago than `kept`, and what the last run of a
/// system has left in its replica: some of them. `false` when nothing is left to delete.
pub fn delete_messages(db: &mut Db, _upkeep: Internal, kept: Duration) -> Result<bool> {
    let ended_before = db_now(db)?.minus(kept);
    let old: Vec<(RunId, SystemId)> = runs::table
        .filter(runs::has_messages)
        .filter(runs::ended_at.lt(ended_before))
        .order(runs::ended_at)
        .limit(RUNS)
        .select((runs::id, runs::system_id))
        .load(db)?;
    let (any, mut left) = (!old.is_empty(), MESSAGES);
    for (run, system) in old {
        left -= delete_some(db, run, left)?;
        if left <= 0 || replica::sweep_left(db, system, run)? {
            break;
        }
        diesel::update(runs::table.find(run)).set(runs::has_messages.eq(false)).execute(db)?;
    }
    Ok(any)
}

/// Deletes the first messages of a run, at most `limit`; returns how many.
fn delete_some(db: &mut Db, run: RunId, limit: i64) -> Result<i64> {
    let of_run = messages::table.filter(messages::run_id.eq(run));
    let mut deleted = 0;
    // Numbers follow each other; where some are missing, the next piece continues behind the gap.
    while deleted < limit {
        let first: Option<i64> = of_run.order(messages::seq).select(messages::seq).first(db).optional()?;
        let Some(first) = first else { break };
        let piece = of_run.filter(messages::seq.lt(first.saturating_add(limit - deleted)));
        deleted += i64::try_from(diesel::delete(piece).execute(db)?).unwrap_or(i64::MAX);
    }
    Ok(deleted)
}

/// Deletes runs that ended longer ago than `kept`, with their counts and the versions of records that they have
/// replaced: some of them. Their messages are gone. The time of the last success is stored in the system.
/// `false` when nothing is left to delete.
pub fn delete_runs(db: &mut Db, _upkeep: Internal, kept: Duration) -> Result<bool> {
    let ended_before = db_now(db)?.minus(kept);
    let old: Vec<(RunId, SystemId)> = runs::table
        .filter(runs::state.eq(RunState::Ended))
        .filter(runs::has_messages.eq(false))
        .filter(runs::ended_at.lt(ended_before))
        .order(runs::ended_at)
        .limit(RUNS)
        .select((runs::id, runs::system_id))
        .load(db)?;
    if old.is_empty() {
        return Ok(false);
    }
    if replica::forget_replaced(db, &old)? {
        return Ok(true);
    }
    let old: Vec<RunId> = old.into_iter().map(|(run, _system)| run).collect();
    diesel::update(runs::table.filter(runs::retries_run.eq_any(&old)))
        .set(runs::retries_run.eq(None::<RunId>))
        .execute(db)?;
    diesel::delete(runs::table.filter(runs::id.eq_any(&old))).execute(db)?;
    Ok(true)
}
