//! The other half of reading a set: what the pages brought is staged, batch by batch, and counted.

use tokio::sync::mpsc::Receiver;

use super::super::batch::{Batch, STAGED};
use super::super::codes;
use super::super::key::fingerprint;
use super::super::record_error::RecordError;
use super::super::request_error::RequestError;
use super::super::sum::Sum;
use super::fetch::Step;
use super::{SetReader, about_set};
use crate::domain::message::{Category, Direction, Message, Operation};
use crate::sync::replica::{Met, Reading};
use crate::sync::stop::StopReason;

impl SetReader {
    /// Stages what comes until all has come.
    pub(super) async fn stage(
        &self,
        mut steps: Receiver<Step>,
        reading: Reading,
        sum: &mut Sum,
    ) -> Result<(), RequestError> {
        while let Some(step) = steps.recv().await {
            match step {
                Step::Records(batch) => self.store(batch, reading, sum).await?,
                Step::End(page) => {
                    let new: Vec<String> = page.unknown.difference(&sum.unknown).cloned().collect();
                    if !new.is_empty() {
                        let message = about_set(Category::Information, codes::MEMBERS, self.name());
                        self.shared.log(message.arg(new.join(", "))).await?;
                        sum.unknown.extend(new);
                    }
                    self.announced(page.count, sum);
                    if !sum.ended(reading, page) {
                        return Err(self.endless().into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Stages a batch and reports what is wrong with it.
    async fn store(&self, batch: Batch, reading: Reading, sum: &mut Sum) -> Result<(), StopReason> {
        let Batch { mut met, bad, removed, absent, rows, .. } = batch;
        sum.left_out += bad.len();
        sum.unkeyed += bad.iter().filter(|bad| bad.key.is_none()).count();
        for (name, records) in absent {
            *sum.absent.entry(name).or_default() += records;
        }
        for bad in bad {
            // What cannot be taken over still exists.
            met.extend(bad.key.clone().map(|key| Met { key, content: None }));
            self.shared.log(self.warning(bad)).await?;
        }
        met.iter().map(|met| &met.key).chain(&removed).for_each(|key| sum.came(fingerprint(key)));
        while !met.is_empty() {
            let later = met.split_off(met.len().min(STAGED));
            let (staged, twice) = self.shared.replica.stage(self.published.id, reading, met).await?;
            met = later;
            sum.tally.add(&staged);
            self.shared.progress.update(|now| now.unchanged += staged.unchanged);
            sum.came_before(twice.len());
            sum.left_out += twice.len();
            for key in twice {
                let args = vec!["twice".to_owned(), self.model.key.join(", ")];
                self.shared.log(self.warning(RecordError { code: codes::CONSISTENCY, args, key: Some(key) })).await?;
            }
        }
        sum.tally.orphaned += self.shared.replica.orphan(self.published.id, removed.into_iter().collect()).await?;
        sum.read += rows;
        let more = sum.read.saturating_sub(sum.announced).clamp(0, rows);
        let words = self.shared.sets.words(self.name());
        self.shared.progress.update(|now| {
            now.items_done = now.items_done.saturating_add(rows);
            now.items_total = now.items_total.saturating_add(more);
        });
        self.shared.progress.detail(&words);
        Ok(())
    }

    /// The service says how many records the set has.
    fn announced(&self, count: Option<i64>, sum: &mut Sum) {
        let Some(count) = count.filter(|count| *count > sum.announced.max(sum.read)) else { return };
        let more = count - sum.announced.max(sum.read);
        sum.announced = count;
        self.shared.progress.update(|now| now.items_total = now.items_total.saturating_add(more));
    }

    fn warning(&self, bad: RecordError) -> Message {
        let key = bad.key.unwrap_or_default();
        let message = Message::of_item(Category::Warning, bad.code, Operation::Skip, self.name().to_owned(), key);
        Message { args: bad.args, ..message.going(Direction::In) }
    }
}
