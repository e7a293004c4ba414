//! Deleting a system with its children: softly, and only while no run is open.

use super::super::audit::{Action, AuditLog, Event};
use super::super::error::{OpError, Result};
use super::super::shared_credentials::release;
use crate::access::{Grant, verbs};
use crate::ids::SystemKey;
use crate::store::{self, Db, Store, credentials, runs, systems};

/// A run of the system, or of a child of it, is queued or running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunIsOpen;

/// Deletes a system and its children. Its runs and their logs stay until retention ends; its secrets are deleted
/// immediately. Returns its name.
///
/// # Errors
/// [`RunIsOpen`].
pub async fn delete_system(
    store: &Store,
    grant: &Grant<verbs::SpecifySystems>,
    key: &SystemKey,
    audit: AuditLog,
) -> Result<String, RunIsOpen> {
    let (grant, key) = (grant.clone(), key.clone());
    store
        .write(move |db| {
            for child in systems::lock_children(db, &grant, &key)? {
                delete(db, &grant, &child, &audit)?;
            }
            delete(db, &grant, &key, &audit)
        })
        .await
}

fn delete(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    key: &SystemKey,
    audit: &AuditLog,
) -> Result<String, RunIsOpen> {
    let now = store::now(db)?;
    let system = systems::delete(db, grant, key, now)?;
    // The row was changed, and so locked, before: no run can be queued now.
    if !runs::open_runs(db, &system)?.is_empty() {
        return Err(OpError::Refused(RunIsOpen));
    }
    for credential in credentials::of_system(db, &system)? {
        release(db, &system, &credential, audit, now)?;
    }
    let settings = serde_json::from_str::<serde_json::Value>(&system.settings).unwrap_or_default();
    let before = serde_json::json!({
        "key": system.key.to_string(), "name": system.name, "kind": system.kind, "group": system.group_id.0,
        "production": system.production, "schedule": system.schedule, "time_zone": system.time_zone,
        "settings": settings,
    });
    audit.record(db, Event::of(Action::DeleteSystem, &system).before(before), now)?;
    Ok(system.name.clone())
}
