//! Signs of life of a run: which set it reads, and when the reading of each begins and ends.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use super::codes;
use super::reading::{SetReader, about_set};
use crate::domain::message::{Category, Message};
use crate::sync::connector::StopReason;

/// Maximum number of sets whose beginning and end are logged one by one.
const MOST_LOGGED: usize = 100;

/// Of more sets a message comes this often in all.
const MESSAGES: usize = 50;

/// How far the run is with its sets.
#[derive(Debug, Default)]
pub(super) struct Counter {
    all: usize,
    done: AtomicUsize,
    records: AtomicI64,
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
    const fn is_due(&self, done: usize) -> bool {
        done < self.all && done.is_multiple_of(self.all.div_ceil(MESSAGES))
    }
}

impl SetReader {
    /// The reading begins.
    pub(super) async fn begins(&self) -> Result<(), StopReason> {
        let sets = &self.shared.sets;
        let words = sets.words(self.name());
        self.shared.progress.update(|now| now.detail = words);
        if sets.all > MOST_LOGGED {
            return Ok(());
        }
        let message = about_set(Category::Information, codes::READING, self.name());
        let known = Some(self.published.active).filter(|active| *active > 0);
        let message = known.into_iter().fold(message, |message, active| message.arg(active.to_string()));
        self.shared.log(message).await
    }

    /// The set was read, as the `done`th; this number of records came.
    pub(super) async fn ends(&self, records: i64, done: usize) -> Result<(), StopReason> {
        let sets = &self.shared.sets;
        let all_records = sets.records.fetch_add(records, Ordering::Relaxed) + records;
        if sets.all <= MOST_LOGGED {
            let message = about_set(Category::Information, codes::READ, self.name());
            return self.shared.log(message.arg(records.to_string())).await;
        }
        if !sets.is_due(done) {
            return Ok(());
        }
        let message = Message::of_run(Category::Information, codes::PROGRESS).arg(done.to_string());
        self.shared.log(message.arg(sets.all.to_string()).arg(all_records.to_string())).await
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
