//! The port to the replica, under the claim: a run stages versions of records, unseen, and publishes them all by one flip.
//!
//! What is staged in small transactions stays unseen until [`Replica::publish`]; whatever ends a run before
//! that leaves every set as it was, and the next run sweeps up. Only one run of a system stages at a time.

use super::ports::Ports;
use super::stop::StopReason;
use crate::clock::Stamp;
use crate::domain::message::Message;
pub use crate::domain::replica::{Content, Finished, Key, Met, Reading, Tally};
use crate::ids::SetId;
use crate::store::messages::append;
use crate::store::replica;
pub use crate::store::replica::{Replica as Published, ReplicaSet};

/// How many records a page of the replica has.
const PAGE: i64 = 1_000;

/// How many records become orphaned in one transaction.
const AT_ONCE: usize = 1_000;

/// The port to the replica of this system.
#[derive(Clone)]
pub struct Replica(Ports);

#[expect(clippy::missing_errors_doc, reason = "each stops where the claim is lost or the database cannot store")]
impl Replica {
    #[must_use]
    pub fn of(ports: &Ports) -> Self {
        Self(ports.clone())
    }

    /// Sweeps up what an earlier run has left unpublished, makes room for these sets (name and data set), and
    /// returns what is published of all sets.
    pub async fn begin(&self, sets: Vec<(String, String)>) -> Result<Published, StopReason> {
        while self.0.write(replica::sweep).await? {}
        self.0.write(move |db, claim| replica::begin(db, claim, &sets)).await
    }

    /// Stages a page of records; also returns the keys that had come before in a whole reading.
    pub async fn stage(&self, set: SetId, reading: Reading, page: Vec<Met>) -> Result<(Tally, Vec<Key>), StopReason> {
        self.0.write(move |db, claim| replica::stage(db, claim, set, reading, page)).await
    }

    /// After a whole reading: what did not come becomes orphaned. A piece at a time: from `after` on, and up
    /// to where it came; `None` at the end.
    pub async fn orphan_unmet(&self, set: SetId, after: Option<Key>) -> Result<(i64, Option<Key>), StopReason> {
        let (gone, next) = self.0.read(move |db, claim| replica::unmet(db, claim, set, after)).await?;
        Ok((self.orphan(set, gone).await?, next))
    }

    /// These become orphaned; how many were not yet.
    pub async fn orphan(&self, set: SetId, keys: Vec<Key>) -> Result<i64, StopReason> {
        let mut orphaned = 0;
        // A service may tell in one answer of as many as it likes.
        for keys in keys.chunks(AT_ONCE) {
            let keys = keys.to_vec();
            orphaned += self.0.write(move |db, claim| replica::orphan(db, claim, set, &keys)).await?;
        }
        Ok(orphaned)
    }

    /// Drops the state of a set, at once and whatever becomes of the run.
    pub async fn forget(&self, set: SetId) -> Result<(), StopReason> {
        self.0.write(move |db, claim| replica::forget(db, claim, set)).await
    }

    /// Takes back all that was staged of a set: it stays as it is published.
    pub async fn discard(&self, set: SetId) -> Result<(), StopReason> {
        while self.0.write(move |db, claim| replica::discard(db, claim, set)).await? {}
        Ok(())
    }

    /// Key and data of the next active records as they will be, after `after`; only what this run has staged, or all.
    pub async fn page(&self, set: SetId, staged: bool, after: Option<Key>) -> Result<Vec<(Key, String)>, StopReason> {
        self.0.read(move |db, claim| replica::staged_page(db, claim, set, staged, after, PAGE)).await
    }

    /// Which of these keys no active record will have.
    pub async fn missing(&self, set: SetId, keys: Vec<Key>) -> Result<Vec<Key>, StopReason> {
        self.0.read(move |db, _claim| replica::missing(db, set, keys)).await
    }

    /// Takes back what was staged of these keys; returns what that undoes.
    pub async fn withdraw(&self, set: SetId, keys: Vec<Key>) -> Result<Tally, StopReason> {
        self.0.write(move |db, claim| replica::withdraw(db, claim, set, &keys)).await
    }

    /// The flip: from here on, all that this run has staged is seen, in one short transaction. The run's closing
    /// messages are stored in it: they are there if and only if what they tell of is. Pages read the names of a set's
    /// properties from `model`: `sets`, its name, `properties` and `key`.
    pub async fn publish(
        &self,
        model: String,
        sets: Vec<Finished>,
        closing: Vec<(Stamp, Message)>,
    ) -> Result<(), StopReason> {
        let masked = |(at, message)| (at, self.0.secrets.message(message));
        let closing: Vec<_> = closing.into_iter().map(masked).collect();
        self.0
            .write(move |db, claim| {
                append(db, claim, &closing)?;
                replica::publish(db, claim, &model, &sets)
            })
            .await
    }
}
