//! The steps of a plan as they are spooled.

use serde::{Deserialize, Serialize};

use crate::sync::connectors::files::mtime::Mtime;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::items::{Action, Items, Step};
use crate::sync::stop::StopReason;

/// Steps spooled at once.
const BATCH: usize = 1_000;

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    File,
    Folder,
}

impl What {
    /// The item type of messages.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
        }
    }
}

/// The detail of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub(super) what: What,
    /// Bytes to move or to delete.
    pub(super) size: u64,
    /// The destination has an older one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) update: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) drift: bool,
    /// Only after the deletions: an item of another type has to be deleted first.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) late: bool,
    /// The version that was listed, where it can be recognized when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// Of a file to delete: its modification time when it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) modified: Option<Mtime>,
}

impl Detail {
    pub(super) const fn of(what: What, size: u64) -> Self {
        Self { what, size, update: false, drift: false, late: false, etag: None, modified: None }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A step read back.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) path: ItemPath,
    pub(super) detail: Detail,
}

impl Planned {
    /// `None` for what this version did not write.
    pub(super) fn from_step(step: &Step) -> Option<Self> {
        Some(Self { path: ItemPath::from_key(&step.key)?, detail: serde_json::from_str(&step.detail).ok()? })
    }
}

/// Spools steps in batches.
pub(super) struct Spool<'a> {
    items: &'a dyn Items,
    waiting: Vec<Step>,
}

impl<'a> Spool<'a> {
    pub(super) const fn new(items: &'a dyn Items) -> Self {
        Self { items, waiting: Vec::new() }
    }

    pub(super) async fn add(&mut self, action: Action, path: &ItemPath, detail: &Detail) -> Result<(), StopReason> {
        let detail = serde_json::to_string(detail).unwrap_or_default();
        self.waiting.push(Step { action, key: path.key(), detail });
        if self.waiting.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    pub(super) async fn flush(&mut self) -> Result<(), StopReason> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.items.spool(std::mem::take(&mut self.waiting)).await
    }
}
