//! One run: how it went, how far it is, and a page of its log.

use super::log::{LogQuestion, RunLog, run_log};
use crate::access::{Actor, Grant, Permission, verbs};
use crate::domain::run::RunState;
use crate::ids::{RunNo, SystemKey};
use crate::queries::{KeptSince, RunFailure, run_failure};
use crate::store::messages::Dictionary;
use crate::store::runs::{self, Run, RunDetails};
use crate::store::systems::{self, InReach, OfSystem, System};
use crate::store::{Db, Result};

/// A run of a system in reach.
///
/// # Errors
/// As the store.
pub fn run_in_reach<P: Permission>(
    db: &mut Db,
    grant: &Grant<P>,
    (key, no): (&SystemKey, RunNo),
) -> Result<(InReach<System>, OfSystem<Run>)> {
    let system = systems::find(db, grant, key)?;
    let run = runs::find(db, &system, no)?;
    Ok((system, run))
}

/// What the page of a run shows.
#[derive(Debug)]
pub struct RunOverview {
    pub details: RunDetails,
    pub failure: Option<RunFailure>,
    /// How many runs of its group are in process, when a queued run can wait because of the share of its group.
    pub share: Option<i64>,
    pub log: RunLog,
}

/// Reads a run in reach.
///
/// # Errors
/// As the store.
pub fn run_overview(
    db: &mut Db,
    (grant, reader): (&Grant<verbs::SeeRun>, &Actor),
    (key, no): (&SystemKey, RunNo),
    (words, question): (&Dictionary, &LogQuestion<'_>),
    kept: KeptSince,
) -> Result<RunOverview> {
    let details = runs::details(db, grant, (key, no), kept.runs_since)?;
    let group = details.system.group_id;
    let failure = run_failure(db, reader, group, &details.run, kept)?;
    let is_queued = details.run.state == RunState::Queued;
    let share = if is_queued { runs::share_in_use(db, group)? } else { None };
    let log = run_log(db, reader, words, &details, question, kept)?;
    Ok(RunOverview { details, failure, share, log })
}
