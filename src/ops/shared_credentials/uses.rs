//! Which system uses which shared credential.

use super::super::audit::{Action, AuditLog, Event};
use super::super::error::{OpError, Result};
use super::SetCredentials;
use crate::clock::Stamp;
use crate::domain::kind::Kinds;
use crate::ids::{CheckNo, CredentialKey, SystemKey};
use crate::store::credentials::{self, Credential};
use crate::store::systems::{self, InReach, System};
use crate::store::{self, Db, Store, checks, shared_credentials};

/// A slot of a system.
#[derive(Debug, Clone)]
pub struct Slot {
    pub system: SystemKey,
    pub slot: String,
}

/// Why a system cannot use a shared credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseError {
    OtherGroup,
    /// The settings of the system have another origin, account or path, or send no secret of this slot.
    OutOfScope,
}

/// Makes a system use a shared credential instead of a separate secret, which is deleted. Returns the number of the
/// connection check that follows; none while the system is on hold.
///
/// # Errors
/// [`UseError`]; [`OpError::NotFound`] when the system or the credential is out of reach.
pub async fn use_shared(
    store: &Store,
    grant: &SetCredentials,
    slot: Slot,
    key: &CredentialKey,
    kinds: Kinds,
    audit: AuditLog,
) -> Result<Option<CheckNo>, UseError> {
    let (grant, key) = (grant.clone(), key.clone());
    let used = store.write(move |db| {
        let now = store::now(db)?;
        let system = systems::find_to_change(db, &grant, &slot.system)?;
        let shared = shared_credentials::find_to_change(db, &grant, &key)?;
        if shared.group_id != system.group_id {
            return Err(OpError::Refused(UseError::OtherGroup));
        }
        let settings = serde_json::from_str(&system.settings).unwrap_or_default();
        let recipient = kinds(&system.kind).and_then(|kind| kind.owners(&settings).remove(slot.slot.as_str()));
        if !recipient.is_some_and(|recipient| shared.scope().covers(&recipient)) {
            return Err(OpError::Refused(UseError::OutOfScope));
        }
        if let Some(before) = in_slot(db, &system, &slot.slot)? {
            release(db, &system, &before, &audit, now)?;
        }
        credentials::share(db, &grant, (&system, &slot.slot), &shared)?;
        audit.record(db, event(Action::UseCredential, &system, &slot.slot, &shared.name), now)?;
        Ok(check(db, &system, &audit, now)?)
    });
    used.await
}

/// The slot uses no shared credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUsed;

/// Makes a system stop using a shared credential. It has none in this slot then. Returns as [`use_shared`].
///
/// # Errors
/// [`NotUsed`]; [`OpError::NotFound`] when the system is out of reach.
pub async fn stop_using(
    store: &Store,
    grant: &SetCredentials,
    slot: Slot,
    audit: AuditLog,
) -> Result<Option<CheckNo>, NotUsed> {
    let grant = grant.clone();
    let stopped = store.write(move |db| {
        let now = store::now(db)?;
        let system = systems::find_to_change(db, &grant, &slot.system)?;
        match in_slot(db, &system, &slot.slot)? {
            Some(shared @ Credential::Shared { .. }) => release(db, &system, &shared, &audit, now)?,
            Some(Credential::Own(_)) | None => return Err(OpError::Refused(NotUsed)),
        }
        Ok(check(db, &system, &audit, now)?)
    });
    stopped.await
}

/// Removes what a system has in a slot. A shared credential stays for the others, and the audit log says who stopped using
/// it.
pub(in crate::ops) fn release(
    db: &mut Db,
    system: &InReach<System>,
    credential: &Credential,
    audit: &AuditLog,
    now: Stamp,
) -> store::Result<()> {
    credentials::remove(db, system, credential.slot())?;
    match credential {
        Credential::Own(_) => Ok(()),
        Credential::Shared { slot, shared } => {
            audit.record(db, event(Action::StopUsingCredential, system, slot, &shared.name), now)
        }
    }
}

fn in_slot(db: &mut Db, system: &InReach<System>, slot: &str) -> store::Result<Option<Credential>> {
    Ok(credentials::of_system(db, system)?.into_iter().find(|credential| credential.slot() == slot))
}

fn check(db: &mut Db, system: &InReach<System>, audit: &AuditLog, now: Stamp) -> store::Result<Option<CheckNo>> {
    match system.hold_since {
        None => checks::queue_after_change(db, system.as_id(), &audit.principal, now).map(Some),
        Some(_) => Ok(None),
    }
}

fn event(action: Action, system: &System, slot: &str, credential: &str) -> Event {
    Event::of(action, system).after(serde_json::json!({ "slot": slot, "credential": credential }))
}
