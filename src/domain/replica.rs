//! Records on their way into the replica of a system.

use crate::ids::SetId;

/// The bytes that a record is known by, within its set: at most [`super::message::MAX_KEY_BYTES`].
pub type Key = Vec<u8>;

/// A record that was met at the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    pub key: Key,
    /// `None`: it cannot be taken over, and what the replica has of it stays.
    pub content: Option<Content>,
}

/// What a record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Equal for equal data only.
    pub digest: Vec<u8>,
    /// JSON.
    pub data: String,
}

/// How a page of records is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Everything the set has: a key that comes twice is an error, what does not come is gone.
    Whole,
    /// Only what has changed; the newest of a key counts.
    Changes,
}

/// What has become of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub inserted: i64,
    pub updated: i64,
    pub orphaned: i64,
    /// Of the inserted ones: orphaned before.
    pub returned: i64,
    pub unchanged: i64,
}

impl Tally {
    pub const fn add(&mut self, other: &Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.orphaned += other.orphaned;
        self.returned += other.returned;
        self.unchanged += other.unchanged;
    }

    /// Whether anything is different from before.
    #[must_use]
    pub const fn changed(&self) -> bool {
        self.inserted + self.updated + self.orphaned > 0
    }
}

/// A set as it is to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub set: SetId,
    pub tally: Tally,
    /// The connector's JSON.
    pub state: String,
}
