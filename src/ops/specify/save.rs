//! Creating and changing systems.

use std::sync::Arc;

use super::super::audit::Who;
use super::super::error::{OpError, Result};
use super::super::keys::Sealing;
use super::super::random;
use super::super::vault::{self, Vault};
use super::form::Specified;
use super::territory;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::config::Config;
use crate::domain::kind::{Kind, Kinds, Owner};
use crate::ids::{SystemId, SystemKey};
use crate::store::systems::{Draft, System, Watch};
use crate::store::{Db, Store, StoreError, credentials, groups, item_states, systems};

type Specify = Grant<verbs::SpecifySystems>;

/// A system as it is to be, of which kind, by whom.
pub struct Wanted {
    pub kind: &'static dyn Kind,
    /// Finds the kinds of other systems.
    pub kinds: Kinds,
    /// Says which local folders a group may use.
    pub config: Arc<Config>,
    pub specified: Specified,
    pub who: Who,
}

/// Makes a system.
///
/// # Errors
/// [`OpError::Invalid`] when the name is taken, the group is out of reach, or another system deletes
/// where this one writes.
pub async fn create_system(
    store: &Store,
    vault: &Vault,
    grant: &Specify,
    wanted: Wanted,
    now: Stamp,
) -> Result<SystemKey> {
    let Wanted { kind, kinds, config, specified, who } = wanted;
    let specified = Arc::new(specified);
    let key = SystemKey::from_random(random::bytes());
    let (grant, made) = (grant.clone(), key.clone());
    // Held until the transaction has ended: a rotation waits for it.
    let sealing = Arc::new(vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?);
    let saved = store
        .write(move |db| {
            if let Some(wrong) = stands(db, &grant, kind, kinds, &config, &specified, None)? {
                return Ok(Err(wrong));
            }
            let draft = drafted(db, &grant, kind, &specified, now, None)?;
            let id = systems::create(db, &grant, &made, &draft, now)?;
            seal(db, kind, &sealing, id, &specified)?;
            let after = told(&draft, &specified);
            who.did(db, "system.create", (Some(id), Some(draft.group)), &draft.name, (None, Some(after)), now)?;
            Ok(Ok(()))
        })
        .await;
    answer(saved).map(|()| key)
}

/// Which system is changed, on top of what.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub key: &'a SystemKey,
    pub seen_version: i64,
}

/// Changes a system, unless somebody else changed it since `seen_version`.
///
/// # Errors
/// As for [`create_system`]; [`OpError::Conflict`] when it was changed meanwhile.
pub async fn save_system(
    store: &Store,
    vault: &Vault,
    grant: &Specify,
    change: Change<'_>,
    wanted: Wanted,
    now: Stamp,
) -> Result<()> {
    let Wanted { kind, kinds, config, specified, who } = wanted;
    let specified = Arc::new(specified);
    let (grant, key, seen_version) = (grant.clone(), change.key.clone(), change.seen_version);
    // Held until the transaction has ended: a rotation waits for it.
    let sealing = Arc::new(vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?);
    let saved = store
        .write(move |db| {
            let (system, _group) = systems::find_to_change(db, &grant, &key)?;
            if let Some(wrong) = stands(db, &grant, kind, kinds, &config, &specified, Some(&system))? {
                return Ok(Err(wrong));
            }
            let draft = drafted(db, &grant, kind, &specified, now, Some(&system))?;
            let watch = systems::watch(db, system.id)?;
            systems::save(db, &grant, &system, &draft, seen_version, now)?;
            let before: serde_json::Value = serde_json::from_str(&system.settings).unwrap_or_default();
            let (was, is) = (kind.owners(&before), kind.owners(&specified.settings));
            for sealed in credentials::of_system(db, system.id)? {
                let slot = sealed.slot.as_str();
                if !keeps(was.get(slot), is.get(slot)) {
                    credentials::remove(db, system.id, slot)?;
                }
            }
            if kind.ends(&before) != kind.ends(&specified.settings) {
                item_states::forget_all(db, system.id)?;
            }
            seal(db, kind, &sealing, system.id, &specified)?;
            if !specified.secrets.is_empty() && system.hold_since.is_none() {
                systems::check_by(db, system.id, now)?;
            }
            let states = (Some(seen(&system, &watch)), Some(told(&draft, &specified)));
            if draft.group != system.group_id {
                // Auditors of the group that it leaves see nothing of it from here on.
                let left = (Some(system.id), Some(system.group_id));
                who.did(db, "system.leave", left, &system.name, (None, None), now)?;
            }
            who.did(db, "system.change", (Some(system.id), Some(draft.group)), &draft.name, states, now)?;
            Ok(Ok(()))
        })
        .await;
    answer(saved)
}

