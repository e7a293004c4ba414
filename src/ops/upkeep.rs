//! What has to be done from time to time: each step is short, takes its input from the database, and
//! may be done by several processes at once.

use super::seal_audit::seal_audit;
use super::vault::Vault;
use crate::clock::Stamp;
use crate::store::{Result, Store, messages, plans, sessions};

/// What must be there before the first run.
///
/// # Errors
/// As the store.
pub async fn prepare(store: &Store) -> Result<()> {
    store.write(messages::ensure_partitions).await
}

/// One round.
///
/// # Errors
/// As the store; what was done before stays done.
pub async fn round(store: &Store, vault: &Vault, now: Stamp) -> Result<()> {
    prepare(store).await?;
    while seal_audit(store, vault).await? > 0 {}
    store.write(move |db| sessions::sweep(db, now)).await?;
    while store.write(move |db| plans::sweep(db, now)).await? > 0 {}
    Ok(())
}
