//! Sets that could not be read, and what follows for the run.

use super::codes;
use super::reading::about_set;
use super::shared::Shared;
use crate::domain::message::{Category, Message};
use crate::domain::run::{PeerFailure, Stage};
use crate::sync::stop::StopReason;

/// After this number of sets in a row that failed for a reason that may pass, the service itself is the reason.
const MOST_IN_A_ROW: usize = 3;

/// Maximum number of sets whose names the last message has.
const MOST_NAMED: usize = 20;

/// Which sets failed, and why.
#[derive(Default)]
pub(super) struct Failures {
    failed: Vec<(String, PeerFailure)>,
    /// With a reason that may pass, since a set was read.
    pub(super) in_a_row: usize,
}

impl Failures {
    pub(super) fn add(&mut self, set: String, failure: PeerFailure) {
        self.in_a_row = if failure.transient { self.in_a_row + 1 } else { 0 };
        self.failed.push((set, failure));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.failed.is_empty()
    }

    /// Whether the service fails, and not single sets.
    pub(super) const fn is_service(&self) -> bool {
        self.in_a_row >= MOST_IN_A_ROW
    }

    /// Logs an Error for each set.
    pub(super) async fn report(&self, shared: &Shared) -> Result<(), StopReason> {
        for (set, failure) in &self.failed {
            shared.log(message(set, failure)).await?;
        }
        Ok(())
    }

    /// Nothing could be read: the last failure is that of the run, the others are logged.
    pub(super) async fn of_all(mut self, shared: &Shared) -> Result<StopReason, StopReason> {
        // One that may pass makes the run be tried again.
        self.failed.sort_by_key(|(_, failure)| failure.transient);
        let last = self.failed.pop();
        self.report(shared).await?;
        let (_, failure) = last.unwrap_or_else(|| (String::new(), PeerFailure::new(Stage::Content, "RUN-INTERNAL")));
        Ok(StopReason::Failed(failure))
    }

    /// Other sets were published: how the run fails, if any failed.
    pub(super) fn of_some(self, all: usize) -> Option<PeerFailure> {
        let count = self.failed.len();
        if count == 0 {
            return None;
        }
        let mut names: Vec<&str> = self.failed.iter().map(|(set, _)| set.as_str()).collect();
        names.sort_unstable();
        let further = names.len().saturating_sub(MOST_NAMED);
        names.truncate(MOST_NAMED);
        let mut names = names.join(", ");
        if further > 0 {
            names = format!("{names} and {further} {}", if further == 1 { "other" } else { "others" });
        }
        let failure = PeerFailure::new(Stage::Content, codes::SETS_FAILED);
        let failure = failure.arg(count.to_string()).arg(all.to_string()).arg(names);
        let may_pass = self.failed.iter().any(|(_, failure)| failure.transient);
        Some(if may_pass { failure.transient() } else { failure })
    }
}

/// The Error of a set.
fn message(set: &str, failure: &PeerFailure) -> Message {
    let message = about_set(Category::Error, failure.code, set);
    Message { args: failure.args.clone(), foreign_text: failure.foreign_text.clone(), ..message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(transient: &[bool]) -> Failures {
        let mut failures = Failures::default();
        for (n, transient) in transient.iter().enumerate() {
            let failure = PeerFailure::new(Stage::Content, codes::ANSWER);
            failures.add(format!("Set{n:02}"), if *transient { failure.transient() } else { failure });
        }
        failures
    }

    #[test]
    fn the_run_is_tried_again_when_a_set_may_succeed() {
        assert_eq!(failures(&[]).of_some(2), None);
        let of_some = |transient: &[bool]| failures(transient).of_some(40).unwrap();
        assert!(!of_some(&[false, false]).transient);
        assert!(of_some(&[false, true]).transient);
        assert_eq!(of_some(&[false, true]).args, ["2", "40", "Set00, Set01"]);
        assert!(of_some(&[false; 23]).args[2].ends_with("Set19 and 3 others"));
    }

    #[test]
    fn several_in_a_row_are_the_service() {
        assert!(!failures(&[true, true, false, true, true]).is_service());
        assert!(failures(&[false, true, true, true]).is_service());
    }
}
