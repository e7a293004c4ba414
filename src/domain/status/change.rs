//! How a system's status moves on when a check or a run has ended.

use super::{Connection, Overall, Verdict};
use crate::clock::Stamp;
use crate::domain::run::RunResult;

/// What is remembered of a system's connection checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionHistory {
    pub connection: Connection,
    /// When it became so (*Status changed on*); `None` before the first check.
    pub since: Option<Stamp>,
    /// The last check, whatever it found (*Last checked on*).
    pub checked_at: Option<Stamp>,
}

/// After a check that ended at `at`. A repeated outcome moves only the time of the check
/// (`spec/afc.md` 2.1).
#[must_use]
pub fn after_check(previous: ConnectionHistory, good: bool, at: Stamp) -> ConnectionHistory {
    let connection = if good { Connection::Ok } else { Connection::Error };
    let since = if connection == previous.connection { previous.since.or(Some(at)) } else { Some(at) };
    ConnectionHistory { connection, since, checked_at: Some(at) }
}

/// What is remembered of a system's runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunHistory {
    pub verdict: Verdict,
    /// The end of the last run that completed, with or without warnings.
    pub last_success_at: Option<Stamp>,
    /// Runs in error since then. A run and its automatic retries count once.
    pub failures_in_row: i64,
}

/// A run that has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedRun {
    pub result: RunResult,
    /// 1 for a first attempt, more for an automatic retry.
    pub attempt: i64,
    pub at: Stamp,
}

/// After a run. A canceled one leaves everything as it was.
#[must_use]
pub fn after_run(previous: RunHistory, run: EndedRun) -> RunHistory {
    let good = |verdict| RunHistory { verdict, last_success_at: Some(run.at), failures_in_row: 0 };
    match run.result {
        RunResult::Completed => good(Verdict::Completed),
        RunResult::CompletedWithWarnings => good(Verdict::CompletedWithWarnings),
        RunResult::Error => {
            // The run that a retry retries was counted; without one (a success came between) it is now.
            let counted = run.attempt > 1 && previous.failures_in_row > 0;
            let failures_in_row = previous.failures_in_row.saturating_add(i64::from(!counted));
            RunHistory { verdict: Verdict::Error, failures_in_row, ..previous }
        }
        RunResult::Canceled => previous,
    }
}

/// What a system with these lanes has: the worst verdict, the oldest success (none if a lane has none) and the longest
/// streak of failures.
#[must_use]
pub fn of_lanes(lanes: &[RunHistory]) -> RunHistory {
    RunHistory {
        verdict: lanes.iter().map(|lane| lane.verdict).min().unwrap_or(Verdict::Open),
        last_success_at: lanes.iter().map(|lane| lane.last_success_at).min().flatten(),
        failures_in_row: lanes.iter().map(|lane| lane.failures_in_row).max().unwrap_or(0),
    }
}

/// A system's overall status and since when it is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusFacts {
    pub overall: Overall,
    pub since: Stamp,
}