fn answer(saved: std::result::Result<std::result::Result<(), OpError>, StoreError>) -> Result<()> {
    match saved {
        Ok(outcome) => outcome,
        Err(StoreError::Duplicate(_)) => {
            Err(OpError::field("name", "Another system of this group has this name already."))
        }
        Err(StoreError::Fenced) => Err(OpError::Conflict(
            "Somebody else has changed this system since you opened it. Look at their change, then make yours again."
                .to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Whether the stored secret of a slot may be used for what its system is to be.
fn keeps(was: Option<&Owner>, is: Option<&Owner>) -> bool {
    was.zip(is).is_some_and(|(was, is)| was.covers(is))
}

/// What cannot stand beside what is there already.
fn stands(
    db: &mut Db,
    grant: &Specify,
    kind: &dyn Kind,
    kinds: Kinds,
    config: &Config,
    specified: &Specified,
    system: Option<&System>,
) -> std::result::Result<Option<OpError>, StoreError> {
    let group = groups::by_name(db, &specified.group)?.filter(|group| grant.scope().covers(*group));
    if group.is_none() {
        return Ok(Some(OpError::field("group", "Choose one of the groups that you may specify systems in.")));
    }
    let stored: Vec<String> = match system {
        Some(system) => credentials::of_system(db, system.id)?.into_iter().map(|sealed| sealed.slot).collect(),
        None => Vec::new(),
    };
    let was = system
        .and_then(|system| serde_json::from_str(&system.settings).ok())
        .map(|settings| kind.owners(&settings))
        .unwrap_or_default();
    let mut wrong = Vec::new();
    for (slot, owner) in kind.owners(&specified.settings) {
        if specified.secrets.contains_key(slot) || !owner.required {
            continue;
        }
        if !stored.iter().any(|have| have == slot) {
            wrong.push((slot.to_owned(), "Give the secret: without it nobody can sign in.".to_owned()));
        } else if !keeps(was.get(slot), Some(&owner)) {
            let said = "Where it is sent has changed, or who signs in: type the secret again.";
            wrong.push((slot.to_owned(), said.to_owned()));
        }
    }
    if !wrong.is_empty() {
        return Ok(Some(OpError::Invalid(wrong)));
    }
    let root = config.file_root(&specified.group);
    for (field, folder) in kind.local_folders(&specified.settings) {
        if !folder.starts_with(&root) {
            let said = format!("Local folders of this group lie in {}.", root.display());
            return Ok(Some(OpError::field(field, said)));
        }
    }
    let before: Option<(SystemId, serde_json::Value)> =
        system.map(|system| (system.id, serde_json::from_str(&system.settings).unwrap_or_default()));
    let before = before.as_ref().map(|(id, settings)| (*id, settings));
    territory::refused(db, grant, kinds, (kind, &specified.settings), before)
}

fn drafted(
    db: &mut Db,
    grant: &Specify,
    kind: &dyn Kind,
    specified: &Specified,
    now: Stamp,
    system: Option<&System>,
) -> std::result::Result<Draft, StoreError> {
    let group = groups::by_name(db, &specified.group)?
        .filter(|group| grant.scope().covers(*group))
        .ok_or(StoreError::NotFound)?;
    let schedule = specified.schedule.text();
    let same = system
        .filter(|system| system.schedule == schedule && system.time_zone == specified.time_zone.name())
        .map(|system| system.next_due);
    // A new system has no number yet; its first due time is spread by its name.
    let seed = system.map_or_else(|| specified.name.bytes().map(u64::from).sum(), |system| system.id.seed());
    Ok(Draft {
        name: specified.name.clone(),
        kind: kind.kind().to_owned(),
        group,
        production: specified.production,
        settings: specified.settings.to_string(),
        time_zone: specified.time_zone.name().to_owned(),
        next_due: same.unwrap_or_else(|| specified.schedule.next_after(now, specified.time_zone, seed)),
        schedule,
        timeout_us: specified.timeout_us,
        max_attempts: specified.max_attempts,
        freshness_us: specified.freshness_us,
    })
}

fn seal(
    db: &mut Db,
    kind: &dyn Kind,
    sealing: &Sealing,
    id: SystemId,
    specified: &Specified,
) -> std::result::Result<(), StoreError> {
    // A secret that nobody would get is not kept.
    let owners = kind.owners(&specified.settings);
    for (slot, secret) in specified.secrets.iter().filter(|(slot, _)| owners.contains_key(slot.as_str())) {
        credentials::set(db, &vault::seal(sealing, id, slot, secret))?;
    }
    Ok(())
}

/// A system as the audit log tells it: without secrets.
fn seen(system: &System, watch: &Watch) -> serde_json::Value {
    serde_json::json!({
        "name": system.name, "group": system.group_id.0, "production": system.production, "schedule": system.schedule,
        "time_zone": system.time_zone, "timeout_us": system.timeout_us, "max_attempts": system.max_attempts,
        "freshness_us": watch.freshness_us,
        "settings": serde_json::from_str::<serde_json::Value>(&system.settings).unwrap_or_default(),
    })
}

fn told(draft: &Draft, specified: &Specified) -> serde_json::Value {
    serde_json::json!({
        "name": draft.name, "group": draft.group.0, "production": draft.production, "schedule": draft.schedule,
        "time_zone": draft.time_zone, "timeout_us": draft.timeout_us, "max_attempts": draft.max_attempts,
        "freshness_us": draft.freshness_us,
        "settings": specified.settings, "secrets_changed": specified.secrets.keys().collect::<Vec<_>>(),
    })
}
