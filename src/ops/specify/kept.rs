//! Secrets that survive a refused form: sealed on the server for an hour, for the person who typed them and for the
//! target that they were typed for. The browser gets a random reference and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::super::error::{OpError, Result};
use super::super::objection::{Objection, Objections};
use super::super::random;
use super::super::vault::Vault;
use super::form::{Specified, read};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::config::Config;
use crate::domain::kind::{ConnectorKind, SecretRecipient, Typed};
use crate::ids::{DraftKey, PersonId};
use crate::store::connect::drafts;
use crate::store::secret_drafts::{self, SecretDraft};
use crate::store::{self, Db, Store};

/// How long a secret is kept after it was typed.
const LIFE: Duration = Duration::from_hours(1);

/// A settings form as it was sent.
pub struct Sent<'a> {
    pub kind: &'static dyn ConnectorKind,
    /// The general fields and the kind's.
    pub typed: Typed,
    /// What the form showed when it was opened.
    pub before: &'a Typed,
    /// The operator's limits.
    pub config: &'a Config,
    /// From the last refusal of this form; empty for none.
    pub reference: String,
    /// The slots whose secrets the form showed as kept.
    pub shown_as_kept: BTreeSet<String>,
}

/// Reads a form together with the secrets that were kept from its last attempt. A kept secret is used only if its slot
/// was left empty and its target is still the same.
///
/// # Errors
/// As the store.
pub async fn read_with_kept(
    store: &Store,
    vault: &Vault,
    grant: &Grant<verbs::SpecifySystems>,
    sent: Sent<'_>,
    now: Stamp,
) -> Result<Specified> {
    let Sent { kind, mut typed, before, config, reference, shown_as_kept } = sent;
    let mut specified = read(kind, &typed, before, config);
    let Some(person) = person(grant) else { return Ok(specified) };
    if reference.is_empty() {
        return Ok(specified);
    }
    let hash = random::token_hash(&reference);
    let drafts = store.read(move |db| secret_drafts::find(db, person, &hash, now)).await?;
    let is_there =
        |slot: &String| drafts.iter().any(|draft| draft.slot == *slot) || specified.secrets.contains_key(slot);
    let expired: Vec<String> = shown_as_kept.into_iter().filter(|slot| !is_there(slot)).collect();
    let (mut kept, mut lost) = (BTreeSet::new(), Vec::new());
    for draft in drafts.into_iter().filter(|draft| !specified.secrets.contains_key(&draft.slot)) {
        match (open(vault, &draft), target(kind, &specified, &draft.slot)) {
            (Some((owner, secret)), Target::Known(now)) if owner.covers(&now) => {
                typed.insert(draft.slot.clone(), secret.expose_secret().to_owned());
                kept.insert(draft.slot);
            }
            (Some(_), Target::Unknown) => {}
            (Some(_), Target::Known(_) | Target::Nobody) | (None, _) => lost.push(draft.slot),
        }
    }
    if !kept.is_empty() {
        // A key is checked together with its certificate.
        specified = read(kind, &typed, before, config);
    }
    if !lost.is_empty() {
        forget(store, person, &reference, lost.clone()).await?;
    }
    for slot in lost {
        if matches!(target(kind, &specified, &slot), Target::Known(_)) {
            specified.wrong.push((slot, Objection::SecretDeleted));
        }
    }
    for slot in expired {
        if matches!(target(kind, &specified, &slot), Target::Known(_)) {
            specified.wrong.push((slot, Objection::SecretExpired));
        }
    }
    specified.kept = kept;
    specified.reference = reference;
    Ok(specified)
}

/// What is kept of a refused form.
#[derive(Debug, Clone, Default)]
pub struct KeptSecrets {
    /// For the form; empty when nothing is kept.
    pub reference: String,
    pub slots: BTreeSet<String>,
    /// Slots whose secret has to be entered again.
    pub again: Objections,
}

/// Keeps the secrets of a refused form.
///
/// # Errors
/// As the store; [`OpError::Internal`] when the key file cannot be read.
pub async fn keep(
    store: &Store,
    vault: &Vault,
    grant: &Grant<verbs::SpecifySystems>,
    kind: &'static dyn ConnectorKind,
    specified: &Specified,
    now: Stamp,
) -> Result<KeptSecrets> {
    let Some(person) = person(grant) else { return Ok(KeptSecrets::default()) };
    let new = || specified.secrets.iter().filter(|(slot, _)| !specified.kept.contains(*slot));
    let reference = match specified.reference.as_str() {
        "" if new().next().is_none() => return Ok(KeptSecrets::default()),
        "" => random::token(),
        known => known.to_owned(),
    };
    let hash = random::token_hash(&reference);
    // Held until the transaction has ended: a rotation waits for it.
    let sealing = vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?;
    let (mut drafts, mut again) = (Vec::new(), Vec::new());
    for (slot, secret) in new() {
        let draft = match target(kind, specified, slot) {
            Target::Known(owner) => {
                let (key_id, sealed) = sealing.seal(&context(person, &hash, slot), &bound(&owner, secret));
                let (reference, slot, expires_at) = (hash.clone(), slot.clone(), now.plus(LIFE));
                Some(SecretDraft { reference, slot, person_id: person, key_id, sealed, expires_at })
            }
            Target::Unknown => {
                again.push((slot.clone(), Objection::SecretNotKept));
                None
            }
            Target::Nobody => None,
        };
        drafts.push((slot.clone(), draft));
    }
    let slots = store
        .write(move |db| {
            for (slot, draft) in drafts {
                // What was typed last counts, also where it cannot be kept.
                secret_drafts::remove(db, person, &hash, &slot)?;
                if let Some(draft) = draft {
                    secret_drafts::add(db, draft)?;
                }
            }
            secret_drafts::find(db, person, &hash, now)
        })
        .await?;
    drop(sealing);
    Ok(KeptSecrets { reference, slots: slots.into_iter().map(|draft| draft.slot).collect(), again })
}

