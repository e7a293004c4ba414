//! Holding and releasing a system: on hold there are no checks, no runs and no alarms.

use super::audit::Who;
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::domain::schedule::Schedule;
use crate::ids::SystemKey;
use crate::store::{self, Store, systems};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// Puts a system on hold. A reason is required: others will ask.
///
/// # Errors
/// [`OpError::Invalid`] without a reason; [`OpError::Conflict`] when it is on hold already.
pub async fn hold(
    store: &Store,
    grant: &Grant<verbs::HoldSystem>,
    key: &SystemKey,
    reason: &str,
    who: Who,
) -> Result<()> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(OpError::field("reason", "Say why, for whoever finds the system on hold."));
    }
    if reason.chars().count() > MAX_REASON {
        return Err(OpError::field("reason", format!("At most {MAX_REASON} characters.")));
    }
    let (grant, key) = (grant.clone(), key.clone());
    let held_since = store
        .write(move |db| {
            let now = store::now(db)?;
            let (system, _group) = systems::find_to_change(db, &grant, &key)?;
            if system.hold_since.is_some() {
                return Ok(system.hold_since);
            }
            systems::hold(db, &grant, &key, &reason, now)?;
            let after = serde_json::json!({ "reason": reason });
            who.did(
                db,
                "system.hold",
                (Some(system.id), Some(system.group_id)),
                &system.name,
                (None, Some(after)),
                now,
            )?;
            Ok(None)
        })
        .await?;
    match held_since {
        None => Ok(()),
        Some(_) => Err(OpError::Conflict("The system is on hold already.".to_owned())),
    }
}

/// Releases a system; its schedule goes on from now.
///
/// # Errors
/// [`OpError::Conflict`] when it is not on hold.
pub async fn release(store: &Store, grant: &Grant<verbs::HoldSystem>, key: &SystemKey, who: Who) -> Result<()> {
    let (grant, key) = (grant.clone(), key.clone());
    let released = store
        .write(move |db| {
            let now = store::now(db)?;
            let (system, _group) = systems::find_to_change(db, &grant, &key)?;
            let Some(reason) = system.hold_reason else { return Ok(false) };
            let next = system
                .schedule
                .parse::<Schedule>()
                .ok()
                .zip(system.time_zone.parse().ok())
                .and_then(|(schedule, zone)| schedule.next_after(now, zone, system.id.seed()));
            systems::release(db, &grant, &key, next, now)?;
            let before = serde_json::json!({ "reason": reason });
            who.did(
                db,
                "system.release",
                (Some(system.id), Some(system.group_id)),
                &system.name,
                (Some(before), None),
                now,
            )?;
            Ok(true)
        })
        .await?;
    if released { Ok(()) } else { Err(OpError::Conflict("The system is not on hold.".to_owned())) }
}
