//! *Check connection* by hand: a queue row that a worker carries out. At most one open check a system.

use std::time::Duration;

use tokio::sync::Notify;

use super::audit::Who;
use super::error::{OpError, Result};
use super::obstruction::Obstruction;
use crate::access::{Grant, verbs};
use crate::domain::run::CheckTrigger;
use crate::ids::{CheckNo, GroupId, SystemKey};
use crate::store::{self, Store, checks, systems};

/// How long those who only look wait between two checks of a system: each is work for its peer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Queues a check. `looks_only`: whoever may neither synchronize nor specify asks at most once a minute.
///
/// # Errors
/// [`OpError::Obstructed`] when the system is on hold; [`OpError::Conflict`] when it was checked a moment ago.
pub async fn check_connection(
    store: &Store,
    wake: &Notify,
    grant: &Grant<verbs::CheckConnection>,
    key: &SystemKey,
    looks_only: impl Fn(GroupId) -> bool + Clone + Send + 'static,
    who: Who,
) -> Result<CheckNo> {
    let (grant, key) = (grant.clone(), key.clone());
    let queued = store
        .write(move |db| {
            let now = store::now(db)?;
            let (system, _group) = systems::find_to_change(db, &grant, &key)?;
            if let Some(by) = Obstruction::hold_of(&system) {
                return Ok(Err(OpError::Obstructed { by, group: system.group_id }));
            }
            let asked = checks::last_by_hand(db, system.id)?.map(|queued_at| queued_at.plus(PATIENCE));
            if let Some(wait) = asked.filter(|until| *until > now && looks_only(system.group_id)) {
                let seconds = wait.since(now).as_secs() + 1;
                return Ok(Err(OpError::Conflict(format!(
                    "The connection was checked less than a minute ago. Look at that result, or check again in {seconds} s."
                ))));
            }
            let (no, new) = checks::queue(db, system.id, CheckTrigger::Manual, &who.principal, now)?;
            if !new {
                return Ok(Ok(no));
            }
            let after = serde_json::json!({ "check": no.0 });
            who.did(
                db,
                "system.check",
                (Some(system.id), Some(system.group_id)),
                &system.name,
                (None, Some(after)),
                now,
            )?;
            Ok(Ok(no))
        })
        .await?;
    wake.notify_one();
    queued
}
