//! What is tried before a system exists: its connection, and what a first run would do.

use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// What a worker tries with the settings of a draft.
    TrialSort {
        /// The connection, stage by stage.
        Check = "check",
        /// A dry run that changes nothing on either side.
        Preview = "preview",
    }
}

/// Maximum number of entries that a preview reads.
pub const MAX_ENTRIES: u64 = 10_000;

/// Maximum number of rows that a preview keeps.
pub const MAX_ROWS: usize = 20;

/// What a first run would do, as far as a preview has read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub content: Content,
    /// The first items, in the order in which they were found.
    pub rows: Vec<PreviewRow>,
    /// Why it ended before everything was read; none: it has read everything.
    pub stopped: Option<StoppedBy>,
}

/// The limit that a preview has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoppedBy {
    Entries,
    Time,
}

/// What kind of items there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    Files(FileSums),
    /// Entity sets: how many the service offers, and how many the settings select.
    Sets {
        offered: u64,
        selected: u64,
    },
}

impl Default for Content {
    fn default() -> Self {
        Self::Files(FileSums::default())
    }
}

/// Sums over the files and folders of both sides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSums {
    /// Files that the destination does not have.
    pub new: u64,
    /// Files that replace others.
    pub replaced: u64,
    pub unchanged: u64,
    /// Files and folders of the destination that a mirror run would delete.
    pub deleted: u64,
    /// Of what would be copied.
    pub bytes: u64,
    /// Links, files with unknown properties, and other items that a run would skip.
    pub skipped: u64,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRow {
    pub name: String,
    pub action: PreviewAction,
    /// Bytes of a file, or records of an entity set; none: unknown.
    pub size: Option<u64>,
}

/// What would happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreviewAction {
    Copy,
    Replace,
    Delete,
    Read,
}

impl Preview {
    /// Adds an item, if there is room for another row.
    pub fn show(&mut self, name: impl Into<String>, action: PreviewAction, size: Option<u64>) {
        if self.rows.len() < MAX_ROWS {
            self.rows.push(PreviewRow { name: name.into(), action, size });
        }
    }
}
