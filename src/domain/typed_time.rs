//! Dates and times that a person types, in the time zone of that person.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::clock::Stamp;

/// A day or a minute, such as `2026-11-22`, `2026-11-22T08:30` or `2026-11-22 08:30`. A day as the end of a range is
/// included: `end_of_day` gives the start of the next one. `None` for anything else, and for years outside 0–9999.
#[must_use]
pub fn moment(text: &str, zone: Tz, end_of_day: bool) -> Option<Stamp> {
    let exact = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = exact.or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        let day = if end_of_day { day.succ_opt()? } else { day };
        Some(day.and_time(NaiveTime::MIN))
    })?;
    at(local, zone)
}

/// A time of day, such as `23:01` or `23:01:30`.
#[must_use]
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// When the clocks of a zone show a time: the first of two; a time that they skip becomes the one an hour later. `None`
/// for years outside 0–9999, whose neighbors chrono cannot always represent.
#[must_use]
pub fn at(local: NaiveDateTime, zone: Tz) -> Option<Stamp> {
    if !(0..=9_999).contains(&local.year()) {
        return None;
    }
    let skipped = || zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest();
    let at: DateTime<Tz> = zone.from_local_datetime(&local).earliest().or_else(skipped)?;
    Some(Stamp::from_utc(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Europe};

    use super::*;

    fn utc(text: &str, zone: Tz, end_of_day: bool) -> Option<String> {
        moment(text, zone, end_of_day).map(|at| at.to_utc().to_rfc3339())
    }

    #[test]
    fn times_of_a_range() {
        let at = |text: &str, end_of_day| utc(text, Europe::Berlin, end_of_day);
        assert_eq!(at("2026-11-22", false).as_deref(), Some("2026-11-21T23:00:00+00:00"));
        assert_eq!(at("2026-11-22", true).as_deref(), Some("2026-11-22T23:00:00+00:00"), "that day is in the range");
        for minute in ["2026-11-22T08:30", "2026-11-22 08:30"] {
            assert_eq!(at(minute, true).as_deref(), Some("2026-11-22T07:30:00+00:00"));
        }
        let skipped = at("2026-03-29T02:30", false);
        assert_eq!(skipped.as_deref(), Some("2026-03-29T01:30:00+00:00"), "there is no such time");
        for wrong in ["yesterday", "22.11.2026", "2026-13-01", "08:30", ""] {
            assert_eq!(at(wrong, false), None, "{wrong}");
        }
    }

    /// chrono reads years up to 262142, at whose end nothing can be added and no zone west of Greenwich can be left.
    #[test]
    fn years_of_more_than_four_digits_are_refused() {
        for zone in [America::New_York, Europe::Berlin, chrono_tz::UTC, chrono_tz::Pacific::Kiritimati] {
            for wrong in
                ["+262142-12-31T23:59", "+262142-12-31", "-262143-01-01", "-262143-01-01T00:00", "+10000-01-01"]
            {
                for end_of_day in [false, true] {
                    assert_eq!(moment(wrong, zone, end_of_day), None, "{wrong}");
                }
            }
            assert_eq!(moment("-0001-12-31T23:59", zone, false), None);
            assert!(moment("9999-12-31T23:59", zone, false).is_some() && moment("0000-01-01", zone, false).is_some());
            assert_eq!(moment("9999-12-31", zone, true), None, "the day after is in another year");
        }
    }
}
