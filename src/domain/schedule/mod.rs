//! Schedules: when a system's next run is due.
//!
//! The rules (DECISIONS "Runs and claims"): a time of day or a fixed cron time that the clock change
//! skips runs at the next valid instant, one that is doubled runs once; interval and wildcard cron
//! schedules go by elapsed time. Due times are put off by a stable offset of the system, so that a
//! hundred systems that are due at two do not start in the same second. A due time that was missed
//! while nothing could run is caught up once.
//!
//! Not covered: holds, pauses and open runs. The caller handles those.

mod cron;
mod error;
mod next;
mod text;

use std::time::Duration;

use chrono_tz::Tz;

pub use self::cron::CronLine;
pub use self::error::ScheduleError;
pub use self::next::CLOCK_SPREAD;
pub(in crate::domain) use self::next::mix;
use super::run::Trigger;
use crate::clock::Stamp;

/// Longest interval, in minutes: a week, the longest pause between synchronizations that
/// `spec/afc.md` Y4 knows.
pub const MAX_INTERVAL_MINUTES: u32 = 7 * 24 * 60;

/// A run that starts later than this after its due time was missed and is caught up; earlier, it is
/// merely a little late. The same 5 minutes after which a queued run counts as overdue.
pub const CATCH_UP_AFTER: Duration = Duration::from_mins(5);

/// When a system is synchronized without anybody asking for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Manual only.
    None,
    /// By elapsed time, on a grid that starts with 1970 UTC; 1 to [`MAX_INTERVAL_MINUTES`].
    EveryMinutes(u32),
    /// Once a day by the clock of the system's time zone; hour 0 to 23, minute 0 to 59.
    DailyAt { hour: u32, minute: u32 },
    /// By the clock of the system's time zone.
    Cron(CronLine),
}

/// What a due time that has come asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueTime {
    /// [`Trigger::Schedule`], or [`Trigger::CatchUp`] when the due time was missed.
    pub trigger: Trigger,
    /// The first due time after now; due times between the missed one and now are not made up for.
    pub next: Option<Stamp>,
}

impl Schedule {
    /// The run to start if `next_due` has come, and the due time to remember after it.
    #[must_use]
    pub fn due(&self, next_due: Stamp, now: Stamp, zone: Tz, seed: u64) -> Option<DueTime> {
        if next_due > now {
            return None;
        }
        let missed = now.since(next_due) > CATCH_UP_AFTER;
        let trigger = if missed { Trigger::CatchUp } else { Trigger::Schedule };
        Some(DueTime { trigger, next: self.next_after(now, zone, seed) })
    }

    /// The due time to use instead of `next_due` when that lies later than it can: later than the next one counted from
    /// now, because the clock was set back since it was counted.
    #[must_use]
    pub fn earlier_than(&self, next_due: Stamp, now: Stamp, zone: Tz, seed: u64) -> Option<Stamp> {
        self.next_after(now, zone, seed).filter(|next| *next < next_due)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Europe::Berlin;
    use rstest::rstest;

    use super::*;

    fn stamp(text: &str) -> Stamp {
        Stamp::from_utc(DateTime::parse_from_rfc3339(text).unwrap().into())
    }

    // Seed 0 gives an offset of 55 seconds, and always will.
    #[rstest]
    #[case::a_second_early("2026-11-22T01:30:54Z", None)]
    #[case::on_time("2026-11-22T01:30:55Z", Some((Trigger::Schedule, "2026-11-23T01:30:55Z")))]
    #[case::late_within_the_tolerance("2026-11-22T01:35:55Z", Some((Trigger::Schedule, "2026-11-23T01:30:55Z")))]
    #[case::missed("2026-11-22T01:35:56Z", Some((Trigger::CatchUp, "2026-11-23T01:30:55Z")))]
    #[case::missed_for_three_days_is_caught_up_once("2026-11-25T12:00:00Z", Some((Trigger::CatchUp, "2026-11-26T01:30:55Z")))]
    fn a_due_time_starts_one_run(#[case] now: &str, #[case] expected: Option<(Trigger, &str)>) {
        let daily = Schedule::DailyAt { hour: 2, minute: 30 };
        let due = daily.due(stamp("2026-11-22T01:30:55Z"), stamp(now), Berlin, 0);
        assert_eq!(due, expected.map(|(trigger, next)| DueTime { trigger, next: Some(stamp(next)) }));
    }

    #[rstest]
    #[case::as_it_should_be("2026-11-23T01:30:55Z", None)]
    #[case::due("2026-11-22T01:30:55Z", None)]
    #[case::a_day_late("2026-11-24T01:30:55Z", Some("2026-11-23T01:30:55Z"))]
    #[case::a_year_late("2027-11-23T01:30:55Z", Some("2026-11-23T01:30:55Z"))]
    fn a_due_time_that_lies_too_late(#[case] stored: &str, #[case] expected: Option<&str>) {
        let daily = Schedule::DailyAt { hour: 2, minute: 30 };
        let earlier = daily.earlier_than(stamp(stored), stamp("2026-11-22T12:00:00Z"), Berlin, 0);
        assert_eq!(earlier, expected.map(stamp));
        assert_eq!(Schedule::None.earlier_than(stamp(stored), Stamp(0), Berlin, 0), None);
    }

    #[test]
    fn without_a_schedule_nothing_comes_after() {
        let due = Schedule::None.due(Stamp(0), Stamp(1), Berlin, 0);
        assert_eq!(due, Some(DueTime { trigger: Trigger::Schedule, next: None }));
    }
}
