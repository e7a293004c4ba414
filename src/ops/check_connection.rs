//! *Check connection* by hand: a queue row that a worker carries out. At most one open check a system.

use tokio::sync::Notify;

use super::audit::Who;
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::ids::{CheckNo, SystemKey};
use crate::store::{Store, checks, systems};

/// Queues a check.
///
/// # Errors
/// [`OpError::Conflict`] when the system is on hold.
pub async fn check_connection(
    store: &Store,
    wake: &Notify,
    grant: &Grant<verbs::CheckConnection>,
    key: &SystemKey,
    who: Who,
    now: Stamp,
) -> Result<CheckNo> {
    let (grant, key) = (grant.clone(), key.clone());
    let queued = store
        .write(move |db| {
            let (system, _group) = systems::find_to_change(db, &grant, &key)?;
            if let Some(reason) = system.hold_reason {
                return Ok(Err(reason));
            }
            let (no, new) = checks::queue(db, system.id, &who.principal, now)?;
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
    queued.map_err(|reason| {
        OpError::Conflict(format!("Refused because the system is on hold: {reason} Release it first."))
    })
}
