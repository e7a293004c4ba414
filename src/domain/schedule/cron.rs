//! Cron expressions of five fields: croner's parser and search, with our rule for clock changes.
//!
//! croner 4.0.3 calls a time *fixed* only if second, minute and hour are one number each: `30 2,14 * * *`
//! it would skip in March and run twice in October (its `determine_job_type`). Here a time is fixed
//! unless its minute or hour is a wildcard, as in Vixie cron, so that lists and ranges keep their
//! promise as well. Fixed times are searched by the wall clock without a zone and then placed in it.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::{GapInfo, Tz};
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, CronComponent};

use super::ScheduleError;

/// Longest expression, in bytes. A list of each minute has 168.
const MAX_BYTES: usize = 200;

/// Minutes of the longest stretch of wall time that a zone can repeat (a day, at a date line): as many
/// times of a fixed schedule can lie in it, all over already.
const MAX_REPEATED: usize = 24 * 60;

/// A cron expression that was read and found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronLine {
    text: String,
    cron: Box<Cron>,
}

impl CronLine {
    /// The expression as it was typed, with single spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time after `after`, by the rules of [`crate::domain::schedule`]; `None` when there is
    /// none before the year 5000.
    #[must_use]
    pub fn next_after(&self, after: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        if self.is_wildcard() {
            return self.cron.find_next_occurrence(after, false).ok();
        }
        let mut wall = after.naive_local();
        for _ in 0..=MAX_REPEATED {
            wall = self.cron.find_next_occurrence(&wall, false).ok()?;
            let at = first_valid(wall, after.timezone())?;
            if at > *after {
                return Some(at);
            }
        }
        None
    }

    fn is_wildcard(&self) -> bool {
        covers_all(&self.cron.pattern.minutes, 60) || covers_all(&self.cron.pattern.hours, 24)
    }

    /// Reads an expression without asking whether it ever comes due.
    fn read(text: &str) -> Result<Self, ScheduleError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.len() > MAX_BYTES {
            return Err(ScheduleError::Cron(format!("The expression has more than {MAX_BYTES} characters.")));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let parser = parser.dom_and_dow(days_must_both_match(&text)).build();
        let cron = parser.parse(&text).map_err(|error| ScheduleError::Cron(complaint(error)))?;
        Ok(Self { text, cron: Box::new(cron) })
    }
}

impl FromStr for CronLine {
    type Err = ScheduleError;

    /// # Errors
    /// When it is no expression of five fields, or one for which no day exists.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let line = Self::read(text)?;
        match line.cron.find_next_occurrence(&DateTime::UNIX_EPOCH.naive_utc(), false) {
            Ok(_) => Ok(line),
            Err(_search_limit) => Err(ScheduleError::Never),
        }
    }
}

/// Whether a day must match day of month *and* day of week: when either field begins with `*`, also as `*/2`. Otherwise
/// one of the two is enough. (crontab(5) of Vixie cron and of cronie; croner alone takes only a bare `*` for a star.)
fn days_must_both_match(text: &str) -> bool {
    let mut fields = text.split(' ');
    // croner reads `?` as `*`.
    let mut begins_with_star = |place| fields.nth(place).is_some_and(|field| field.starts_with(['*', '?']));
    let (day_of_month, day_of_week) = (begins_with_star(2), begins_with_star(1));
    day_of_month || day_of_week
}

/// What croner found, without what the sentence before says already.
fn complaint(error: CronError) -> String {
    match error {
        CronError::EmptyPattern => "The expression is empty.".to_owned(),
        CronError::InvalidPattern(_) => "Enter exactly five fields.".to_owned(),
        CronError::IllegalCharacters(words) | CronError::ComponentError(words) => words,
        CronError::InvalidDate | CronError::InvalidTime | CronError::TimeSearchLimitExceeded => error.to_string(),
    }
}

/// A wildcard, or a field that names each of its values, which comes to the same.
fn covers_all(field: &CronComponent, values: usize) -> bool {
    field.from_wildcard || field.values().len() == values
}

