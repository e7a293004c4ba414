//! Signs of life of a run: which set it reads, and when the reading of each begins and ends.

use std::sync::atomic::Ordering;

use super::super::codes;
use super::{SetReader, about_set};
use crate::domain::message::{Category, Message};
use crate::sync::stop::StopReason;

/// Maximum number of sets whose beginning and end are logged one by one.
const MOST_LOGGED: usize = 100;

impl SetReader {
    /// The reading begins.
    pub(super) async fn begins(&self) -> Result<(), StopReason> {
        let sets = &self.shared.sets;
        let words = sets.words(self.name());
        self.shared.progress.detail(&words);
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
