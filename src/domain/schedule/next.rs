//! The next due time of a schedule.

use std::time::Duration;

use chrono::{DateTime, Datelike, Days, NaiveTime};
use chrono_tz::Tz;

use super::cron::first_valid;
use super::{MAX_INTERVAL_MINUTES, Schedule};
use crate::clock::{Stamp, micros};

/// By how much at most a time of day or a cron time is put off (not included).
pub const CLOCK_SPREAD: Duration = Duration::from_mins(1);

/// An interval is put off by at most this, and by at most a tenth of itself (neither included).
const INTERVAL_SPREAD: Duration = Duration::from_mins(5);

const MINUTE_US: i64 = 60 * 1_000_000;

impl Schedule {
    /// The first due time after `after`, by the clock of `zone`, put off by the offset that `seed`
    /// represents: a hash of the system, so that its offset stays the same. `None` without a schedule,
    /// and for one that never comes due.
    #[must_use]
    pub fn next_after(&self, after: Stamp, zone: Tz, seed: u64) -> Option<Stamp> {
        self.next_after_spread(after, zone, seed, CLOCK_SPREAD)
    }

    /// As [`Schedule::next_after`], with times of day and cron times put off by less than `spread`
    /// (zero: not at all).
    #[must_use]
    pub fn next_after_spread(&self, after: Stamp, zone: Tz, seed: u64, spread: Duration) -> Option<Stamp> {
        let offset = match self {
            Self::None => return None,
            Self::EveryMinutes(minutes) => {
                let tenth = Duration::from_secs(u64::from(*minutes) * 60 / 10);
                offset_us(seed, tenth.min(INTERVAL_SPREAD))
            }
            Self::DailyAt { .. } | Self::Cron(_) => offset_us(seed, spread),
        };
        let due = self.clock_time_after(Stamp(after.0.checked_sub(offset)?), zone)?;
        due.0.checked_add(offset).map(Stamp)
    }

    /// The next time without the offset.
    fn clock_time_after(&self, after: Stamp, zone: Tz) -> Option<Stamp> {
        match self {
            Self::None => None,
            Self::EveryMinutes(minutes) => {
                let step = i64::from((*minutes).clamp(1, MAX_INTERVAL_MINUTES)) * MINUTE_US;
                after.0.div_euclid(step).checked_add(1)?.checked_mul(step).map(Stamp)
            }
            Self::DailyAt { hour, minute } => {
                let time = NaiveTime::from_hms_opt(*hour, *minute, 0)?;
                daily_after(&in_zone(after, zone)?, time).map(stamp)
            }
            Self::Cron(line) => line.next_after(&in_zone(after, zone)?).map(stamp),
        }
    }
}

/// From the day before on, because a skipped day ends where the next one begins.
fn daily_after(after: &DateTime<Tz>, time: NaiveTime) -> Option<DateTime<Tz>> {
    let today = after.date_naive();
    (0..4_u64)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .filter_map(|day| first_valid(day.and_time(time), after.timezone()))
        .find(|at| at > after)
}

/// `None` outside the years that croner searches.
fn in_zone(at: Stamp, zone: Tz) -> Option<DateTime<Tz>> {
    let utc = DateTime::from_timestamp_micros(at.0)?;
    (2..croner::YEAR_UPPER_LIMIT - 1).contains(&utc.year()).then(|| utc.with_timezone(&zone))
}

fn stamp(at: DateTime<Tz>) -> Stamp {
    Stamp::from_utc(at.to_utc())
}

/// Whole seconds from 0 up to `bound`, the same for the same seed.
fn offset_us(seed: u64, bound: Duration) -> i64 {
    let seconds = mix(seed).checked_rem(bound.as_secs()).unwrap_or(0);
    micros(Duration::from_secs(seconds))
}

