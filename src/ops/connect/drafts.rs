//! Drafts: begun, changed and discarded by one person, and kept for a day after the last change.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::error::{OpError, Result};
use super::super::random;
use super::super::specify::{Against, Wanted, forget_all, objections};
use super::{Inputs, person};
use crate::access::{Grant, verbs};
use crate::ids::DraftKey;
use crate::store::connect::drafts::{self, ConnectDraft};
use crate::store::{self, Store, StoreError};

type Specify = Grant<verbs::SpecifySystems>;

/// How long a draft is kept after its last change.
const LIFE: Duration = Duration::from_hours(24);

/// Begins a draft, if the fields of its first page are good.
///
/// # Errors
/// [`OpError::Invalid`] with what is wrong with these fields.
pub async fn begin(
    store: &Store,
    grant: &Specify,
    wanted: Wanted,
    (typed, fields): (Inputs, BTreeSet<String>),
) -> Result<DraftKey> {
    let kind = wanted.kind.kind().to_owned();
    check_fields(store, grant, wanted, fields).await?;
    add(store, grant, kind, typed).await
}

/// Keeps what was typed as a new draft.
///
/// # Errors
/// As the store.
pub async fn add(store: &Store, grant: &Specify, kind: String, typed: Inputs) -> Result<DraftKey> {
    let key = DraftKey::from_random(random::bytes());
    let (person, made) = (person(grant)?, key.clone());
    let stored = store.write(move |db| {
        let now = store::now(db)?;
        let (typed, expires_at) = (to_json(&typed), now.plus(LIFE));
        let draft = ConnectDraft { key: made, person_id: person, kind, typed, changed_at: now, expires_at };
        drafts::add(db, &draft)
    });
    stored.await?;
    Ok(key)
}

/// Checks some of the fields beside what exists.
///
/// # Errors
/// [`OpError::Invalid`] with what is wrong with these fields.
pub async fn check_fields(store: &Store, grant: &Specify, wanted: Wanted, fields: BTreeSet<String>) -> Result<()> {
    let (grant, Wanted { kind, kinds, config, specified, secrets, audit: _ }) = (grant.clone(), wanted);
    let found = store.read(move |db| {
        let against = Against { grant: &grant, secrets: secrets.as_ref(), kind, kinds, config: &config, system: None };
        objections(db, &against, &specified)
    });
    let mut wrong = found.await?;
    wrong.retain(|(field, _)| fields.contains(field));
    if wrong.is_empty() { Ok(()) } else { Err(OpError::Invalid(wrong)) }
}

/// Keeps what was typed, whether it is good or not.
///
/// # Errors
/// [`OpError::NotFound`] when the person has no such draft.
pub async fn save(store: &Store, grant: &Specify, key: &DraftKey, typed: Inputs) -> Result<()> {
    let (person, key) = (person(grant)?, key.clone());
    let saved = store.write(move |db| {
        let now = store::now(db)?;
        let found = drafts::find(db, person, &key, now)?;
        let draft = ConnectDraft { typed: to_json(&typed), changed_at: now, expires_at: now.plus(LIFE), ..found };
        if drafts::save(db, &draft)? { Ok(()) } else { Err(StoreError::NotFound) }
    });
    Ok(saved.await?)
}

/// Deletes a draft with its secrets.
///
/// # Errors
/// As the store. A draft that no longer exists is none.
pub async fn discard(store: &Store, grant: &Specify, key: &DraftKey) -> Result<()> {
    let (person, key) = (person(grant)?, key.clone());
    Ok(store
        .write(move |db| {
            let now = store::now(db)?;
            let draft = drafts::find(db, person, &key, now)?;
            forget_all(db, person, draft.key.as_str())
        })
        .await?)
}

fn to_json(typed: &Inputs) -> String {
    serde_json::json!(typed).to_string()
}