/// Deletes the drafts that a saved form has used, in its transaction.
pub(super) fn forget_used(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    specified: &Specified,
) -> store::Result<()> {
    match person(grant) {
        Some(person) if !specified.reference.is_empty() => forget_all(db, person, &specified.reference),
        Some(_) | None => Ok(()),
    }
}

/// Deletes what was kept below a reference: secrets, and the draft of that key.
pub(in crate::ops) fn forget_all(db: &mut Db, person: PersonId, reference: &str) -> store::Result<()> {
    if let Some(key) = DraftKey::parse(reference) {
        drafts::remove(db, person, &key)?;
    }
    secret_drafts::remove_all(db, person, &random::token_hash(reference))
}

/// The slots whose secret is kept.
///
/// # Errors
/// As the store.
pub async fn kept_slots(
    store: &Store,
    grant: &Grant<verbs::SpecifySystems>,
    reference: &str,
    now: Stamp,
) -> Result<KeptSecrets> {
    let Some(person) = person(grant) else { return Ok(KeptSecrets::default()) };
    let hash = random::token_hash(reference);
    let drafts = store.read(move |db| secret_drafts::find(db, person, &hash, now)).await?;
    let slots = drafts.into_iter().map(|draft| draft.slot).collect();
    Ok(KeptSecrets { reference: reference.to_owned(), slots, again: Objections::new() })
}

/// The kept secrets that may be sent to where these settings lead.
#[must_use]
pub fn open_kept(
    vault: &Vault,
    drafts: &[SecretDraft],
    kind: &dyn ConnectorKind,
    settings: &serde_json::Value,
) -> BTreeMap<String, SecretString> {
    let recipients = kind.owners(settings);
    let opened = drafts.iter().filter_map(|draft| {
        let (owner, secret) = open(vault, draft)?;
        let recipient = recipients.get(draft.slot.as_str())?;
        owner.covers(recipient).then(|| (draft.slot.clone(), secret))
    });
    opened.collect()
}

async fn forget(store: &Store, person: PersonId, reference: &str, slots: Vec<String>) -> Result<()> {
    let hash = random::token_hash(reference);
    let remove = move |db: &mut Db| slots.iter().try_for_each(|slot| secret_drafts::remove(db, person, &hash, slot));
    Ok(store.write(remove).await?)
}

/// Who would get the secret of a slot.
enum Target {
    Known(SecretRecipient),
    /// A field that decides it has an error.
    Unknown,
    Nobody,
}

fn target(kind: &dyn ConnectorKind, specified: &Specified, slot: &str) -> Target {
    if kind.owner_fields(slot).iter().any(|field| specified.unread.contains(field)) {
        return Target::Unknown;
    }
    kind.owners(&specified.settings).remove(slot).map_or(Target::Nobody, Target::Known)
}

fn person(grant: &Grant<verbs::SpecifySystems>) -> Option<PersonId> {
    grant.principal().person()
}

/// Sealed for a person, a form and a slot, a draft does not open for another.
fn context(person: PersonId, reference: &[u8], slot: &str) -> Vec<u8> {
    [b"syncdesk secret draft 1\0".as_slice(), &person.0.to_be_bytes(), reference, slot.as_bytes()].concat()
}

/// A secret together with its target.
fn bound(owner: &SecretRecipient, secret: &SecretString) -> SecretString {
    let target = serde_json::json!([owner.identity, owner.paths]);
    SecretString::from(format!("{target}\n{}", secret.expose_secret()))
}

/// The target and the secret; `None` if the key no longer exists.
fn open(vault: &Vault, draft: &SecretDraft) -> Option<(SecretRecipient, SecretString)> {
    let context = context(draft.person_id, &draft.reference, &draft.slot);
    let plain = vault.keys().open_sealed(&draft.key_id, &context, &draft.sealed).ok()?;
    let (target, secret) = plain.expose_secret().split_once('\n')?;
    let (identity, paths) = serde_json::from_str(target).ok()?;
    Some((SecretRecipient { identity, paths, required: true, services: Vec::new() }, SecretString::from(secret)))
}
