//! Carrying out what the comparison found, and what the run says about itself.

use crate::domain::message::{Category, Message};
use crate::domain::phase::Phase;
use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::Which;
use crate::sync::stop::StopReason;

use super::compare::Compared;
use super::run::{Run, Tally};
use super::{delete, transfer};

impl Run<'_> {
    /// Says once per run what is odd about an end. `by_size`: at the source, at the destination, only sizes
    /// could be compared for some files.
    pub(super) async fn remark(&self, by_size: (bool, bool)) -> Result<(), StopReason> {
        for (which, by_size) in [(Which::Source, by_size.0), (Which::Destination, by_size.1)] {
            for remark in self.end(which).remarks() {
                let message = Message::of_run(Category::Information, remark.code).arg(which.as_str());
                self.log(remark.args.into_iter().fold(message, Message::arg)).await?;
            }
            if by_size {
                self.log(Message::of_run(Category::Information, codes::SIZE_ONLY).arg(which.as_str())).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn carry_out(&self, found: &Compared) -> Result<(), StopReason> {
        let mut tally = found.tally.clone();
        self.phase(Phase::Copy);
        transfer::transfer(self, false, &mut tally).await?;
        // Where nothing can be written, the destination keeps what it has.
        let in_vain = tally.nothing_arrived() && tally.all_failed();
        if found.deletions > 0 && (found.late || !in_vain) {
            self.phase(Phase::Delete);
            delete::delete(self, found.has_source, &mut tally).await?;
        }
        if found.late {
            self.phase(Phase::Copy);
            transfer::transfer(self, true, &mut tally).await?;
        }
        self.sum_up(tally).await
    }

    async fn sum_up(&self, tally: Tally) -> Result<(), StopReason> {
        let (nothing_arrived, had_to_arrive) = (tally.nothing_arrived(), tally.had_to_arrive());
        let Tally { unchanged, inserted, updated, deleted, skipped, bytes, .. } = tally;
        let numbers = [unchanged, inserted, updated, deleted, skipped, bytes];
        let message = Message::of_run(Category::Information, codes::SUMMARY);
        self.log(numbers.iter().fold(message, |message, number| message.arg(number.to_string()))).await?;
        if !nothing_arrived {
            return Ok(());
        }
        let failure = PeerFailure::new(Stage::Content, codes::NOTHING_ARRIVED).arg(had_to_arrive.to_string());
        let failure = PeerFailure { foreign_text: tally.first_words, transient: !tally.lasting, ..failure };
        Err(failure.into())
    }
}
