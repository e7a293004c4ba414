//! Confirming a braked plan: a new run that plans again and deletes only if the plan is the same.

use tokio::sync::Notify;

use super::audit::Who;
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::domain::run::Trigger;
use crate::ids::{RunNo, SystemKey};
use crate::store::runs::{Due, Queued, queue};
use crate::store::{self, Store, StoreError, plans, runs, systems};

/// The plan that somebody saw.
#[derive(Debug, Clone)]
pub struct Confirmation {
    pub key: SystemKey,
    pub run: RunNo,
    pub digest: String,
}

/// Confirms the plan of a braked run by its digest.
///
/// # Errors
/// [`OpError::Conflict`] when the plan has expired, changed or was confirmed, the system is on hold,
/// or another run is queued.
pub async fn confirm_plan(
    store: &Store,
    wake: &Notify,
    grant: &Grant<verbs::ConfirmDeletions>,
    seen: Confirmation,
    who: Who,
) -> Result<RunNo> {
    let Confirmation { key, run: no, digest } = seen;
    let grant = grant.clone();
    let confirmed = store
        .write(move |db| {
            let now = store::now(db)?;
            let (system, _group) = systems::find_to_change(db, &grant, &key)?;
            if system.hold_since.is_some() {
                return Err(StoreError::Duplicate("The system is on hold. Release it first.".to_owned()));
            }
            let (run, _totals) = runs::find(db, system.id, no)?;
            plans::confirm(db, &grant, run.id, &digest, now)?;
            let due = Due {
                system: system.id,
                lane: run.lane,
                request_key: None,
                trigger: Trigger::Confirmed,
                principal: grant.principal().to_string(),
                attempt: 1,
                retries_run: None,
                plan_digest: Some(digest.clone()),
                not_before: now,
            };
            match queue(db, &due, now)? {
                Queued::New { run, .. } => {
                    let place = (Some(system.id), Some(system.group_id));
                    let after = serde_json::json!({ "run": no.0, "digest": digest, "new_run": run.no.0 });
                    who.did(db, "plan.confirm", place, &system.name, (None, Some(after)), now)?;
                    Ok(run.no)
                }
                // Undone with the transaction: the confirmation stays open.
                Queued::Same { run, .. } | Queued::Already(run) => Err(StoreError::Duplicate(format!(
                    "Run {} is queued already. Withdraw it, or wait for its plan.",
                    run.no
                ))),
            }
        })
        .await;
    wake.notify_one();
    confirmed.map_err(|error| match error {
        StoreError::Duplicate(said) => OpError::Conflict(said),
        StoreError::Fenced => OpError::Conflict(
            "This plan has expired, was confirmed already or is not the one you saw. Synchronize again to get a new plan."
                .to_owned(),
        ),
        other => other.into(),
    })
}
