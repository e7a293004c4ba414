//! The results of runs by the hour in which they were requested, and how bad a day was.

use std::time::Duration;

use super::run::RunResult;
use crate::clock::{Stamp, micros};

pub const HOUR: Duration = Duration::from_hours(1);
/// How many hours the overview shows, the current one included.
pub const SHOWN: u32 = 24;
/// How long hours are kept.
pub const KEPT: Duration = Duration::from_hours(48);
/// An hour with an error outweighs any number of hours with warnings.
const ERROR_WEIGHT: i64 = 100;

/// The start of the hour (UTC) of a time.
#[must_use]
pub fn start_of_hour(at: Stamp) -> Stamp {
    Stamp(at.0 - at.0.rem_euclid(micros(HOUR)))
}

/// The start of the first of the hours that are shown.
#[must_use]
pub fn first_shown(now: Stamp) -> Stamp {
    start_of_hour(now).minus(HOUR * (SHOWN - 1))
}

/// How many runs ended with each result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResultCounts {
    pub completed: i64,
    pub warnings: i64,
    pub errors: i64,
    pub canceled: i64,
}

impl ResultCounts {
    /// One run.
    #[must_use]
    pub fn one(result: RunResult) -> Self {
        let mut counts = Self::default();
        match result {
            RunResult::Completed => counts.completed = 1,
            RunResult::CompletedWithWarnings => counts.warnings = 1,
            RunResult::Error => counts.errors = 1,
            RunResult::Canceled => counts.canceled = 1,
        }
        counts
    }

    #[must_use]
    pub const fn of(self, result: RunResult) -> i64 {
        match result {
            RunResult::Completed => self.completed,
            RunResult::CompletedWithWarnings => self.warnings,
            RunResult::Error => self.errors,
            RunResult::Canceled => self.canceled,
        }
    }

    #[must_use]
    pub const fn total(self) -> i64 {
        self.completed + self.warnings + self.errors + self.canceled
    }

    /// The worst result; none without runs.
    #[must_use]
    pub fn worst(self) -> Option<RunResult> {
        RunResult::ALL.iter().copied().find(|result| self.of(*result) > 0)
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            completed: self.completed + other.completed,
            warnings: self.warnings + other.warnings,
            errors: self.errors + other.errors,
            canceled: self.canceled + other.canceled,
        }
    }

    #[must_use]
    pub const fn negative(self) -> Self {
        Self { completed: -self.completed, warnings: -self.warnings, errors: -self.errors, canceled: -self.canceled }
    }
}

/// How bad the last 24 hours were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Day {
    /// The lower, the worse: first by hours with errors, then by hours with warnings. 0 for a good day.
    pub rank: i64,
    /// When the oldest bad hour is no longer shown.
    pub until: Option<Stamp>,
}

impl Day {
    /// From the hours of a system, in any order.
    #[must_use]
    pub fn of(hours: &[(Stamp, ResultCounts)], now: Stamp) -> Self {
        let first = first_shown(now);
        let mut day = Self::default();
        for (hour, counts) in hours.iter().filter(|(hour, _counts)| *hour >= first) {
            let weight = match counts.worst() {
                Some(RunResult::Error) => ERROR_WEIGHT,
                Some(RunResult::CompletedWithWarnings) => 1,
                Some(RunResult::Completed | RunResult::Canceled) | None => continue,
            };
            day.rank -= weight;
            let passes = hour.plus(HOUR * SHOWN);
            day.until = Some(day.until.map_or(passes, |until| until.min(passes)));
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hour_with_an_error_is_worse_than_a_day_of_warnings() {
        let now = Stamp(1_700_000_000_000_000);
        let hour = |back: u32| start_of_hour(now).minus(HOUR * back);
        let of = |results: &[(u32, RunResult)]| {
            let hours: Vec<_> = results.iter().map(|(back, one)| (hour(*back), ResultCounts::one(*one))).collect();
            Day::of(&hours, now)
        };
        let error = of(&[(23, RunResult::Error), (0, RunResult::Completed)]);
        let warnings: Vec<_> = (0..24).map(|back| (back, RunResult::CompletedWithWarnings)).collect();
        assert!(error.rank < of(&warnings).rank && of(&warnings).rank < 0);
        assert_eq!(error.until, Some(start_of_hour(now).plus(HOUR)));
        assert_eq!(of(&[(24, RunResult::Error), (3, RunResult::Canceled)]), Day::default());
    }
}
