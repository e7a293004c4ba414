//! Confirming a braked plan: a new run that plans again and deletes only if the plan is the same.

use tokio::sync::Notify;

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::domain::run::Trigger;
use crate::ids::{RunNo, SystemKey};
use crate::store::runs::{NewRun, Queued, queue};
use crate::store::{self, Store, plans, runs, systems};

/// The plan that somebody saw.
#[derive(Debug, Clone)]
pub struct Confirmation {
    pub key: SystemKey,
    pub run: RunNo,
    pub digest: String,
}

/// Why a plan cannot be confirmed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmPlanError {
    OnHold,
    /// It has expired, was confirmed already or has another digest.
    NotOpen,
    /// The settings of the system have changed since the plan was made.
    SettingsChanged,
    OtherRunQueued(RunNo),
}

/// Confirms the plan of a braked run by its digest.
///
/// # Errors
/// [`ConfirmPlanError`].
pub async fn confirm_plan(
    store: &Store,
    wake: &Notify,
    grant: &Grant<verbs::ConfirmDeletions>,
    seen: Confirmation,
    audit: AuditLog,
) -> Result<RunNo, ConfirmPlanError> {
    let Confirmation { key, run: no, digest } = seen;
    let grant = grant.clone();
    let confirmed = store
        .write(move |db| {
            let now = store::now(db)?;
            let system = systems::find_to_change(db, &grant, &key)?;
            if system.hold_since.is_some() {
                return Err(OpError::Refused(ConfirmPlanError::OnHold));
            }
            let run = runs::find(db, &system, no)?;
            if run.settings_version.is_some_and(|version| version != system.settings_version) {
                return Err(OpError::Refused(ConfirmPlanError::SettingsChanged));
            }
            if !plans::confirm(db, &grant, run.as_id(), &digest, now)? {
                return Err(OpError::Refused(ConfirmPlanError::NotOpen));
            }
            let due = NewRun {
                system: system.as_id(),
                lane: run.lane.clone(),
                request_key: None,
                trigger: Trigger::Confirmed,
                principal: grant.principal().clone(),
                attempt: 1,
                retries_run: None,
                plan_digest: Some(digest.clone()),
                not_before: now,
            };
            match queue(db, &due, now)? {
                Queued::New { run, .. } => {
                    let after = serde_json::json!({ "run": no.0, "digest": digest, "new_run": run.no.0 });
                    audit.record(db, Event::of(Action::ConfirmPlan, &system).after(after), now)?;
                    Ok(run.no)
                }
                Queued::Same { run, .. } | Queued::Already(run) => {
                    Err(OpError::Refused(ConfirmPlanError::OtherRunQueued(run.no)))
                }
            }
        })
        .await?;
    wake.notify_one();
    Ok(confirmed)
}
