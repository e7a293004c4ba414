//! Canceling a run: a queued one is withdrawn immediately, a running one is asked to stop.

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::domain::run::RunState;
use crate::ids::{RunNo, SystemKey};
use crate::store::{self, Store, runs, systems};

/// The run has ended already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HasEnded;

/// Cancels a run. Says whether it has ended already or will within seconds.
///
/// # Errors
/// [`HasEnded`].
pub async fn cancel_run(
    store: &Store,
    grant: &Grant<verbs::CancelRun>,
    key: &SystemKey,
    no: RunNo,
    audit: AuditLog,
) -> Result<RunState, HasEnded> {
    let (grant, key) = (grant.clone(), key.clone());
    store
        .write(move |db| {
            let now = store::now(db)?;
            let system = systems::find(db, &grant, &key)?;
            let run = runs::find(db, &system, no)?;
            let by = grant.principal().clone();
            let state = if runs::withdraw(db, &run, &by, now)? {
                RunState::Ended
            } else if runs::cancel(db, &run, &by, now)?.is_some() || run.cancel_at.is_some() && run.ended_at.is_none() {
                RunState::Running
            } else {
                return Err(OpError::Refused(HasEnded));
            };
            if run.cancel_at.is_none() {
                let after = serde_json::json!({ "run": no.0 });
                audit.record(db, Event::of(Action::CancelRun, &system).after(after), now)?;
            }
            Ok(state)
        })
        .await
}