/// The instant of a wall time: the first of two, or the first instant after the gap in which it lies.
pub(super) fn first_valid(wall: NaiveDateTime, zone: Tz) -> Option<DateTime<Tz>> {
    zone.from_local_datetime(&wall).earliest().or_else(|| GapInfo::new(&wall, &zone).and_then(|gap| gap.end))
}

#[cfg(test)]
mod tests {
    use chrono::Timelike;
    use chrono_tz::America::Nuuk;
    use chrono_tz::Australia::Lord_Howe;
    use chrono_tz::Europe::Berlin;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn times(line: &str, zone: Tz, after: &str, n: usize) -> Vec<String> {
        let line = CronLine::read(line).unwrap();
        let mut at = DateTime::parse_from_rfc3339(after).unwrap().with_timezone(&zone);
        let mut times = Vec::new();
        for _ in 0..n {
            at = line.next_after(&at).unwrap();
            times.push(at.format("%d %H:%M%:z").to_string());
        }
        times
    }

    #[rstest]
    #[case::skipped("30 2 * * *", "2026-03-28T00:00:00Z", &["28 02:30+01:00", "29 03:00+02:00", "30 02:30+02:00"])]
    #[case::doubled("30 2 * * *", "2026-10-24T00:00:00Z", &["24 02:30+02:00", "25 02:30+02:00", "26 02:30+01:00"])]
    #[case::a_skipped_list("30 2,14 * * *", "2026-03-28T14:00:00Z", &["29 03:00+02:00", "29 14:30+02:00", "30 02:30+02:00"])]
    #[case::a_doubled_list("30 2,14 * * *", "2026-10-24T14:00:00Z", &["25 02:30+02:00", "25 14:30+01:00", "26 02:30+01:00"])]
    #[case::several_skipped_run_once("0,20,40 2 * * *", "2026-03-29T00:30:00Z", &["29 03:00+02:00", "30 02:00+02:00"])]
    #[case::skipped_onto_a_time_of_its_own("0 2,3 * * *", "2026-03-29T00:30:00Z", &["29 03:00+02:00", "30 02:00+02:00"])]
    #[case::a_range("0 1-4 * * *", "2026-10-24T22:30:00Z", &["25 01:00+02:00", "25 02:00+02:00", "25 03:00+01:00", "25 04:00+01:00"])]
    #[case::asked_between_the_two("30 2 * * *", "2026-10-25T00:45:00Z", &["26 02:30+01:00"])]
    #[case::asked_in_the_second_hour("45 2 * * *", "2026-10-25T01:10:00Z", &["26 02:45+01:00"])]
    #[case::a_wildcard_skips("*/15 2 * * *", "2026-03-28T02:30:00Z", &["30 02:00+02:00"])]
    #[case::each_hour_in_spring("0 * * * *", "2026-03-29T00:00:00Z", &["29 03:00+02:00", "29 04:00+02:00"])]
    #[case::each_hour_in_autumn("0 * * * *", "2026-10-24T23:00:00Z", &["25 02:00+02:00", "25 02:00+01:00", "25 03:00+01:00"])]
    #[case::each_hour_written_out("0 0-23 * * *", "2026-10-24T23:00:00Z", &["25 02:00+02:00", "25 02:00+01:00", "25 03:00+01:00"])]
    fn berlin_changes_its_clocks(#[case] line: &str, #[case] after: &str, #[case] expected: &[&str]) {
        assert_eq!(times(line, Berlin, after, expected.len()), expected);
    }

