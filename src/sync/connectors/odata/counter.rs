//! How far a run is with its sets.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

/// Of more sets a message comes this often in all.
const MESSAGES: usize = 50;

/// How far the run is with its sets.
#[derive(Debug, Default)]
pub(super) struct Counter {
    pub(super) all: usize,
    done: AtomicUsize,
    pub(super) records: AtomicI64,
}

impl Counter {
    pub(super) fn of(all: usize) -> Self {
        Self { all, ..Self::default() }
    }

    /// For the page of a run: which set brought something, and how many are done.
    pub(super) fn words(&self, set: &str) -> String {
        match self.all {
            0 | 1 => set.to_owned(),
            all => format!("{set}, {} of {all} sets done", self.done.load(Ordering::Relaxed)),
        }
    }

    /// One more is done; how many are.
    pub(super) fn add(&self) -> usize {
        self.done.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// After `done` sets of many: whether a message is due.
    pub(super) const fn is_due(&self, done: usize) -> bool {
        done < self.all && done.is_multiple_of(self.all.div_ceil(MESSAGES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_sets_do_not_flood_the_log() {
        for all in [101, 333, 5_000] {
            let counter = Counter::of(all);
            let messages = (1..=all).filter(|done| counter.is_due(*done)).count();
            assert!((30..=MESSAGES).contains(&messages), "{all}: {messages}");
        }
    }

    #[test]
    fn the_set_is_named() {
        assert_eq!(Counter::of(1).words("Things"), "Things");
        assert_eq!(Counter::of(3).words("Things"), "Things, 0 of 3 sets done");
    }
}
