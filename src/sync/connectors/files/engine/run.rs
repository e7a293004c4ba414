//! What all phases of a run share.

use std::sync::Arc;

use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::{Context, Halt};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::end::{End, EndError, EndResult, Trouble, Which};
use crate::sync::connectors::files::filter::Filter;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::Settings;

/// One run: its context, settings and open ends.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) settings: &'a Settings,
    pub(super) filter: Filter,
    pub(super) source: Arc<dyn End>,
    pub(super) destination: Arc<dyn End>,
    /// Marks memories of this pair of ends.
    pub(super) ends: String,
}

/// What was done, for the summary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) unchanged: i64,
    pub(super) inserted: i64,
    pub(super) updated: i64,
    pub(super) deleted: i64,
    pub(super) skipped: i64,
    pub(super) bytes: i64,
}

impl Run<'_> {
    pub(super) async fn log(&self, message: Message) -> Result<(), Halt> {
        Ok(self.context.journal.log(message).await?)
    }

    /// Waits for something that changes nothing, until the run is stopped.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = EndResult<T>>) -> EndResult<T> {
        tokio::select! {
            biased;
            stopped = self.context.stop.stopped() => Err(stopped.into()),
            done = work => done,
        }
    }

    /// Tells about an item that was skipped; `Err` if the whole run cannot go on.
    pub(super) async fn skip(
        &self,
        error: EndError,
        which: Which,
        item_type: &'static str,
        path: &ItemPath,
    ) -> Result<(), Halt> {
        match error {
            EndError::Item { trouble, words } => self.log(message(trouble, words, which, item_type, path)).await,
            EndError::Whole(failure) => Err(failure.into()),
            EndError::Stopped(stopped) => Err(stopped.into()),
        }
    }
}

/// A whole failure out of trouble with a root.
pub(super) fn root_failure(error: EndError, address: &str) -> Halt {
    match error {
        EndError::Item { words, .. } => {
            Failure::new(Stage::Content, codes::ROOT).arg(address).arg(words.as_str()).quoting(words).into()
        }
        EndError::Whole(failure) => failure.into(),
        EndError::Stopped(stopped) => stopped.into(),
    }
}

/// A Warning about an item that was skipped, to be tried again next time.
fn message(trouble: Trouble, words: String, which: Which, item_type: &'static str, path: &ItemPath) -> Message {
    let (code, with_side) = match trouble {
        Trouble::Changed => (codes::CHANGED, false),
        Trouble::Denied => (codes::DENIED, true),
        Trouble::NotFound => (codes::GONE, true),
        Trouble::Name => (codes::NAME, false),
        Trouble::TooLong => (codes::TOO_LONG, false),
        Trouble::NotEmpty | Trouble::InTheWay => (codes::IN_THE_WAY, false),
        Trouble::Other => (codes::TROUBLE, true),
    };
    let message = skipped(Category::Warning, code, item_type, path);
    let message = if with_side { message.arg(which.as_str()) } else { message };
    let message = match trouble {
        Trouble::Name => message.arg(words.as_str()),
        Trouble::TooLong => message.arg(path.as_bytes().len().to_string()).arg(String::new()),
        Trouble::Changed
        | Trouble::Denied
        | Trouble::NotFound
        | Trouble::NotEmpty
        | Trouble::InTheWay
        | Trouble::Other => message,
    };
    message.quoting(words)
}

/// A message about an item that was skipped.
pub(super) fn skipped(category: Category, code: &'static str, item_type: &'static str, path: &ItemPath) -> Message {
    // What is longer than a key may be is cut here: it is only shown.
    let key: Vec<u8> = path.as_bytes().iter().take(crate::domain::message::MAX_KEY_BYTES).copied().collect();
    Message::of_item(category, code, Operation::Skip, item_type, key)
}
