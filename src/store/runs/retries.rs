//! Retries that wait for their time.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::clock::Stamp;
use crate::ids::{RunNo, SystemKey};
use crate::store::cached::fixed;
use crate::store::connection::{Db, DbBackend};
use crate::store::error::Result;
use crate::store::schema::{runs, systems};
use crate::store::systems::{Systems, within};

/// A run that repeats one that failed.
#[derive(Debug, Clone, Queryable)]
pub struct WaitingRetry {
    pub key: SystemKey,
    pub name: String,
    pub no: RunNo,
    pub attempt: i64,
    pub max_attempts: i64,
    pub not_before: Stamp,
}

/// The retries in reach that are due first.
pub fn waiting_retries(db: &mut Db, grant: &impl Systems, most: i64) -> Result<Vec<WaitingRetry>> {
    let query = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        // Written out, as the index has it.
        .filter(fixed::<Bool>("runs.state = 'queued' AND runs.trigger = 'retry'"))
        .filter(systems::deleted_at.is_null())
        .filter(systems::hold_since.is_null())
        .filter(systems::paused_since.is_null())
        .order((runs::not_before, runs::id))
        .limit(most)
        .select((systems::key, systems::name, runs::no, runs::attempt, systems::max_attempts, runs::not_before))
        .into_boxed::<DbBackend>();
    Ok(within(grant, query, systems::group_id).load(db)?)
}
