//! Deleting what is past its days, in steps so short that nobody waits for one.

use diesel::prelude::*;

use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::run::RunState;
use crate::ids::RunId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{messages, runs};

/// So many messages go in one transaction.
const MESSAGES: i64 = 5_000;
/// So many runs go in one transaction.
const RUNS: i64 = 100;

/// Deletes messages of the run that ended longest ago, if that was before `ended_before`: some of them. `false` when
/// nothing is left to delete.
pub fn delete_messages(db: &mut Db, _upkeep: &Internal, ended_before: Stamp) -> Result<bool> {
    let run: Option<RunId> = runs::table
        .filter(runs::has_messages)
        .filter(runs::ended_at.lt(ended_before))
        .order(runs::ended_at)
        .select(runs::id)
        .first(db)
        .optional()?;
    let Some(run) = run else { return Ok(false) };
    let of_run = messages::table.filter(messages::run_id.eq(run));
    let first: Option<i64> = of_run.order(messages::seq).select(messages::seq).first(db).optional()?;
    match first {
        Some(first) => {
            diesel::delete(of_run.filter(messages::seq.lt(first.saturating_add(MESSAGES)))).execute(db)?;
        }
        None => {
            diesel::update(runs::table.find(run)).set(runs::has_messages.eq(false)).execute(db)?;
        }
    }
    Ok(true)
}

/// Deletes runs that ended before `ended_before`, with their counts; their messages are gone. What a system remembers
/// of its last success stands in the system. `false` when nothing is left to delete.
pub fn delete_runs(db: &mut Db, _upkeep: &Internal, ended_before: Stamp) -> Result<bool> {
    let old: Vec<RunId> = runs::table
        .filter(runs::state.eq(RunState::Ended))
        .filter(runs::has_messages.eq(false))
        .filter(runs::ended_at.lt(ended_before))
        .order(runs::ended_at)
        .limit(RUNS)
        .select(runs::id)
        .load(db)?;
    if old.is_empty() {
        return Ok(false);
    }
    diesel::update(runs::table.filter(runs::retries_run.eq_any(&old)))
        .set(runs::retries_run.eq(None::<RunId>))
        .execute(db)?;
    diesel::delete(runs::table.filter(runs::id.eq_any(&old))).execute(db)?;
    Ok(true)
}
