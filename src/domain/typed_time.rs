//! Dates and times that a person types, in the time zone of that person.

use std::time::Duration;

use chrono::{DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::clock::Stamp;

/// Where a range of times begins: a day, a minute or a second, such as `2026-11-22`, `2026-11-22T08:30` or
/// `2026-11-22 08:30`. `None` for anything else, and for years outside 0–9999.
#[must_use]
pub fn start_of(text: &str, zone: Tz) -> Option<Stamp> {
    at(Typed::parse(text)?.first(), zone)
}

/// Where such a range ends: the first moment that is no longer in it, as the day, minute or second that is typed belongs
/// to it. Of a minute that the clocks show twice, both belong to it.
#[must_use]
pub fn end_of(text: &str, zone: Tz) -> Option<Stamp> {
    let typed = Typed::parse(text)?;
    let length = match typed {
        Typed::Day(day) => return at(day.succ_opt()?.and_time(NaiveTime::MIN), zone),
        Typed::Minute(_) => Duration::from_mins(1),
        Typed::Second(_) => Duration::from_secs(1),
    };
    at_last(typed.first(), zone).map(|first| first.plus(length))
}

/// What a person typed, as exactly as it was typed.
#[derive(Debug, Clone, Copy)]
enum Typed {
    Day(NaiveDate),
    Minute(NaiveDateTime),
    Second(NaiveDateTime),
}

impl Typed {
    fn parse(text: &str) -> Option<Self> {
        let time = |form: &str| NaiveDateTime::parse_from_str(text, form).ok();
        let minute = || time("%Y-%m-%dT%H:%M").or_else(|| time("%Y-%m-%d %H:%M")).map(Self::Minute);
        let second = || time("%Y-%m-%dT%H:%M:%S").or_else(|| time("%Y-%m-%d %H:%M:%S")).map(Self::Second);
        let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self::Day);
        minute().or_else(second).or_else(day)
    }

    fn first(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Minute(time) | Self::Second(time) => time,
        }
    }
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
    shown_at(local, zone, MappedLocalTime::earliest)
}

/// The same with the last of two.
fn at_last(local: NaiveDateTime, zone: Tz) -> Option<Stamp> {
    shown_at(local, zone, MappedLocalTime::latest)
}

fn shown_at(
    local: NaiveDateTime,
    zone: Tz,
    chosen: fn(MappedLocalTime<DateTime<Tz>>) -> Option<DateTime<Tz>>,
) -> Option<Stamp> {
    if !(0..=9_999).contains(&local.year()) {
        return None;
    }
    let skipped = || zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest();
    let at: DateTime<Tz> = chosen(zone.from_local_datetime(&local)).or_else(skipped)?;
    Some(Stamp::from_utc(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Europe};

    use super::*;

    #[test]
    fn times_of_a_range() {
        let words = |at: Option<Stamp>| at.map(|at| at.to_utc().to_rfc3339());
        let start = |text: &str| words(start_of(text, Europe::Berlin));
        let end = |text: &str| words(end_of(text, Europe::Berlin));
        assert_eq!(start("2026-11-22").as_deref(), Some("2026-11-21T23:00:00+00:00"));
        assert_eq!(end("2026-11-22").as_deref(), Some("2026-11-22T23:00:00+00:00"), "that day is in the range");
        for minute in ["2026-11-22T08:30", "2026-11-22 08:30"] {
            assert_eq!(start(minute).as_deref(), Some("2026-11-22T07:30:00+00:00"));
            assert_eq!(end(minute).as_deref(), Some("2026-11-22T07:31:00+00:00"), "that minute is in the range");
        }
        for second in ["2026-11-22T08:30:59", "2026-11-22 08:30:59"] {
            assert_eq!(start(second).as_deref(), Some("2026-11-22T07:30:59+00:00"));
            assert_eq!(end(second).as_deref(), Some("2026-11-22T07:31:00+00:00"), "that second is in the range");
        }
        assert_eq!(start("2026-03-29T02:30").as_deref(), Some("2026-03-29T01:30:00+00:00"), "there is no such time");
        // The clocks show 02:30 twice that night.
        assert_eq!(start("2026-10-25T02:30").as_deref(), Some("2026-10-25T00:30:00+00:00"));
        assert_eq!(end("2026-10-25T02:30").as_deref(), Some("2026-10-25T01:31:00+00:00"));
        for wrong in ["yesterday", "22.11.2026", "2026-13-01", "08:30", ""] {
            assert_eq!((start(wrong), end(wrong)), (None, None), "{wrong}");
        }
    }

    /// chrono reads years up to 262142, at whose end nothing can be added and no zone west of Greenwich can be left.
    #[test]
    fn years_of_more_than_four_digits_are_refused() {
        for zone in [America::New_York, Europe::Berlin, chrono_tz::UTC, chrono_tz::Pacific::Kiritimati] {
            for wrong in
                ["+262142-12-31T23:59", "+262142-12-31", "-262143-01-01", "-262143-01-01T00:00", "+10000-01-01"]
            {
                assert_eq!((start_of(wrong, zone), end_of(wrong, zone)), (None, None), "{wrong}");
            }
            assert_eq!(start_of("-0001-12-31T23:59", zone), None);
            assert!(start_of("9999-12-31T23:59", zone).is_some() && start_of("0000-01-01", zone).is_some());
            assert!(end_of("9999-12-31T23:59", zone).is_some());
            assert_eq!(end_of("9999-12-31", zone), None, "the day after is in another year");
        }
    }
}
