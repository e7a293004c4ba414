//! Canceling a run: a queued one is withdrawn at once, a running one is told to stop.

use super::audit::Who;
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::domain::run::RunState;
use crate::ids::{RunNo, SystemKey};
use crate::store::{self, Store, runs, systems};

/// Cancels a run. Says whether it has ended already or will within seconds.
///
/// # Errors
/// [`OpError::Conflict`] when the run has ended.
pub async fn cancel_run(
    store: &Store,
    grant: &Grant<verbs::CancelRun>,
    key: &SystemKey,
    no: RunNo,
    who: Who,
) -> Result<RunState> {
    let (grant, key) = (grant.clone(), key.clone());
    let state = store
        .write(move |db| {
            let now = store::now(db)?;
            let (system, _group) = systems::find(db, &grant, &key)?;
            let (run, _totals) = runs::find(db, system.id, no)?;
            let by = grant.principal().to_string();
            let outcome = if runs::withdraw(db, run.id, &by, now)? {
                Some(RunState::Ended)
            } else if runs::cancel(db, run.id, &by, now)?.is_some() || run.cancel_at.is_some() && run.ended_at.is_none()
            {
                Some(RunState::Running)
            } else {
                None
            };
            if outcome.is_some() && run.cancel_at.is_none() {
                let place = (Some(system.id), Some(system.group_id));
                let after = serde_json::json!({ "run": no.0 });
                who.did(db, "run.cancel", place, &system.name, (None, Some(after)), now)?;
            }
            Ok(outcome)
        })
        .await?;
    state.ok_or_else(|| OpError::Conflict(format!("Run {no} has ended already. There is nothing to cancel.")))
}
