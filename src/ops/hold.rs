//! Holding and releasing a system: on hold there are no checks, no runs and no alarms.

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::objection::Objection;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::schedule::Schedule;
use crate::ids::SystemKey;
use crate::store::{self, Db, Store, systems};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// The system is on hold already, or not on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldError {
    AlreadyOnHold,
    NotOnHold,
}

/// Puts a system on hold. A reason is required: others will ask.
///
/// # Errors
/// [`OpError::Invalid`] without a reason; [`HoldError::AlreadyOnHold`].
pub async fn hold(
    store: &Store,
    grant: &Grant<verbs::HoldSystem>,
    key: &SystemKey,
    reason: &str,
    audit: AuditLog,
) -> Result<(), HoldError> {
    let reason = checked_reason(reason)?;
    let (grant, key) = (grant.clone(), key.clone());
    store.write(move |db| hold_here(db, &grant, &key, &reason, &audit)).await
}

/// A reason without white space around it.
///
/// # Errors
/// [`OpError::Invalid`] when it is empty or too long.
pub(super) fn checked_reason<R>(reason: &str) -> Result<String, R> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(OpError::field("reason", Objection::NoReason));
    }
    if reason.chars().count() > MAX_REASON {
        return Err(OpError::field("reason", Objection::TooLong(MAX_REASON)));
    }
    Ok(reason)
}

/// Puts a system on hold, in the transaction of the caller.
pub(super) fn hold_here(
    db: &mut Db,
    grant: &Grant<verbs::HoldSystem>,
    key: &SystemKey,
    reason: &str,
    audit: &AuditLog,
) -> Result<(), HoldError> {
    let now = store::now(db)?;
    let system = systems::find_to_change(db, grant, key)?;
    if system.hold_since.is_some() {
        return Err(OpError::Refused(HoldError::AlreadyOnHold));
    }
    systems::hold(db, grant, key, reason, now)?;
    let after = serde_json::json!({ "reason": reason });
    Ok(audit.record(db, Event::of(Action::HoldSystem, &system).after(after), now)?)
}

/// Releases a system; its schedule resumes now. Returns when its next run is due, if it has a schedule.
///
/// # Errors
/// [`HoldError::NotOnHold`].
pub async fn release(
    store: &Store,
    grant: &Grant<verbs::HoldSystem>,
    key: &SystemKey,
    audit: AuditLog,
) -> Result<Option<Stamp>, HoldError> {
    let (grant, key) = (grant.clone(), key.clone());
    store.write(move |db| release_here(db, &grant, &key, &audit)).await
}

/// Releases a system, in the transaction of the caller.
pub(super) fn release_here(
    db: &mut Db,
    grant: &Grant<verbs::HoldSystem>,
    key: &SystemKey,
    audit: &AuditLog,
) -> Result<Option<Stamp>, HoldError> {
    let now = store::now(db)?;
    let system = systems::find_to_change(db, grant, key)?;
    let Some(reason) = &system.hold_reason else { return Err(OpError::Refused(HoldError::NotOnHold)) };
    let before = serde_json::json!({ "reason": reason });
    let next = system
        .schedule
        .parse::<Schedule>()
        .ok()
        .zip(system.time_zone.parse().ok())
        .and_then(|(schedule, zone)| schedule.next_after(now, zone, system.id.seed()));
    systems::release(db, grant, key, next, now)?;
    audit.record(db, Event::of(Action::ReleaseSystem, &system).before(before), now)?;
    Ok(next)
}
