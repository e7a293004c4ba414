//! Forms that were sent after their session had ended: sealed on the server for an hour, for the person who typed them and
//! for the page that they belong to. The browser gets a random reference and nothing else. Secrets are not kept: who calls
//! leaves them out.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::error::{OpError, Result};
use super::random;
use super::vault::Vault;
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::Store;
use crate::store::secret_drafts::{self, SecretDraft};

/// How long a form is kept after it was sent.
const LIFE: Duration = Duration::from_hours(1);

/// The slot of a whole form among the drafts; no field has this name.
const FORM: &str = "*";

/// The fields of a form.
pub type Fields = BTreeMap<String, String>;

/// Keeps a form, and returns the reference to it.
///
/// # Errors
/// As the store; [`OpError::Internal`] when the key file cannot be read.
pub async fn keep(
    store: &Store,
    vault: &Vault,
    (person, path): (PersonId, &str),
    fields: &Fields,
    now: Stamp,
) -> Result<String> {
    let reference = random::token();
    let hash = random::token_hash(&reference);
    let plain = serde_json::to_string(fields).map_err(|error| OpError::Internal(error.to_string()))?;
    // Held until the transaction has ended: a rotation waits for it.
    let sealing = vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?;
    let (key_id, sealed) = sealing.seal(&context(person, &hash, path), &SecretString::from(plain));
    let draft = SecretDraft {
        reference: hash,
        slot: FORM.to_owned(),
        person_id: person,
        key_id,
        sealed,
        expires_at: now.plus(LIFE),
    };
    store.write(move |db| secret_drafts::add(db, draft.clone())).await?;
    drop(sealing);
    Ok(reference)
}

/// The form behind a reference, if it is this person's and belongs to this page.
///
/// # Errors
/// As the store.
pub async fn find(
    store: &Store,
    vault: &Vault,
    (person, path): (PersonId, &str),
    reference: &str,
    now: Stamp,
) -> Result<Option<Fields>> {
    let hash = random::token_hash(reference);
    let context = context(person, &hash, path);
    let drafts = store.read(move |db| secret_drafts::find(db, person, &hash, now)).await?;
    let opened = drafts.iter().find(|draft| draft.slot == FORM).and_then(|draft| {
        let plain = vault.keys().open_sealed(&draft.key_id, &context, &draft.sealed).ok()?;
        serde_json::from_str(plain.expose_secret()).ok()
    });
    Ok(opened)
}

/// Deletes the forms that were kept for this person and page.
///
/// # Errors
/// As the store.
pub async fn forget(store: &Store, vault: &Vault, (person, path): (PersonId, &str), now: Stamp) -> Result<()> {
    let drafts = store.read(move |db| secret_drafts::of_person(db, person, FORM, now)).await?;
    let belongs = |draft: &SecretDraft| {
        let context = context(person, &draft.reference, path);
        vault.keys().open_sealed(&draft.key_id, &context, &draft.sealed).is_ok()
    };
    let done: Vec<Vec<u8>> = drafts.into_iter().filter(belongs).map(|draft| draft.reference).collect();
    if done.is_empty() {
        return Ok(());
    }
    store
        .write(move |db| done.iter().try_for_each(|reference| secret_drafts::remove(db, person, reference, FORM)))
        .await?;
    Ok(())
}

/// Sealed for a person, a reference and a page, a form does not open for another.
fn context(person: PersonId, reference: &[u8], path: &str) -> Vec<u8> {
    [b"syncdesk unsaved form 1\0".as_slice(), &person.0.to_be_bytes(), reference, path.as_bytes()].concat()
}
