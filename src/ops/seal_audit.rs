//! Chaining the audit log: one sealer takes what is not sealed yet, in the order of the entries.

use super::audit_seal::{Broken, Chain, Personal, SealedEntry};
use super::vault::Vault;
use crate::store::{Result, Store, StoreError, audit};

/// How many entries one transaction seals.
const AT_ONCE: i64 = 500;

fn to_sealed(entry: &audit::AuditEntry) -> SealedEntry<'_> {
    SealedEntry {
        id: entry.id,
        at: entry.at,
        action: &entry.action,
        system: entry.system,
        group: entry.group,
        subject: &entry.subject,
        before: entry.before.as_deref(),
        after: entry.after.as_deref(),
        personal_digest: &entry.personal_digest,
    }
}

fn bytes(seal: &[u8]) -> Result<[u8; 32]> {
    seal.try_into().map_err(|_wrong| StoreError::Database("a seal of the audit log is not 32 bytes long".to_owned()))
}

/// Seals what is not sealed yet; how many entries. A second sealer at the same time does nothing: the
/// numbers of seals are unique.
///
/// # Errors
/// As the store.
pub async fn seal_audit(store: &Store, vault: &Vault) -> Result<usize> {
    if !store.read(audit::any_unsealed).await? {
        return Ok(0);
    }
    let key = *vault.keys().keyring().audit_key();
    let sealed = store
        .write(move |db| {
            let (last, entries) = audit::unsealed(db, AT_ONCE)?;
            let mut chain = match last {
                Some((number, seal)) => Chain::after(&key, number, bytes(&seal)?),
                None => Chain::start(&key),
            };
            for entry in &entries {
                let (number, seal) = chain.seal(&to_sealed(entry));
                audit::seal(db, entry.id, number, &seal)?;
            }
            Ok(entries.len())
        })
        .await;
    match sealed {
        Err(StoreError::Duplicate(_)) => Ok(0),
        other => other,
    }
}

/// Verifies the whole chain, and who acted where that is not erased; the number of its last seal, or where it breaks.
///
/// # Errors
/// As the store.
pub async fn verify_audit(store: &Store, vault: &Vault) -> Result<std::result::Result<i64, Broken>> {
    let key = *vault.keys().keyring().audit_key();
    let mut chain = Chain::start(&key);
    loop {
        let after = chain.end().0;
        let entries = store.read(move |db| audit::sealed_after(db, after, AT_ONCE)).await?;
        if entries.is_empty() {
            return Ok(Ok(after));
        }
        for (entry, actor) in &entries {
            let (number, seal) = (entry.seal_no.unwrap_or(0), entry.seal.clone().unwrap_or_default());
            let personal = actor.as_ref().map(|actor| Personal {
                salt: &actor.salt,
                who: actor.kind.as_deref().map(|kind| (kind, actor.id)),
                name: &actor.name,
                address: actor.address.as_deref(),
            });
            if let Err(broken) = chain.verify(number, &seal, &to_sealed(entry), personal.as_ref()) {
                return Ok(Err(broken));
            }
        }
    }
}
