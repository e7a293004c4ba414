//! A system with the runs that have not ended.

use crate::access::{Grant, Permission, verbs};
use crate::clock::Stamp;
use crate::ids::{RunNo, SystemKey};
use crate::store::runs::{self, Open, Run};
use crate::store::systems::{self, InReach, System};
use crate::store::{Db, Result};

/// A system in reach, and its open runs with their progress.
///
/// # Errors
/// As the store.
pub fn system_with_open_runs<P: Permission>(
    db: &mut Db,
    grant: &Grant<P>,
    key: &SystemKey,
) -> Result<(InReach<System>, Open)> {
    let system = systems::find(db, grant, key)?;
    let open = runs::open_in(db, &system)?;
    Ok((system, open))
}

/// Open runs, each with the run that it retries.
pub type Queue = Vec<(Run, Option<RunNo>)>;

/// The queue of a system.
///
/// # Errors
/// As the store.
pub fn system_queue(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    key: &SystemKey,
    kept_since: Stamp,
) -> Result<(InReach<System>, Queue)> {
    let (system, open) = system_with_open_runs(db, grant, key)?;
    let numbers = runs::numbers_of(db, &system, open.iter().filter_map(|(run, _)| run.retries_run), kept_since)?;
    let retried = |run: &Run| run.retries_run.and_then(|id| numbers.get(&id).copied());
    let queue = open.into_iter().map(|(run, _totals)| (retried(&run), run)).map(|(no, run)| (run, no)).collect();
    Ok((system, queue))
}
