//! Sessions as they are stored, by the hash of their key.

use std::time::Duration;

use super::passwords::VerifiedPassword;
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Db, Result, Store, people, sessions};

pub use crate::store::sessions::{KNOWN_AFTER_END, Lasts};

/// The state of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    Open(String),
    /// It has ended, and is still known.
    Ended(String),
    Unknown,
}

/// Loads a session.
///
/// # Errors
/// As the store.
pub fn load(db: &mut Db, hash: &[u8], now: Stamp) -> Result<Loaded> {
    if let Some(state) = sessions::load(db, hash, now)? {
        return Ok(Loaded::Open(state));
    }
    Ok(sessions::ended(db, hash, now)?.map_or(Loaded::Unknown, Loaded::Ended))
}

/// Stores a new session. That of a person is not stored if the password was replaced since it was verified: with the
/// password, all sessions have ended.
///
/// # Errors
/// As the store.
pub async fn begin(
    store: &Store,
    (hash, state): (Vec<u8>, String),
    of: Option<(PersonId, Option<VerifiedPassword>)>,
    (now, life): (Stamp, Duration),
) -> Result<()> {
    let begun = store.write(move |db| {
        let person = of.as_ref().map(|(person, _verified)| *person);
        if let Some((person, Some(verified))) = &of
            && !people::still_has_password(db, *person, |hash| *verified == VerifiedPassword::of(hash))?
        {
            return Ok(());
        }
        sessions::save(db, &hash, person, &state, now, life)
    });
    begun.await
}

/// Changes a session that is in use. One that has ended in the meantime stays ended.
///
/// # Errors
/// As the store.
pub async fn change(store: &Store, (hash, state): (Vec<u8>, String), now: Stamp, lasts: Lasts) -> Result<()> {
    store.write(move |db| sessions::update(db, &hash, &state, now, lasts)).await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// As the store.
pub async fn end(store: &Store, hash: Vec<u8>) -> Result<()> {
    store.write(move |db| sessions::delete(db, &hash)).await
}
