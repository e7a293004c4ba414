//! Creating and changing systems.

use std::sync::Arc;

use super::super::audit::{Action, AuditLog, Event};
use super::super::error::{OpError, Result};
use super::super::keys::Sealing;
use super::super::random;
use super::super::shared_credentials::release;
use super::super::vault::{self, Vault};
use super::form::Specified;
use super::kept::forget_used;
use super::objections::{Against, Recipients, name_taken, objections};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::config::Config;
use crate::domain::kind::{ConnectorKind, Kinds};
use crate::ids::{CheckNo, SystemId, SystemKey};
use crate::store::systems::{Draft, InReach, System, SystemTimes};
use crate::store::{self, Db, Store, StoreError, checks, credentials, groups, item_states, systems};

type Specify = Grant<verbs::SpecifySystems>;

/// A system as it is to be, of which kind, by whom.
pub struct Wanted {
    pub kind: &'static dyn ConnectorKind,
    /// Finds the kinds of other systems.
    pub kinds: Kinds,
    /// Says which local folders a group may use.
    pub config: Arc<Config>,
    pub specified: Arc<Specified>,
    /// Where the person may set credentials; none: nowhere.
    pub secrets: Option<Grant<verbs::SetCredentials>>,
    pub audit: AuditLog,
}

/// Creates a system and queues its first connection check: the key, and the number of the check.
///
/// # Errors
/// [`OpError::Invalid`] with everything that is wrong, in the form itself and beside what exists: a name that is taken,
/// a group out of reach, a destination where another system deletes.
pub async fn create_system(
    store: &Store,
    vault: &Vault,
    grant: &Specify,
    wanted: Wanted,
) -> Result<(SystemKey, CheckNo)> {
    let Wanted { kind, kinds, config, specified, secrets, audit } = wanted;
    let key = SystemKey::from_random(random::bytes());
    let (grant, made) = (grant.clone(), key.clone());
    // Held until the transaction has ended: a rotation waits for it.
    let sealing = Arc::new(vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?);
    let saved = store
        .write(move |db| {
            let now = store::now(db)?;
            let against =
                Against { grant: &grant, secrets: secrets.as_ref(), kind, kinds, config: &config, system: None };
            let wrong = objections(db, &against, &specified)?;
            if !wrong.is_empty() {
                return Err(OpError::Invalid(wrong));
            }
            let draft = drafted(db, &grant, kind, &specified, now, None)?;
            let id = systems::create(db, &grant, &made, &draft, now)?;
            // Only now it has the id by which its due times are spread.
            systems::plan(db, &grant, id, next_due(&specified, *id, now))?;
            seal(db, secrets.as_ref(), kind, &sealing, (id, &specified))?;
            let created = Event::new(Action::CreateSystem, &draft.name).in_group(*id, draft.group);
            audit.record(db, created.after(to_json(&draft, &specified)), now)?;
            forget_used(db, &grant, &specified)?;
            Ok(checks::queue_after_change(db, id, &audit.principal, now)?)
        })
        .await;
    let check = saved.map_err(name_is_taken)?;
    Ok((key, check))
}

/// Which system is changed, on top of what.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub key: &'a SystemKey,
    pub seen_version: i64,
}

/// Somebody else has changed the system since the form was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedSince;

/// Changes a system, unless somebody else changed it since `seen_version`. The number of the connection check that
/// follows; none while the system is on hold.
///
/// # Errors
/// As for [`create_system`]; [`ChangedSince`].
pub async fn save_system(
    store: &Store,
    vault: &Vault,
    grant: &Specify,
    change: Change<'_>,
    wanted: Wanted,
) -> Result<Option<CheckNo>, ChangedSince> {
    let Wanted { kind, kinds, config, specified, secrets, audit } = wanted;
    let (grant, key, seen_version) = (grant.clone(), change.key.clone(), change.seen_version);
    // Held until the transaction has ended: a rotation waits for it.
    let sealing = Arc::new(vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?);
    let saved = store
        .write(move |db| {
            let now = store::now(db)?;
            systems::lock_children(db, &grant, &key)?;
            let system = systems::find_to_change(db, &grant, &key)?;
            let against = Against {
                grant: &grant,
                secrets: secrets.as_ref(),
                kind,
                kinds,
                config: &config,
                system: Some(&system),
            };
            let wrong = objections(db, &against, &specified)?;
            if !wrong.is_empty() {
                return Err(OpError::Invalid(wrong));
            }
            let draft = drafted(db, &grant, kind, &specified, now, Some(&system))?;
            let watch = systems::times(db, &system)?;
            let before: serde_json::Value = serde_json::from_str(&system.settings).unwrap_or_default();
            let (was, is) = (kind.owners(&before), kind.owners(&specified.settings));
            let recipients = Recipients { was, is, moves: draft.group != system.group_id };
            // First: a system that uses a shared credential cannot leave its group.
            for credential in credentials::of_system(db, &system)? {
                let is_replaced = specified.secrets.contains_key(credential.slot());
                if is_replaced || !recipients.keep(&credential) {
                    release(db, &system, &credential, &audit, now)?;
                }
            }
            if !systems::save(db, &grant, &system, &draft, seen_version, now)? {
                return Err(OpError::Refused(ChangedSince));
            }
            if kind.ends(&before) != kind.ends(&specified.settings) {
                item_states::forget_all(db, &system)?;
            }
            seal(db, secrets.as_ref(), kind, &sealing, (system.as_id(), &specified))?;
            if draft.group != system.group_id {
                // Auditors of the group that it leaves see nothing of it from here on.
                audit.record(db, Event::of(Action::LeaveGroup, &system), now)?;
            }
            let changed = Event::new(Action::ChangeSystem, &draft.name).in_group(system.id, draft.group);
            let changed = changed.before(state_of(&system, &watch)).after(to_json(&draft, &specified));
            audit.record(db, changed, now)?;
            forget_used(db, &grant, &specified)?;
            Ok(match system.hold_since {
                None => Some(checks::queue_after_change(db, system.as_id(), &audit.principal, now)?),
                Some(_) => None,
            })
        })
        .await;
    saved.map_err(name_is_taken)
}

