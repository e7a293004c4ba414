//! What has to be done from time to time: each step is short, takes its input from the database, and
//! may be done by several processes at once.

use super::seal_audit::seal_audit;
use super::vault::Vault;
use crate::access::Internal;
use crate::clock::Stamp;
use crate::config::Config;
use crate::store::connect::drafts;
use crate::store::{
    Db, Result, Store, audit, bulk, item_states, messages, plans, replica, runs, secret_drafts, sessions,
};

/// How many steps of deleting of one kind a round takes: with 5,000 rows a step, a million.
const STEPS: u32 = 200;

/// What must be there before the first run.
///
/// # Errors
/// As the store.
pub async fn prepare(store: &Store) -> Result<()> {
    store.write(messages::ensure_partitions).await
}

/// One round. What fails does not keep the rest from being done.
///
/// # Errors
/// As the store: the first error. What was done before and after stays done.
pub async fn round(store: &Store, vault: &Vault, config: &Config, worker: Internal, now: Stamp) -> Result<()> {
    // By the database's clock, like the ends of runs.
    let (messages_for, runs_for) = (config.keep_messages, config.keep_runs);
    let dropped = steps((store, worker), move |db, upkeep| runs::drop_messages(db, upkeep, messages_for)).await;
    if let Err(error) = dropped {
        log::info!("expired messages are deleted in steps for now: {error}");
    }
    let done = [
        prepare(store).await,
        seal(store, vault).await,
        store.write(move |db| sessions::sweep(db, now)).await.map(drop),
        store.write(move |db| secret_drafts::sweep(db, now)).await.map(drop),
        store.write(move |db| drafts::sweep(db, now)).await.map(drop),
        steps((store, worker), bulk::sweep).await,
        steps((store, worker), move |db, upkeep| audit::erase_personal(db, upkeep, now)).await,
        steps((store, worker), plans::sweep).await,
        steps((store, worker), item_states::delete_of_deleted).await,
        steps((store, worker), move |db, upkeep| runs::delete_messages(db, upkeep, messages_for)).await,
        steps((store, worker), move |db, upkeep| runs::delete_runs(db, upkeep, runs_for)).await,
        steps((store, worker), replica::delete_of_deleted).await,
    ];
    done.into_iter().collect()
}

async fn seal(store: &Store, vault: &Vault) -> Result<()> {
    while seal_audit(store, vault).await? > 0 {}
    Ok(())
}

/// A transaction each, until there is nothing left to do for `step`; the next round continues.
async fn steps(
    (store, worker): (&Store, Internal),
    step: impl FnOnce(&mut Db, Internal) -> Result<bool> + Clone + Send + 'static,
) -> Result<()> {
    for _ in 0..STEPS {
        let step = step.clone();
        if !store.write(move |db| step(db, worker)).await? {
            break;
        }
    }
    Ok(())
}