impl StatusFacts {
    /// With the status of now; its time moves only when the status does.
    #[must_use]
    pub fn moved(self, overall: Overall, at: Stamp) -> Self {
        if overall == self.overall { self } else { Self { overall, since: at } }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: Stamp = Stamp(900);

    fn connection(connection: Connection, since: Option<i64>, checked_at: Option<i64>) -> ConnectionHistory {
        ConnectionHistory { connection, since: since.map(Stamp), checked_at: checked_at.map(Stamp) }
    }

    #[rstest]
    #[case::first_good(
        connection(Connection::NotChecked, None, None),
        true,
        connection(Connection::Ok, Some(900), Some(900))
    )]
    #[case::first_bad(
        connection(Connection::NotChecked, None, None),
        false,
        connection(Connection::Error, Some(900), Some(900))
    )]
    #[case::still_good(
        connection(Connection::Ok, Some(100), Some(500)),
        true,
        connection(Connection::Ok, Some(100), Some(900))
    )]
    #[case::broken(
        connection(Connection::Ok, Some(100), Some(500)),
        false,
        connection(Connection::Error, Some(900), Some(900))
    )]
    #[case::still_broken(
        connection(Connection::Error, Some(100), Some(500)),
        false,
        connection(Connection::Error, Some(100), Some(900))
    )]
    #[case::mended(
        connection(Connection::Error, Some(100), Some(500)),
        true,
        connection(Connection::Ok, Some(900), Some(900))
    )]
    fn after_a_check(#[case] previous: ConnectionHistory, #[case] good: bool, #[case] expected: ConnectionHistory) {
        assert_eq!(after_check(previous, good, NOW), expected);
    }

    fn runs(verdict: Verdict, last_success_at: Option<i64>, failures_in_row: i64) -> RunHistory {
        RunHistory { verdict, last_success_at: last_success_at.map(Stamp), failures_in_row }
    }

    #[rstest]
    #[case::first_success(
        runs(Verdict::Open, None, 0),
        RunResult::Completed,
        1,
        runs(Verdict::Completed, Some(900), 0)
    )]
    #[case::warnings_are_a_success(
        runs(Verdict::Error, Some(100), 3),
        RunResult::CompletedWithWarnings,
        1,
        runs(Verdict::CompletedWithWarnings, Some(900), 0)
    )]
    #[case::first_failure(runs(Verdict::Open, None, 0), RunResult::Error, 1, runs(Verdict::Error, None, 1))]
    #[case::failure_after_success(
        runs(Verdict::Completed, Some(100), 0),
        RunResult::Error,
        1,
        runs(Verdict::Error, Some(100), 1)
    )]
    #[case::its_retry_fails(
        runs(Verdict::Error, Some(100), 1),
        RunResult::Error,
        2,
        runs(Verdict::Error, Some(100), 1)
    )]
    #[case::the_next_run_fails(
        runs(Verdict::Error, Some(100), 1),
        RunResult::Error,
        1,
        runs(Verdict::Error, Some(100), 2)
    )]
    #[case::a_retry_succeeds(
        runs(Verdict::Error, Some(100), 4),
        RunResult::Completed,
        3,
        runs(Verdict::Completed, Some(900), 0)
    )]
    #[case::a_retry_fails_after_a_success(
        runs(Verdict::Completed, Some(800), 0),
        RunResult::Error,
        2,
        runs(Verdict::Error, Some(800), 1)
    )]
    #[case::canceled_after_error(
        runs(Verdict::Error, Some(100), 2),
        RunResult::Canceled,
        1,
        runs(Verdict::Error, Some(100), 2)
    )]
    #[case::canceled_at_first(runs(Verdict::Open, None, 0), RunResult::Canceled, 1, runs(Verdict::Open, None, 0))]
    #[case::canceled_after_success(
        runs(Verdict::CompletedWithWarnings, Some(100), 0),
        RunResult::Canceled,
        1,
        runs(Verdict::CompletedWithWarnings, Some(100), 0)
    )]
    fn after_a_run(
        #[case] previous: RunHistory,
        #[case] result: RunResult,
        #[case] attempt: i64,
        #[case] expected: RunHistory,
    ) {
        assert_eq!(after_run(previous, EndedRun { result, attempt, at: NOW }), expected);
    }

    #[rstest]
    #[case::none(&[], runs(Verdict::Open, None, 0))]
    #[case::one(&[runs(Verdict::Error, Some(5), 2)], runs(Verdict::Error, Some(5), 2))]
    #[case::the_worst_verdict_and_the_oldest_success(
        &[runs(Verdict::Completed, Some(9), 0), runs(Verdict::Error, Some(5), 2), runs(Verdict::CompletedWithWarnings, Some(7), 0)],
        runs(Verdict::Error, Some(5), 2)
    )]
    #[case::one_that_has_not_run(&[runs(Verdict::Completed, Some(9), 0), runs(Verdict::Open, None, 0)], runs(Verdict::Completed, None, 0))]
    fn a_system_shows_its_worst_lane(#[case] lanes: &[RunHistory], #[case] expected: RunHistory) {
        assert_eq!(of_lanes(lanes), expected);
    }

    #[test]
    fn the_time_of_a_status_moves_with_the_status_only() {
        let standing = StatusFacts { overall: Overall::Ok, since: Stamp(100) };
        assert_eq!(standing.moved(Overall::Ok, NOW), standing);
        assert_eq!(standing.moved(Overall::Error, NOW), StatusFacts { overall: Overall::Error, since: NOW });
    }
}
