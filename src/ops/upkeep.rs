//! What has to be done from time to time: each step is short, takes its input from the database, and
//! may be done by several processes at once.

use super::seal_audit::seal_audit;
use super::vault::Vault;
use crate::access::Internal;
use crate::clock::Stamp;
use crate::config::Config;
use crate::store::{Result, Store, messages, plans, runs, sessions};

/// How many steps of deleting one round takes: with 5,000 messages a step, a million.
const STEPS: u32 = 200;

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
pub async fn round(store: &Store, vault: &Vault, config: &Config, now: Stamp) -> Result<()> {
    prepare(store).await?;
    while seal_audit(store, vault).await? > 0 {}
    store.write(move |db| sessions::sweep(db, now)).await?;
    while store.write(move |db| plans::sweep(db, now)).await? > 0 {}
    // By the database's clock, like the ends of runs. A header stays at least as long as its messages.
    let (messages_for, runs_for) = (config.keep_messages, config.keep_runs.max(config.keep_messages));
    for _ in 0..STEPS {
        if !store.write(move |db| runs::delete_messages(db, &Internal::worker(), messages_for)).await? {
            break;
        }
    }
    for _ in 0..STEPS {
        if !store.write(move |db| runs::delete_runs(db, &Internal::worker(), runs_for)).await? {
            break;
        }
    }
    Ok(())
}
