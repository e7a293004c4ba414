//! What tests set and measure of a store. Nothing else in Syncdesk calls these functions.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::connection::Db;
use super::error::{Result, RollsBack};
use super::{Store, backend};
use crate::clock::micros;

/// The value of `widest` until a test begins to measure.
pub(super) const UNMEASURED: i64 = -1;

impl Store {
    /// Lets time pass: from now on the database's clock is ahead by this much, for this store
    /// and its clones.
    pub fn advance(&self, span: Duration) {
        self.ahead.fetch_add(micros(span), Ordering::Relaxed);
    }

    /// The same in the other direction: the clock is set back.
    pub fn set_back(&self, span: Duration) {
        self.ahead.fetch_sub(micros(span), Ordering::Relaxed);
    }

    /// The most rows that one write of this store and its clones has changed since this was asked last. The
    /// first time begins the measuring.
    #[must_use]
    pub fn widest_write(&self) -> i64 {
        self.widest.swap(0, Ordering::Relaxed).max(0)
    }

    /// Notes how many rows `work` changes, if anybody wants to know.
    pub(super) fn measured<T, E: RollsBack>(
        &self,
        db: &mut Db,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.widest.load(Ordering::Relaxed) == UNMEASURED {
            return work(db);
        }
        let before = backend::rows_changed(db)?;
        let value = work(db)?;
        self.widest.fetch_max(backend::rows_changed(db)? - before, Ordering::Relaxed);
        Ok(value)
    }
}
