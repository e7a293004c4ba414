//! What all phases of a run share.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connector::Context;
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{Endpoint, EndpointError, EndpointResult, ItemError, Which};
use crate::sync::connectors::files::filter::PathFilter;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::Settings;
use crate::sync::items::Items;
use crate::sync::stop::StopReason;

use super::memory::is_at_or_below;
use super::steps::{Planned, What};

/// One run: its context, settings and open ends.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) items: &'a dyn Items,
    pub(super) settings: &'a Settings,
    pub(super) filter: PathFilter,
    pub(super) source: Arc<dyn Endpoint>,
    pub(super) destination: Arc<dyn Endpoint>,
    /// Marks memories of this pair of ends.
    pub(super) ends: String,
}

/// Maximum number of folders that are remembered one by one.
const MOST_DOUBTFUL: usize = 1_000;

/// What was done, for the summary and the verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) unchanged: i64,
    pub(super) inserted: i64,
    pub(super) updated: i64,
    pub(super) deleted: i64,
    pub(super) skipped: i64,
    pub(super) bytes: i64,
    /// Files that were to be transferred, and those that were.
    pub(super) wanted: i64,
    pub(super) arrived: i64,
    /// Folders that had to be made, those that were, and those that existed at both ends.
    pub(super) wanted_folders: i64,
    pub(super) made_folders: i64,
    pub(super) equal_folders: i64,
    /// Items of the source that were skipped with a Warning before any transfer.
    pub(super) refused: i64,
    /// An item was skipped for a reason that does not pass soon.
    pub(super) lasting: bool,
    /// Folders of the destination in which nothing is deleted, by their keys.
    pub(super) doubtful: BTreeSet<Vec<u8>>,
    /// The same for folders with all that is below them.
    pub(super) doubtful_trees: BTreeSet<Vec<u8>>,
    /// What the service or the operating system said about the first item that was skipped.
    pub(super) first_words: Option<String>,
}

impl Tally {
    /// Whether transfers were tried, and none of them had success.
    pub(super) const fn all_failed(&self) -> bool {
        if self.wanted > 0 { self.arrived == 0 } else { self.wanted_folders > 0 && self.made_folders == 0 }
    }

    /// Whether items had to arrive, none did, and none was equal already. Folders count only where no file was
    /// to be transferred: they can be made where no file can be written.
    pub(super) const fn nothing_arrived(&self) -> bool {
        let tried = self.wanted + self.wanted_folders > 0;
        let folder = self.wanted == 0 && self.equal_folders > 0;
        self.unchanged == 0 && !folder && if tried { self.all_failed() } else { self.refused > 0 }
    }

    /// How many items had to arrive.
    pub(super) const fn had_to_arrive(&self) -> i64 {
        self.refused + if self.wanted > 0 { self.wanted } else { self.wanted_folders }
    }

    /// The destination may take the name of this item for that of a neighbour, so neighbours are not deleted: those of a
    /// folder with all that is below them. If there are too many such folders, nothing is deleted at all.
    pub(super) fn doubtful(&mut self, item: &Planned) {
        let folder = item.path.parent().key();
        if self.doubtful.len() + self.doubtful_trees.len() >= MOST_DOUBTFUL {
            self.doubtful_trees.insert(Vec::new());
        } else if item.detail.what == What::Folder {
            self.doubtful_trees.insert(folder);
        } else {
            self.doubtful.insert(folder);
        }
    }

    pub(super) fn is_doubtful(&self, path: &ItemPath) -> bool {
        self.doubtful.contains(&path.parent().key())
            || self.doubtful_trees.iter().any(|folder| is_at_or_below(&path.key(), folder))
    }

    /// Notes that an item of the source is not even tried.
    pub(super) fn refused(&mut self, message: &Message) {
        self.refused += 1;
        self.lasting |= message.code != codes::UNKNOWN;
        if self.first_words.is_none() {
            self.first_words.clone_from(&message.foreign_text);
        }
    }

    /// Notes why a transfer failed.
    pub(super) fn failed(&mut self, which: Which, error: &EndpointError) {
        let EndpointError::Item { trouble, words } = error else { return };
        if (which, *trouble) == (Which::Source, ItemError::NotFound) {
            // There is nothing to transfer any more.
            self.wanted -= 1;
            return;
        }
        self.lasting |= *trouble != ItemError::Changed;
        self.first_words.get_or_insert_with(|| words.clone());
    }
}

