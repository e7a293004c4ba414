//! The storing end of the journal: batches of messages, each with the counters of its run in one
//! transaction.

use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::journal::Entry;
use crate::store::messages::{Batch, append};
use crate::store::runs::Claim;
use crate::store::{Store, StoreError};

/// How many messages go into one transaction at most.
const BATCH: usize = 2_000;
/// How long the first message of a batch waits for others.
const PATIENCE: Duration = Duration::from_millis(200);

/// Stores what comes until every writing end is gone, or what came until it was `closed`: whoever was dropped in the
/// middle of something may keep a writing end for long. A message that cannot be stored ends the recorder; the writing
/// end then fails, and the run with it.
///
/// # Errors
/// Why the database did not take a batch.
pub async fn record(
    store: Store,
    claim: Claim,
    mut entries: Receiver<Entry>,
    closed: CancellationToken,
) -> Result<(), StoreError> {
    loop {
        let first = tokio::select! {
            first = entries.recv() => first,
            () = closed.cancelled(), if !entries.is_closed() => {
                entries.close();
                continue;
            }
        };
        let Some(first) = first else { return Ok(()) };
        let mut batch: Batch = Vec::new();
        let mut flushes = Vec::new();
        sort(first, &mut batch, &mut flushes);
        let deadline = Instant::now() + PATIENCE;
        while batch.len() < BATCH && flushes.is_empty() {
            match timeout_at(deadline, entries.recv()).await {
                Ok(Some(entry)) => sort(entry, &mut batch, &mut flushes),
                Ok(None) | Err(_) => break,
            }
        }
        if !batch.is_empty() {
            let claim = claim.clone();
            store.write(move |db| append(db, &claim, &batch)).await?;
        }
        for flush in flushes {
            // Whoever waited may have given up.
            let _ = flush.send(());
        }
    }
}

fn sort(entry: Entry, batch: &mut Batch, flushes: &mut Vec<tokio::sync::oneshot::Sender<()>>) {
    match entry {
        Entry::Message(at, message) => batch.push((at, message)),
        Entry::Flush(done) => flushes.push(done),
    }
}
