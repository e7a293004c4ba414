//! Deleting what is past its days, in steps so short that nobody waits for one.

use std::time::Duration;

use diesel::prelude::*;

use crate::access::Internal;
use crate::domain::run::RunState;
use crate::ids::RunId;
use crate::store::backend::db_now;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{messages, runs};

/// So many messages go in one transaction.
const MESSAGES: i64 = 5_000;
/// So many runs go in one transaction.
const RUNS: i64 = 100;

/// Deletes messages of the run that ended longest ago, if that is longer ago than `kept`: some of them. `false` when
/// nothing is left to delete.
pub fn delete_messages(db: &mut Db, _upkeep: &Internal, kept: Duration) -> Result<bool> {
    let ended_before = db_now(db)?.minus(kept);
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
    if let Some(first) = first {
        diesel::delete(of_run.filter(messages::seq.lt(first.saturating_add(MESSAGES)))).execute(db)?;
    }
    if !diesel::select(diesel::dsl::exists(of_run)).get_result::<bool>(db)? {
        diesel::update(runs::table.find(run)).set(runs::has_messages.eq(false)).execute(db)?;
    }
    Ok(true)
}

/// Deletes runs that ended longer ago than `kept`, with their counts; their messages are gone. What a system remembers
/// of its last success stands in the system. `false` when nothing is left to delete.
pub fn delete_runs(db: &mut Db, _upkeep: &Internal, kept: Duration) -> Result<bool> {
    let ended_before = db_now(db)?.minus(kept);
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
