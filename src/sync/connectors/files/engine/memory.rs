//! What is remembered of an item after its last good transfer: the facts of both sides.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::sync::connectors::files::endpoint::{Facts, Mtime};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::items::{Baseline, BaselineChange, Items};
use crate::sync::stop::StopReason;

/// Baselines read at once.
const PAGE: usize = 1_000;
/// Changes stored at once.
pub(super) const BATCH: usize = 500;

/// Both sides of a file. Only files are remembered; that a folder is there is all there is to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) source: Facts,
    pub(super) destination: Facts,
}

/// Size, time, etag: short, because there is one for each file.
type Stored = (Option<u64>, Option<Mtime>, Option<String>);

#[derive(Serialize, Deserialize)]
struct State {
    /// Which pair of ends this is about: after the settings were changed it is worth nothing.
    e: String,
    s: Stored,
    d: Stored,
    /// Texts of times that could not be read, of the source and of the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    st: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dt: Option<String>,
}

fn pack(facts: &Facts) -> Stored {
    (facts.size, facts.modified, facts.etag.clone())
}

fn unpack((size, modified, etag): Stored, time_text: Option<String>) -> Facts {
    Facts { size, modified, time_text, etag }
}

/// The change that remembers a file.
pub(super) fn remember(ends: &str, path: &ItemPath, source: &Facts, destination: &Facts) -> BaselineChange {
    let (st, dt) = (source.time_text.clone(), destination.time_text.clone());
    let state = State { e: ends.to_owned(), s: pack(source), d: pack(destination), st, dt };
    let state = serde_json::to_string(&state).unwrap_or_default();
    BaselineChange::Set(Baseline { key: path.key(), state })
}

/// Reads the baselines in step with the walk, and forgets those of items that no longer exist at either end.
pub(super) struct Memories<'a> {
    items: &'a dyn Items,
    ends: &'a str,
    page: VecDeque<Baseline>,
    after: Option<Vec<u8>>,
    ended: bool,
    changes: Vec<BaselineChange>,
    /// Keys of folders whose listing is incomplete: nothing below them is forgotten.
    unsure: Vec<Vec<u8>>,
}

impl<'a> Memories<'a> {
    pub(super) const fn new(items: &'a dyn Items, ends: &'a str) -> Self {
        Self { items, ends, page: VecDeque::new(), after: None, ended: false, changes: Vec::new(), unsure: Vec::new() }
    }

    /// What is remembered of the file at `path`. Paths must come in their order.
    pub(super) async fn at(&mut self, path: &ItemPath) -> Result<Option<Memory>, StopReason> {
        let key = path.key();
        self.pass(&key).await?;
        let memory = self.page.front().filter(|first| first.key == key).map(|first| self.parse(&first.state));
        if memory.is_some() {
            self.page.pop_front();
        }
        Ok(memory.flatten())
    }

    /// Leaves the memories of an item and of all below it as they are.
    pub(super) async fn keep(&mut self, path: &ItemPath) -> Result<(), StopReason> {
        let key = path.key();
        self.pass(&key).await?;
        while self.page.front().is_some_and(|first| is_at_or_below(&first.key, &key)) {
            self.page.pop_front();
            self.fill().await?;
        }
        Ok(())
    }

    /// Keeps every memory below a folder whose listing is incomplete, also of names that the walk does not meet.
    pub(super) async fn keep_unlisted(&mut self, folder: &ItemPath) -> Result<(), StopReason> {
        let key = folder.key();
        self.pass(&key).await?;
        self.unsure.retain(|top| is_at_or_below(&key, top));
        self.unsure.push(key);
        Ok(())
    }

    /// Comes to a key: what lies before it was not found, and is forgotten.
    async fn pass(&mut self, key: &[u8]) -> Result<(), StopReason> {
        loop {
            self.fill().await?;
            if self.page.front().is_none_or(|first| first.key.as_slice() >= key) {
                return Ok(());
            }
            if let Some(gone) = self.page.pop_front() {
                self.forget(gone.key).await?;
            }
        }
    }

    async fn forget(&mut self, key: Vec<u8>) -> Result<(), StopReason> {
        if self.unsure.iter().any(|top| is_at_or_below(&key, top)) {
            return Ok(());
        }
        self.change(BaselineChange::Forget(key)).await
    }

    pub(super) async fn change(&mut self, change: BaselineChange) -> Result<(), StopReason> {
        self.changes.push(change);
        if self.changes.len() >= BATCH { self.store().await } else { Ok(()) }
    }

    /// Forgets what is left, at the end of the walk, and stores all changes.
    pub(super) async fn finish(&mut self) -> Result<(), StopReason> {
        loop {
            self.fill().await?;
            match self.page.pop_front() {
                Some(gone) => self.forget(gone.key).await?,
                None => return self.store().await,
            }
        }
    }

    async fn store(&mut self) -> Result<(), StopReason> {
        if self.changes.is_empty() {
            return Ok(());
        }
        self.items.remember(std::mem::take(&mut self.changes)).await
    }

    async fn fill(&mut self) -> Result<(), StopReason> {
        if self.ended || !self.page.is_empty() {
            return Ok(());
        }
        let page = self.items.baselines(self.after.as_deref(), PAGE).await?;
        self.ended = page.len() < PAGE;
        if let Some(last) = page.last() {
            self.after = Some(last.key.clone());
        }
        self.page = page.into();
        Ok(())
    }

    fn parse(&self, state: &str) -> Option<Memory> {
        let state: State = serde_json::from_str(state).ok()?;
        (state.e == self.ends)
            .then(|| Memory { source: unpack(state.s, state.st), destination: unpack(state.d, state.dt) })
    }
}

/// Whether the item of `key` is that of `top` or below it.
pub(super) fn is_at_or_below(key: &[u8], top: &[u8]) -> bool {
    top.is_empty() || key.strip_prefix(top).is_some_and(|rest| rest.first().is_none_or(|byte| *byte == 0))
}
