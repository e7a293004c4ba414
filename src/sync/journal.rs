//! The journal: where a run writes its messages.
//!
//! Messages are counted here when they are emitted and again in the database when they are stored;
//! the run page compares the two. The channel is bounded, so a run waits for the database instead
//! of filling memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{mpsc, oneshot};

use super::stop::Stopped;
use crate::clock::{Clock, Stamp};
use crate::domain::message::Message;
use crate::net::secrets::Secrets;

/// How many messages may wait for the database.
const WAITING: usize = 4_096;

/// What goes through the channel.
#[derive(Debug)]
pub enum JournalEntry {
    Message(Stamp, Message),
    /// Answered when everything before it is stored.
    Flush(oneshot::Sender<()>),
}

/// The writing end. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    sender: mpsc::Sender<JournalEntry>,
    emitted: Arc<AtomicI64>,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
}

impl Journal {
    /// A journal and the end that the store is fed from.
    #[must_use]
    pub fn open(clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<JournalEntry>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self { sender, emitted: Arc::new(AtomicI64::new(0)), clock, secrets: Secrets::default() }, receiver)
    }

    /// The same that takes these credentials out of every message.
    #[must_use]
    pub fn masking(self, secrets: Secrets) -> Self {
        Self { secrets, ..self }
    }

    /// Emits a message.
    ///
    /// # Errors
    /// When the storing end is gone: the run has lost its lease or the database.
    pub async fn log(&self, message: Message) -> Result<(), Stopped> {
        self.emitted.fetch_add(1, Ordering::SeqCst);
        let entry = JournalEntry::Message(self.clock.now(), self.secrets.message(message));
        self.sender.send(entry).await.map_err(|_closed| Stopped::LeaseLost)
    }

    /// Waits until all that was emitted is stored.
    ///
    /// # Errors
    /// As for [`Journal::log`].
    pub async fn flush(&self) -> Result<(), Stopped> {
        let (sender, receiver) = oneshot::channel();
        self.sender.send(JournalEntry::Flush(sender)).await.map_err(|_closed| Stopped::LeaseLost)?;
        receiver.await.map_err(|_closed| Stopped::LeaseLost)
    }

    /// This many more were emitted, and stored in the same transaction as what they report.
    pub fn stored_elsewhere(&self, messages: usize) {
        self.emitted.fetch_add(i64::try_from(messages).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// How many messages were emitted so far.
    #[must_use]
    pub fn emitted(&self) -> i64 {
        self.emitted.load(Ordering::SeqCst)
    }
}
