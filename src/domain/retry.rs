//! Whether a run that failed is tried again, and when.

use std::time::Duration;

/// Minutes between the end of an attempt and the next one (DECISIONS "Runs and claims"). Attempts
/// beyond the list wait as long as the last.
const DELAYS_MIN: [u64; 5] = [1, 5, 15, 30, 60];

/// How often a run is attempted in all, the first time included, unless the system says otherwise.
pub const DEFAULT_MAX_ATTEMPTS: i64 = 5;

/// How long to wait for the next attempt after `attempt` (the first is 1) failed; `None` when there is
/// none: the error does not heal by waiting, or `max_attempts` were made.
#[must_use]
pub fn next_attempt(attempt: i64, max_attempts: i64, transient: bool) -> Option<Duration> {
    (transient && attempt < max_attempts).then(|| wait_after(attempt))
}

/// The same after a run whose process was lost or shut down: nothing is gained by waiting, because nothing was wrong
/// with the run or its service.
#[must_use]
pub fn next_attempt_at_once(attempt: i64, max_attempts: i64) -> Option<Duration> {
    next_attempt(attempt, max_attempts, true).map(|_wait| Duration::ZERO)
}

/// The longest that the attempt after `attempt` waits.
#[must_use]
pub fn wait_after(attempt: i64) -> Duration {
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(0);
    let minutes = DELAYS_MIN.get(place).or(DELAYS_MIN.last()).copied().unwrap_or_default();
    Duration::from_mins(minutes)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(1, 5, true, Some(1))]
    #[case::second(2, 5, true, Some(5))]
    #[case::third(3, 5, true, Some(15))]
    #[case::fourth(4, 5, true, Some(30))]
    #[case::fifth_was_the_last(5, 5, true, None)]
    #[case::fifth_of_more(5, 9, true, Some(60))]
    #[case::beyond_the_list(8, 9, true, Some(60))]
    #[case::a_lower_limit_was_set(4, 2, true, None)]
    #[case::one_attempt_only(1, 1, true, None)]
    #[case::lasting_error(1, 5, false, None)]
    #[case::nonsense(i64::MIN, 5, true, Some(1))]
    fn a_failed_attempt(
        #[case] attempt: i64,
        #[case] max_attempts: i64,
        #[case] transient: bool,
        #[case] minutes: Option<u64>,
    ) {
        let expected = minutes.map(Duration::from_mins);
        assert_eq!(next_attempt(attempt, max_attempts, transient), expected);
        if transient {
            assert_eq!(next_attempt_at_once(attempt, max_attempts), expected.map(|_wait| Duration::ZERO));
        }
    }
}