/// Two saves met in the unique index.
fn name_is_taken<R>(error: OpError<R>) -> OpError<R> {
    match error {
        OpError::Store(StoreError::Duplicate(_)) => OpError::Invalid(vec![name_taken()]),
        other => other,
    }
}

fn drafted(
    db: &mut Db,
    grant: &Specify,
    kind: &dyn ConnectorKind,
    specified: &Specified,
    now: Stamp,
    system: Option<&System>,
) -> std::result::Result<Draft, StoreError> {
    let group = groups::by_name(db, &specified.group)?
        .filter(|group| grant.scope().covers(*group))
        .ok_or(StoreError::NotFound)?;
    let schedule = specified.schedule.text();
    let next_due = system.and_then(|system| {
        let same = system.schedule == schedule && system.time_zone == specified.time_zone.name();
        if same { system.next_due } else { next_due(specified, system.id, now) }
    });
    Ok(Draft {
        name: specified.name.clone(),
        kind: kind.kind().to_owned(),
        group,
        parent: system.and_then(|system| system.parent_id),
        lanes: kind.lanes(),
        production: specified.production,
        settings: specified.settings.to_string(),
        time_zone: specified.time_zone.name().to_owned(),
        next_due,
        schedule,
        timeout_us: specified.timeout_us,
        max_attempts: specified.max_attempts,
        freshness_us: specified.freshness_us,
        admin_url: specified.admin_url.clone(),
    })
}

/// The first due time after now, spread by the id as all that follow.
fn next_due(specified: &Specified, id: SystemId, now: Stamp) -> Option<Stamp> {
    specified.schedule.next_after(now, specified.time_zone, id.seed())
}

/// Stores the secrets that were typed; those of a person who must not set any were refused before.
fn seal(
    db: &mut Db,
    grant: Option<&Grant<verbs::SetCredentials>>,
    kind: &dyn ConnectorKind,
    sealing: &Sealing,
    (system, specified): (InReach<SystemId>, &Specified),
) -> std::result::Result<(), StoreError> {
    let Some(grant) = grant else { return Ok(()) };
    // A secret that nobody would get is not kept.
    let owners = kind.owners(&specified.settings);
    for (slot, secret) in specified.secrets.iter().filter(|(slot, _)| owners.contains_key(slot.as_str())) {
        credentials::set(db, grant, system, &vault::seal(sealing, *system, slot, secret))?;
    }
    Ok(())
}

/// A system for the audit log: without secrets.
fn state_of(system: &System, watch: &SystemTimes) -> serde_json::Value {
    serde_json::json!({
        "name": system.name, "group": system.group_id.0, "production": system.production, "schedule": system.schedule,
        "time_zone": system.time_zone, "timeout_us": system.timeout_us, "max_attempts": system.max_attempts,
        "freshness_us": watch.freshness_us, "admin_url": system.admin_url,
        "settings": serde_json::from_str::<serde_json::Value>(&system.settings).unwrap_or_default(),
    })
}

fn to_json(draft: &Draft, specified: &Specified) -> serde_json::Value {
    serde_json::json!({
        "name": draft.name, "group": draft.group.0, "production": draft.production, "schedule": draft.schedule,
        "time_zone": draft.time_zone, "timeout_us": draft.timeout_us, "max_attempts": draft.max_attempts,
        "freshness_us": draft.freshness_us, "admin_url": draft.admin_url,
        "settings": specified.settings, "secrets_changed": specified.secrets.keys().collect::<Vec<_>>(),
    })
}