/// The finalizer of splitmix64, so that neighbouring seeds lie apart.
pub(in crate::domain) const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Australia::Lord_Howe;
    use chrono_tz::Europe::Berlin;
    use chrono_tz::{Pacific, UTC};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> Stamp {
        Stamp::from_utc(DateTime::parse_from_rfc3339(text).unwrap().into())
    }

    fn plain(line: &str, after: Stamp, zone: Tz) -> Option<Stamp> {
        line.parse::<Schedule>().unwrap().clock_time_after(after, zone)
    }

    #[rstest]
    #[case::before_the_gap("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z")]
    #[case::after_the_gap("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    #[case::before_the_doubled_hour("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z")]
    #[case::after_its_first_pass("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    #[case::after_its_second_pass("2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z")]
    fn half_past_two_in_berlin(#[case] after: &str, #[case] expected: &str) {
        for line in ["daily 02:30", "cron 30 2 * * *"] {
            assert_eq!(plain(line, at(after), Berlin), Some(at(expected)), "{line}");
        }
    }

    #[rstest]
    #[case::doubled_half_hour("daily 01:45", "2026-04-04T14:00:00Z", "2026-04-04T14:45:00Z")]
    #[case::once("daily 01:45", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z")]
    #[case::skipped_half_hour("daily 02:15", "2026-10-03T14:00:00Z", "2026-10-03T15:30:00Z")]
    #[case::and_the_day_after("daily 02:15", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z")]
    fn half_an_hour_on_lord_howe(#[case] line: &str, #[case] after: &str, #[case] expected: &str) {
        assert_eq!(plain(line, at(after), Lord_Howe), Some(at(expected)));
    }

    #[rstest]
    #[case(Berlin, "2026-03-28T22:00:00Z")]
    #[case(Berlin, "2026-10-24T22:00:00Z")]
    #[case(Lord_Howe, "2026-04-04T12:00:00Z")]
    #[case(Lord_Howe, "2026-10-03T12:00:00Z")]
    fn every_quarter_of_an_hour_continues_through_a_change(#[case] zone: Tz, #[case] from: &str) {
        for line in ["every 15", "cron */15 * * * *"] {
            let mut last = at(from);
            for _ in 0..32 {
                let next = plain(line, last, zone).unwrap();
                assert_eq!(next, last.plus(Duration::from_mins(15)), "{line}");
                last = next;
            }
        }
    }

    #[rstest]
    #[case("every 30", "2026-11-22T10:07:00Z", "2026-11-22T10:30:00Z")]
    #[case("every 30", "2026-11-22T10:30:00Z", "2026-11-22T11:00:00Z")]
    #[case("every 90", "2026-11-22T10:07:00Z", "2026-11-22T10:30:00Z")]
    #[case("cron 0 12 29 2 *", "2026-11-22T10:07:00Z", "2028-02-29T12:00:00Z")]
    fn on_time(#[case] line: &str, #[case] after: &str, #[case] expected: &str) {
        assert_eq!(plain(line, at(after), UTC), Some(at(expected)));
    }

    #[rstest]
    #[case::intervals_by_a_tenth("every 10", 60)]
    #[case::long_intervals_by_five_minutes("every 1440", 300)]
    #[case::times_of_day_by_a_minute("daily 02:30", 60)]
    #[case::cron_by_a_minute("cron 30 2 * * *", 60)]
    fn due_times_are_put_off_within_bounds(#[case] line: &str, #[case] bound_s: u64) {
        let schedule: Schedule = line.parse().unwrap();
        let due = plain(line, Stamp(0), UTC).unwrap();
        let before = due.minus(Duration::from_micros(1));
        let spread: std::collections::BTreeSet<u64> =
            (0..2_000).map(|seed| schedule.next_after(before, UTC, seed).unwrap().since(due).as_secs()).collect();
        assert_eq!(spread.len() as u64, bound_s, "each second of the bound is used, from the due time on");
        assert_eq!(spread.last(), Some(&(bound_s - 1)));
    }

    #[test]
    fn the_ends_of_time_have_no_due_time() {
        for line in ["daily 02:30", "cron 30 2 * * *", "cron * * * * *", "every 30"] {
            assert_eq!(plain(line, Stamp(i64::MAX), Berlin), None, "{line}");
        }
        for line in ["daily 02:30", "cron * * * * *"] {
            assert_eq!(plain(line, Stamp(i64::MIN), Berlin), None, "{line}");
        }
        assert_eq!(Schedule::DailyAt { hour: 24, minute: 0 }.next_after(Stamp(0), UTC, 0), None);
    }

    fn any_schedule() -> impl Strategy<Value = Schedule> {
        const CRON: &[&str] =
            &["*/7 * * * *", "30 2 * * *", "15 */3 * * *", "*/10 1-3 * * *", "0,30 0-5 * 3,4,10 *", "5 2 L * 0"];
        prop_oneof![
            (1..=MAX_INTERVAL_MINUTES).prop_map(Schedule::EveryMinutes),
            (0..24_u32, 0..60_u32).prop_map(|(hour, minute)| Schedule::DailyAt { hour, minute }),
            prop::sample::select(CRON).prop_map(|line| Schedule::Cron(line.parse().unwrap())),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn next_is_later_and_in_order_and_the_first(
            schedule in any_schedule(),
            zone in prop::sample::select(&[UTC, Berlin, Lord_Howe, Pacific::Apia, chrono_tz::America::Nuuk][..]),
            // Around each change of the clocks from 2011 to 2030, and anywhere.
            after in prop_oneof![
                (1_293_840_000_i64..1_893_456_000).prop_map(|s| s * 1_000_000),
                (-7_200_i64..14_400).prop_map(|s| (1_774_746_000 + s) * 1_000_000),
                (-7_200_i64..14_400).prop_map(|s| (1_792_890_000 + s) * 1_000_000),
                (-7_200_i64..14_400).prop_map(|s| (1_775_314_800 + s) * 1_000_000),
                (-7_200_i64..14_400).prop_map(|s| (1_791_041_400 + s) * 1_000_000),
            ],
            ahead in 0..200_000_i64,
            seed: u64,
        ) {
            let next = schedule.next_after(Stamp(after), zone, seed).unwrap();
            prop_assert!(next > Stamp(after));
            let from_ahead = schedule.next_after(Stamp(after + ahead * 1_000_000), zone, seed).unwrap();
            prop_assert!(from_ahead >= next);
            prop_assert_eq!(schedule.next_after(next.minus(Duration::from_micros(1)), zone, seed), Some(next));
        }
    }
}
