//! When connections are checked, when a bad one pauses synchronization, and when a system counts as silent
//! (`spec/afc.md` 2.1 and part 6; DESIGN section 4; DECISIONS "Status").

use std::time::Duration;

use chrono_tz::Tz;

use super::run::Stage;
use super::schedule::{Schedule, mix};
use super::status::Connection;
use crate::clock::Stamp;

const DAY: Duration = Duration::from_hours(24);

/// Within this time a connection is checked that a run found broken, unless an operator says otherwise.
pub const EXTRA_CHECK: Duration = Duration::from_mins(15);

/// How often a bad connection is checked: the older the error, the less often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackOff {
    /// Up to this age of the error, in days, so often.
    steps: Vec<(u32, Duration)>,
    later: Duration,
}

impl BackOff {
    /// `None` unless ages and intervals rise.
    #[must_use]
    pub fn new(steps: Vec<(u32, Duration)>, later: Duration) -> Option<Self> {
        let rising = |pair: &[(u32, Duration)]| match pair {
            [(age, interval), (next_age, next_interval)] => age < next_age && interval <= next_interval,
            _ => true,
        };
        let ends = steps.last().is_none_or(|(_age, interval)| *interval <= later);
        (ends && steps.windows(2).all(rising)).then_some(Self { steps, later })
    }

    fn interval(&self, age: Duration) -> Duration {
        let step = self.steps.iter().find(|(days, _interval)| age < DAY * *days);
        step.map_or(self.later, |(_days, interval)| *interval)
    }
}

impl Default for BackOff {
    fn default() -> Self {
        let steps = [(1, 15), (2, 60), (6, 120), (13, 240), (20, 480), (30, 720)];
        Self { steps: steps.map(|(days, minutes)| (days, Duration::from_mins(minutes))).into(), later: DAY }
    }
}

/// Numbers that operators set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cadence {
    /// How often a good connection is checked.
    pub check_every: Duration,
    /// How often a bad one is.
    pub back_off: BackOff,
    /// A failure of the connection that a run noticed is checked within this time.
    pub extra_check: Duration,
    /// How long after the first failure synchronization pauses.
    pub pause_after: Duration,
}

impl Default for Cadence {
    fn default() -> Self {
        Self {
            check_every: Duration::from_hours(3),
            back_off: BackOff::default(),
            extra_check: EXTRA_CHECK,
            pause_after: Duration::from_hours(3),
        }
    }
}

impl Cadence {
    /// How long after a check the next one comes, at most. `failing_for` is the time since the first failure.
    #[must_use]
    pub fn interval(&self, connection: Connection, failing_for: Duration) -> Duration {
        match connection {
            Connection::Ok | Connection::NotChecked => self.check_every,
            Connection::Error => self.back_off.interval(failing_for),
        }
    }

    /// When the check after the one that ended at `at` is due. It comes up to a tenth of the interval early, so that
    /// systems that were checked together do not stay together; `seed` tells them apart.
    #[must_use]
    pub fn next_check(&self, connection: Connection, since: Stamp, at: Stamp, seed: u64) -> Stamp {
        let interval = self.interval(connection, at.since(since));
        let drawn = mix(seed ^ at.0.cast_unsigned());
        let early = Duration::from_secs(drawn.checked_rem(interval.as_secs() / 10).unwrap_or(0));
        at.plus(interval.saturating_sub(early))
    }

    /// When synchronization pauses if no check succeeds until then, counted from the first failure.
    #[must_use]
    pub fn pause_at(&self, connection: Connection, since: Stamp) -> Option<Stamp> {
        (connection == Connection::Error).then(|| since.plus(self.pause_after))
    }
}

/// When the extra check comes that a run's failure asks for; none for a failure that no connection is to blame for.
#[must_use]
pub fn extra_check(stage: Option<Stage>, within: Duration, at: Stamp, seed: u64) -> Option<Stamp> {
    let minutes = mix(seed ^ at.0.cast_unsigned()).checked_rem(within.as_secs() / 60).unwrap_or(0);
    match stage? {
        Stage::NameLookup | Stage::Tcp | Stage::Tls | Stage::SignIn | Stage::Protocol => {
            Some(at.plus(Duration::from_mins(minutes)))
        }
        Stage::Settings | Stage::Content => None,
    }
}