    #[rstest]
    #[case::autumn("*/15 * * * *", "2026-04-04T14:30:00Z", &["05 01:45+11:00", "05 01:30+10:30", "05 01:45+10:30", "05 02:00+10:30"])]
    #[case::spring("*/15 * * * *", "2026-10-03T15:00:00Z", &["04 01:45+10:30", "04 02:30+11:00", "04 02:45+11:00"])]
    #[case::doubled("40 1 * * *", "2026-04-04T13:00:00Z", &["05 01:40+11:00", "06 01:40+10:30"])]
    #[case::skipped("10 2 * * *", "2026-10-03T12:00:00Z", &["04 02:30+11:00", "05 02:10+11:00"])]
    fn lord_howe_changes_by_half_an_hour(#[case] line: &str, #[case] after: &str, #[case] expected: &[&str]) {
        assert_eq!(times(line, Lord_Howe, after, expected.len()), expected);
    }

    /// November 2026 begins on a Sunday.
    #[rstest]
    #[case::odd_days_that_are_mondays("0 9 */2 * 1", &["09", "23", "07", "21"])]
    #[case::the_star_may_be_in_the_other_field("0 9 13 * */5", &["13", "13", "13", "13"])]
    #[case::a_question_mark_is_a_star("0 9 ?/2 * 1", &["09", "23", "07", "21"])]
    #[case::either_without_a_star("0 9 1-31/2 * 1", &["01", "02", "03", "05"])]
    #[case::either_of_two_lists("0 9 13 * 5", &["06", "13", "20", "27"])]
    #[case::any_day_of_month("0 9 * * 1", &["02", "09", "16", "23"])]
    #[case::any_day_of_week("0 9 13 * *", &["13", "13", "13", "13"])]
    fn days_of_month_and_week(#[case] line: &str, #[case] expected: &[&str]) {
        let found = times(line, Berlin, "2026-10-31T12:00:00Z", expected.len());
        let days: Vec<&str> = found.iter().map(|time| &time[..2]).collect();
        assert_eq!(days, expected);
    }

    #[test]
    fn a_gap_may_end_on_another_day() {
        // Nuuk goes from 23:00 on Saturday 28 March 2026 to midnight …
        assert_eq!(times("30 23 * * 6", Nuuk, "2026-03-28T12:00:00Z", 1), ["29 00:00-01:00"]);
        // … and Apia had no 30 December 2011 at all.
        let apia = chrono_tz::Pacific::Apia;
        assert_eq!(
            times("30 2 * * *", apia, "2011-12-29T20:00:00Z", 3),
            ["31 00:00+14:00", "31 02:30+14:00", "01 02:30+14:00"]
        );
    }

    #[test]
    fn leap_days_are_waited_for() {
        let line = CronLine::read("0 12 29 2 *").unwrap();
        let after = Berlin.with_ymd_and_hms(2028, 3, 1, 0, 0, 0).unwrap();
        assert_eq!(line.next_after(&after), Berlin.with_ymd_and_hms(2032, 2, 29, 12, 0, 0).earliest());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_wildcard_misses_no_minute_that_the_clock_shows(
            step in 1..31_u32,
            zone in prop::sample::select(&[Berlin, Lord_Howe, Nuuk][..]),
            change in prop::sample::select(&[1_774_746_000_i64, 1_792_890_000, 1_775_314_800, 1_791_041_400][..]),
            second in -10_000..10_000_i64,
        ) {
            let after = DateTime::from_timestamp(change + second, 0).unwrap().with_timezone(&zone);
            let mut minute = DateTime::from_timestamp((change + second).div_euclid(60) * 60, 0).unwrap().with_timezone(&zone);
            loop {
                minute += chrono::TimeDelta::minutes(1);
                if minute.minute().is_multiple_of(step) {
                    break;
                }
            }
            let line = CronLine::read(&format!("*/{step} * * * *")).unwrap();
            prop_assert_eq!(line.next_after(&after), Some(minute));
        }
    }

    #[rstest]
    #[case("0 0 30 2 *")]
    #[case("*/5 * 31 2 *")]
    fn an_impossible_day_never_comes(#[case] line: &str) {
        let after = Berlin.with_ymd_and_hms(2026, 11, 22, 0, 0, 0).unwrap();
        assert_eq!(CronLine::read(line).unwrap().next_after(&after), None);
        assert_eq!(line.parse::<CronLine>(), Err(ScheduleError::Never));
    }
}