impl Run<'_> {
    pub(super) async fn log(&self, message: Message) -> Result<(), StopReason> {
        Ok(self.context.journal.log(message).await?)
    }

    /// Waits for something that changes nothing, until the run is stopped.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = EndpointResult<T>>) -> EndpointResult<T> {
        tokio::select! {
            biased;
            stopped = self.context.stop.stopped() => Err(stopped.into()),
            done = work => done,
        }
    }

    /// Tells about an item that was skipped; `Err` if the whole run cannot go on.
    pub(super) async fn skip(
        &self,
        error: EndpointError,
        which: Which,
        item_type: &'static str,
        path: &ItemPath,
    ) -> Result<(), StopReason> {
        self.log(self.warning(error, which, item_type, path)?).await
    }

    /// The Warning about an item that was skipped; `Err` if the whole run cannot go on.
    #[expect(clippy::unused_self, reason = "reads as what the run says")]
    pub(super) fn warning(
        &self,
        error: EndpointError,
        which: Which,
        item_type: &'static str,
        path: &ItemPath,
    ) -> Result<Message, StopReason> {
        match error {
            EndpointError::Item { trouble, words } => Ok(message(trouble, words, which, item_type, path)),
            EndpointError::Whole(failure) => Err(failure.into()),
            EndpointError::Stopped(stopped) => Err(stopped.into()),
        }
    }
}

/// A whole failure out of trouble with a root.
pub(super) fn root_failure(error: EndpointError, address: &str) -> StopReason {
    match error {
        EndpointError::Item { words, .. } => {
            PeerFailure::new(Stage::Content, codes::ROOT).arg(address).arg(words.as_str()).quoting(words).into()
        }
        EndpointError::Whole(failure) => failure.into(),
        EndpointError::Stopped(stopped) => stopped.into(),
    }
}

/// A Warning about an item that was skipped, to be tried again next time.
fn message(trouble: ItemError, words: String, which: Which, item_type: &'static str, path: &ItemPath) -> Message {
    let (code, with_side) = match trouble {
        ItemError::Changed => (codes::CHANGED, false),
        ItemError::Denied => (codes::DENIED, true),
        ItemError::NotFound => (codes::GONE, true),
        ItemError::Name => (codes::NAME, false),
        ItemError::TooLong => (codes::TOO_LONG, false),
        ItemError::NotEmpty | ItemError::InTheWay => (codes::IN_THE_WAY, false),
        ItemError::Other => (codes::TROUBLE, true),
    };
    let message = skipped(Category::Warning, code, item_type, path);
    let message = if with_side { message.arg(which.as_str()) } else { message };
    let message = match trouble {
        ItemError::Name => message.arg(words.as_str()),
        ItemError::TooLong => message.arg(path.as_bytes().len().to_string()).arg(String::new()),
        ItemError::Changed
        | ItemError::Denied
        | ItemError::NotFound
        | ItemError::NotEmpty
        | ItemError::InTheWay
        | ItemError::Other => message,
    };
    message.quoting(words)
}

/// A Warning about an item of which an end does not know whether it exists.
pub(super) fn unknown(
    trouble: ItemError,
    words: String,
    which: Which,
    item_type: &'static str,
    path: &ItemPath,
) -> Message {
    match trouble {
        ItemError::Denied => message(trouble, words, which, item_type, path),
        ItemError::Changed
        | ItemError::NotFound
        | ItemError::Name
        | ItemError::TooLong
        | ItemError::NotEmpty
        | ItemError::InTheWay
        | ItemError::Other => {
            skipped(Category::Warning, codes::UNKNOWN, item_type, path).arg(which.as_str()).quoting(words)
        }
    }
}

/// A message about an item that was skipped. The root is shown as `/`.
pub(super) fn skipped(category: Category, code: &'static str, item_type: &'static str, path: &ItemPath) -> Message {
    // What is longer than a key may be is cut here: it is only shown.
    let key: Vec<u8> = path.as_bytes().iter().take(crate::domain::message::MAX_KEY_BYTES).copied().collect();
    let key = if path.is_root() { b"/".to_vec() } else { key };
    Message::of_item(category, code, Operation::Skip, item_type, key)
}
