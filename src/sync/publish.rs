//! The port to the replica: a run stages versions of records, unseen, and publishes them all by one flip.
//!
//! What is staged in small transactions stays unseen until [`Publish::publish`]; whatever ends a run before
//! that leaves every set as it was, and the next run sweeps up. Only one run of a system stages at a time.

use super::connector::{StopReason, Task};
use crate::clock::Stamp;
use crate::domain::message::Message;
use crate::ids::{RunId, SetId};

/// The bytes that a record is known by, within its set.
pub type Key = Vec<u8>;

/// What was published last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// `None` before the first time.
    pub run: Option<RunId>,
    /// The connector's JSON; empty before the first time. Pages read the names of a set's properties from it:
    /// `sets`, its name, `properties` and `key`.
    pub model: String,
    pub sets: Vec<PublishedSet>,
}

/// A set of a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSet {
    pub id: SetId,
    pub name: String,
    pub data_set: String,
    pub active: i64,
    pub orphaned: i64,
    /// Whether it was ever published.
    pub read: bool,
    /// The connector's JSON; empty before the first time.
    pub state: String,
}

/// A record that was met at the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// At most [`crate::domain::message::MAX_KEY_BYTES`] bytes.
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
    pub state: String,
}

/// A record of the replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaRecord {
    pub key: Key,
    pub data: String,
}

/// The port to the replica of this system.
pub trait Publish: Send + Sync {
    /// Sweeps up what an earlier run has left unpublished, makes room for these sets (name and data set), and
    /// tells what is published of all sets.
    fn begin(&self, sets: Vec<(String, String)>) -> Task<'_, Result<Published, StopReason>>;

    /// Stages a page of records; also tells the keys that had come before in a whole reading.
    fn stage(&self, set: SetId, reading: Reading, page: Vec<Met>) -> Task<'_, Result<(Tally, Vec<Key>), StopReason>>;

    /// After a whole reading: what did not come becomes orphaned. A piece at a time: from `after` on, and up
    /// to where it came; `None` at the end.
    fn orphan_unmet(&self, set: SetId, after: Option<Key>) -> Task<'_, Result<(i64, Option<Key>), StopReason>>;

    /// These become orphaned; how many were not yet.
    fn orphan(&self, set: SetId, keys: Vec<Key>) -> Task<'_, Result<i64, StopReason>>;

    /// Drops the state of a set, at once and whatever becomes of the run.
    fn forget(&self, set: SetId) -> Task<'_, Result<(), StopReason>>;

    /// Takes back all that was staged of a set: it stays as it is published.
    fn discard(&self, set: SetId) -> Task<'_, Result<(), StopReason>>;

    /// The next active records as they will be, after `after`; only what this run has staged, or all.
    fn page(&self, set: SetId, staged: bool, after: Option<Key>) -> Task<'_, Result<Vec<ReplicaRecord>, StopReason>>;

    /// Which of these keys no active record will have.
    fn missing(&self, set: SetId, keys: Vec<Key>) -> Task<'_, Result<Vec<Key>, StopReason>>;

    /// Takes back what was staged of these keys; tells what that undoes.
    fn withdraw(&self, set: SetId, keys: Vec<Key>) -> Task<'_, Result<Tally, StopReason>>;

    /// The flip: from here on, all that this run has staged is seen, in one short transaction. The run's closing
    /// messages are stored in it: they are there if and only if what they tell of is.
    fn publish(
        &self,
        model: String,
        sets: Vec<Finished>,
        closing: Vec<(Stamp, Message)>,
    ) -> Task<'_, Result<(), StopReason>>;
}