/// When a system counts as silent if nothing succeeds until then: after its freshness budget, or else after twice its
/// interval, or with the second due time. Never without a schedule or a budget.
#[must_use]
pub fn silent_at(schedule: &Schedule, zone: Tz, seed: u64, budget: Option<Duration>, from: Stamp) -> Option<Stamp> {
    if let Some(budget) = budget {
        return Some(from.plus(budget));
    }
    match schedule {
        Schedule::None => None,
        Schedule::EveryMinutes(minutes) => Some(from.plus(Duration::from_mins(u64::from(*minutes)) * 2)),
        Schedule::DailyAt { .. } | Schedule::Cron(_) => {
            let first = schedule.next_after(from, zone, seed)?;
            schedule.next_after(first, zone, seed)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;

    #[rstest]
    #[case::good(Connection::Ok, 0, 3 * HOUR)]
    #[case::never_checked(Connection::NotChecked, 0, 3 * HOUR)]
    #[case::at_first(Connection::Error, 0, 15 * MINUTE)]
    #[case::within_a_day(Connection::Error, 24 * HOUR - 1, 15 * MINUTE)]
    #[case::second_day(Connection::Error, 24 * HOUR, HOUR)]
    #[case::third_day(Connection::Error, 48 * HOUR, 2 * HOUR)]
    #[case::sixth_day(Connection::Error, 6 * 24 * HOUR - 1, 2 * HOUR)]
    #[case::seventh_day(Connection::Error, 6 * 24 * HOUR, 4 * HOUR)]
    #[case::fourteenth_day(Connection::Error, 13 * 24 * HOUR, 8 * HOUR)]
    #[case::twenty_first_day(Connection::Error, 20 * 24 * HOUR, 12 * HOUR)]
    #[case::thirtieth_day(Connection::Error, 30 * 24 * HOUR - 1, 12 * HOUR)]
    #[case::later(Connection::Error, 30 * 24 * HOUR, 24 * HOUR)]
    #[case::much_later(Connection::Error, 1_000 * 24 * HOUR, 24 * HOUR)]
    fn intervals(#[case] connection: Connection, #[case] failing: u64, #[case] expected: u64) {
        let interval = Cadence::default().interval(connection, Duration::from_secs(failing));
        assert_eq!(interval.as_secs(), expected);
    }

    proptest! {
        /// Days 1 to 30 and on: an older error is never checked more often, and always within the bounds.
        #[test]
        fn the_back_off_rises_within_its_bounds(one in 0_u64..40 * 24 * HOUR, other in 0_u64..40 * 24 * HOUR) {
            let of = |age: u64| Cadence::default().interval(Connection::Error, Duration::from_secs(age)).as_secs();
            prop_assert!(of(one.min(other)) <= of(one.max(other)));
            prop_assert!((15 * MINUTE..=24 * HOUR).contains(&of(one)));
        }

        #[test]
        fn a_check_comes_up_to_a_tenth_early_and_never_late(seed: u64, at in 0_i64..1 << 50) {
            let (cadence, at) = (Cadence::default(), Stamp(at));
            for (connection, full) in [(Connection::Ok, 3 * HOUR), (Connection::Error, 15 * MINUTE)] {
                let wait = cadence.next_check(connection, at, at, seed).since(at).as_secs();
                prop_assert!((full - full / 10..=full).contains(&wait), "{connection:?}: {wait} s");
            }
        }

        #[test]
        fn an_extra_check_comes_within_a_quarter_of_an_hour(seed: u64, at in 0_i64..1 << 50) {
            for within in [EXTRA_CHECK, Duration::from_mins(1)] {
                let wait = extra_check(Some(Stage::Tcp), within, Stamp(at), seed).map(|check| check.since(Stamp(at)));
                prop_assert!(wait.is_some_and(|wait| wait < within));
            }
        }
    }

    #[rstest]
    #[case(None, false)]
    #[case(Some(Stage::Settings), false)]
    #[case(Some(Stage::NameLookup), true)]
    #[case(Some(Stage::Tcp), true)]
    #[case(Some(Stage::Tls), true)]
    #[case(Some(Stage::SignIn), true)]
    #[case(Some(Stage::Protocol), true)]
    #[case(Some(Stage::Content), false)]
    fn connections_are_to_blame(#[case] stage: Option<Stage>, #[case] checked: bool) {
        assert_eq!(extra_check(stage, EXTRA_CHECK, Stamp(0), 0).is_some(), checked);
    }

    #[test]
    fn a_pause_counts_from_the_first_failure() {
        let cadence = Cadence::default();
        let first = Stamp(1_000_000);
        assert_eq!(cadence.pause_at(Connection::Error, first), Some(first.plus(Duration::from_hours(3))));
        assert_eq!(cadence.pause_at(Connection::Ok, first), None);
        assert_eq!(cadence.pause_at(Connection::NotChecked, first), None);
    }

    fn stamp(text: &str) -> Stamp {
        Stamp::from_utc(chrono::DateTime::parse_from_rfc3339(text).unwrap().into())
    }

    #[rstest]
    #[case::no_cadence("none", None, None)]
    #[case::a_budget_alone("none", Some(2), Some("2026-11-22T12:00:00Z"))]
    #[case::twice_the_interval("every 30", None, Some("2026-11-22T11:00:00Z"))]
    #[case::the_budget_counts("every 30", Some(5), Some("2026-11-22T15:00:00Z"))]
    #[case::two_due_times("cron 0 4 * * 1", None, Some("2026-11-30T03:00:55Z"))]
    #[case::two_days("daily 02:30", None, Some("2026-11-24T01:30:55Z"))]
    fn silence(#[case] schedule: &str, #[case] hours: Option<u64>, #[case] expected: Option<&str>) {
        let schedule: Schedule = schedule.parse().unwrap();
        let budget = hours.map(Duration::from_hours);
        let at = silent_at(&schedule, chrono_tz::Europe::Berlin, 0, budget, stamp("2026-11-22T10:00:00Z"));
        assert_eq!(at, expected.map(stamp));
    }
}
