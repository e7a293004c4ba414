//! Deleting a system: softly, and only while no run is open.

use super::super::audit::Who;
use super::super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::ids::SystemKey;
use crate::store::{self, Store, StoreError, credentials, systems};

/// Deletes a system. Its runs and their logs stay until retention ends; its secrets go at once.
///
/// # Errors
/// [`OpError::Conflict`] while a run is queued or running.
pub async fn delete_system(
    store: &Store,
    grant: &Grant<verbs::SpecifySystems>,
    key: &SystemKey,
    who: Who,
) -> Result<()> {
    let (grant, key) = (grant.clone(), key.clone());
    let deleted = store
        .write(move |db| {
            let now = store::now(db)?;
            let system = systems::delete(db, &grant, &key, now)?;
            for sealed in credentials::of_system(db, system.id)? {
                credentials::remove(db, system.id, &sealed.slot)?;
            }
            let settings = serde_json::from_str::<serde_json::Value>(&system.settings).unwrap_or_default();
            let before = serde_json::json!({
                "key": system.key.to_string(), "name": system.name, "kind": system.kind, "group": system.group_id.0,
                "production": system.production, "schedule": system.schedule, "time_zone": system.time_zone,
                "settings": settings,
            });
            who.did(
                db,
                "system.delete",
                (Some(system.id), Some(system.group_id)),
                &system.name,
                (Some(before), None),
                now,
            )
        })
        .await;
    deleted.map_err(|error| match error {
        StoreError::Fenced => OpError::Conflict(
            "A run of this system is queued or running. Cancel it, or wait until it has ended.".to_owned(),
        ),
        other => other.into(),
    })
}
