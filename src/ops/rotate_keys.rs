//! Rotating the key of credentials: a new key, everything re-encrypted, the old keys removed.

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::keys::KeyFileError;
use super::vault::{Vault, seal, seal_shared};
use crate::access::Internal;
use crate::clock::Stamp;
use crate::store::{Store, StoreError, credentials, secret_drafts, shared_credentials};

/// Number of credentials that one transaction re-encrypts.
const AT_ONCE: i64 = 200;

/// Rotates. Interrupted, it can be started again: nothing is removed while something is sealed with it.
/// Returns the number of re-encrypted credentials.
///
/// # Errors
/// When the key file or the database cannot be written, or a credential cannot be opened.
pub async fn rotate_keys(store: &Store, vault: &Vault, console: Internal, now: Stamp) -> Result<usize> {
    let failed = |error: &dyn std::fmt::Display| OpError::Internal(error.to_string());
    let current = vault.keys().rotate().map_err(|error| failed(&error))?;
    let mut resealed = 0;
    loop {
        let sealing = vault.sealing().map_err(|error| failed(&error))?;
        if sealing.key_id() != current {
            return Err(failed(&KeyFileError::OtherRotation));
        }
        let wanted = current.clone();
        let (old, old_shared) = store
            .read(move |db| {
                let own = credentials::not_under(db, console, &wanted, AT_ONCE)?;
                Ok((own, shared_credentials::not_under(db, console, &wanted, AT_ONCE)?))
            })
            .await?;
        if old.is_empty() && old_shared.is_empty() {
            break;
        }
        let (mut new, mut new_shared) = (Vec::with_capacity(old.len()), Vec::with_capacity(old_shared.len()));
        for credential in &old {
            let secret = vault.open_own(credential).map_err(|error| failed(&error))?;
            new.push((credential.key_id.clone(), seal(&sealing, credential.system, &credential.slot, &secret)));
        }
        for shared in old_shared {
            let secret = vault.open_shared(&shared).map_err(|error| failed(&error))?;
            let sealed = seal_shared(&sealing, (&shared.key, shared.group_id, &shared.scope()), &secret);
            new_shared.push((shared.key_id, shared.key, sealed));
        }
        resealed += store
            .write(move |db| {
                let mut replaced = 0;
                for (old_key, sealed) in &new {
                    // Keeps a secret that somebody has entered since.
                    replaced += credentials::replace(db, console, sealed, old_key)?;
                }
                for (old_key, key, sealed) in &new_shared {
                    replaced += shared_credentials::reseal(db, console, key, sealed, old_key)?;
                }
                Ok::<_, StoreError>(replaced)
            })
            .await?;
    }
    // Drafts last an hour at most: they are typed again rather than sealed again.
    let kept = current.clone();
    store.write(move |db| secret_drafts::remove_not_under(db, &kept)).await?;
    let removed = vault.keys().retire_old(&current).map_err(|error| failed(&error))?;
    let audit = AuditLog::new(&console.principal(), None);
    store
        .write(move |db| {
            let after = serde_json::json!({ "sealed_again": resealed, "keys_removed": removed });
            audit.record(db, Event::new(Action::RotateKeys, "credentials").after(after), now)
        })
        .await?;
    Ok(resealed)
}
