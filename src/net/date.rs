//! Reads the times that servers send.
//!
//! Two families are read: English dates (RFC 9110 5.6.7 in all three forms, RFC 822, RFC 1123 and RFC 5322, and what
//! `date` prints on Unix) and ISO 8601 dates (RFC 3339 and its shorter forms). A time without a zone is UTC.
//!
//! A text that is ambiguous, such as `11/27/2026` or a time with an unknown zone, is not read: a wrong time is worse
//! than none.

mod english;
mod iso;
mod zone;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// Reads a time in any of the forms that servers send.
///
/// Returns `None` for a text that is not a time, or not a clear one. Precision: nanoseconds; further digits are cut.
/// Years: 0 to 9999, in ISO 8601 with a sign also others.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    iso::parse(text).or_else(|| english::parse(text))
}

/// A time of day, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clock {
    hour: u32,
    minute: u32,
    /// 60 in a leap second.
    second: u32,
    nanos: u32,
}

impl Clock {
    /// Reads `9:05`, `09:05:07`, `09:05:07.25`, and the same without colons if `basic`.
    fn parse(text: &str, basic: bool) -> Option<Self> {
        let (whole, fraction) = match text.split_once(['.', ',']) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let colons: Vec<&str> = whole.split(':').collect();
        let (hour, minute, second) = match colons.as_slice() {
            [digits] if basic && matches!(digits.len(), 4 | 6) => {
                (digits.get(..2)?, digits.get(2..4)?, digits.get(4..).filter(|second| !second.is_empty()))
            }
            [hour, minute] => (*hour, *minute, None),
            [hour, minute, second] => (*hour, *minute, Some(*second)),
            _ => return None,
        };
        let two = |text: &str| number(text, 1, 2);
        let clock = Self {
            hour: two(hour)?,
            minute: two(minute)?,
            second: second.map_or(Some(0), two)?,
            nanos: match (fraction, second) {
                (Some(fraction), Some(_)) => nanos(fraction)?,
                (Some(_), None) => return None,
                (None, _) => 0,
            },
        };
        (clock.hour < 24 && clock.minute < 60 && clock.second <= 60).then_some(clock)
    }
}

/// The instant of a date, a time of day and an offset from UTC in seconds.
fn instant(date: NaiveDate, clock: Clock, offset: i64) -> Option<DateTime<Utc>> {
    // A leap second is the first second of the next minute.
    let time = date.and_hms_nano_opt(clock.hour, clock.minute, clock.second.min(59), clock.nanos)?;
    let leap = i64::from(clock.second == 60);
    time.and_utc().checked_add_signed(TimeDelta::try_seconds(leap - offset)?)
}

/// A number of `least` to `most` decimal digits, and nothing else.
fn number<T: std::str::FromStr>(text: &str, least: usize, most: usize) -> Option<T> {
    let digits = (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The digits after a decimal point, as nanoseconds.
fn nanos(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    nine.parse().ok()
}

#[cfg(test)]
mod tests;
