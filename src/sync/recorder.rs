//! The storing end of the journal: batches of messages, each with the counters of its run in one
//! transaction.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::journal::JournalEntry;
use super::outlast;
use super::stop::Stop;
use crate::store::messages::{Batch, append};
use crate::store::runs::Claim;
use crate::store::{Store, StoreError};

/// How many messages go into one transaction at most.
const BATCH: usize = 2_000;
/// How long the first message of a batch waits for others.
const PATIENCE: Duration = Duration::from_millis(200);

/// Stores what arrives until every sender is dropped, or what arrived until it was `closed`: a sender dropped in the
/// middle of something may keep a writing end for long. A batch is tried again as long as the lease holds. One that cannot
/// be stored then ends the recorder; the writing end fails, and the run with it.
///
/// # Errors
/// Why the database did not take a batch.
pub async fn record(
    store: Store,
    claim: Claim,
    stop: Stop,
    mut entries: Receiver<JournalEntry>,
    closed: CancellationToken,
) -> Result<(), StoreError> {
    let what = format!("run {}: messages", claim.run);
    while let Some(first) = next(&mut entries, &closed).await {
        let mut batch: Batch = Vec::new();
        let mut flushes = Vec::new();
        sort(first, &mut batch, &mut flushes);
        let deadline = Instant::now() + PATIENCE;
        while batch.len() < BATCH && flushes.is_empty() {
            match timeout_at(deadline, next(&mut entries, &closed)).await {
                Ok(Some(entry)) => sort(entry, &mut batch, &mut flushes),
                Ok(None) | Err(_) => break,
            }
        }
        if !batch.is_empty() {
            let (claim, batch) = (claim.clone(), Arc::new(batch));
            outlast::write(&store, &what, || stop.holds(), move |db| append(db, &claim, &batch)).await?;
        }
        for flush in flushes {
            // The sender may have stopped waiting.
            let _ = flush.send(());
        }
    }
    Ok(())
}

/// The next entry; once the journal is closed, what came until then and no more. Nobody waits for company that cannot
/// come: the last batch of a run is stored at once.
async fn next(entries: &mut Receiver<JournalEntry>, closed: &CancellationToken) -> Option<JournalEntry> {
    if !entries.is_closed() {
        tokio::select! {
            entry = entries.recv() => return entry,
            () = closed.cancelled() => entries.close(),
        }
    }
    entries.recv().await
}

fn sort(entry: JournalEntry, batch: &mut Batch, flushes: &mut Vec<tokio::sync::oneshot::Sender<()>>) {
    match entry {
        JournalEntry::Message(at, message) => batch.push((at, message)),
        JournalEntry::Flush(done) => flushes.push(done),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::{mpsc, oneshot};

    use super::*;

    fn entry() -> JournalEntry {
        JournalEntry::Flush(oneshot::channel().0)
    }

    /// Somebody still has a writing end: what was written before the journal was closed comes, and then the end, at once.
    #[test]
    fn a_closed_journal_is_not_waited_for() {
        let (sender, mut entries) = mpsc::channel(4);
        let closed = CancellationToken::new();
        assert!(next(&mut entries, &closed).now_or_never().is_none(), "an open one may have more");
        for _ in 0..2 {
            sender.try_send(entry()).unwrap();
        }
        closed.cancel();
        for is_there in [true, true, false] {
            assert_eq!(next(&mut entries, &closed).now_or_never().map(|entry| entry.is_some()), Some(is_there));
        }
        assert!(sender.try_send(entry()).is_err(), "and nothing is taken any more");
    }
}
