//! ISO 8601: `2026-11-27T10:00:00Z` and shorter forms.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Clock, instant, number, zone};

const MIDNIGHT: Clock = Clock { hour: 0, minute: 0, second: 0, nanos: 0 };

/// Reads RFC 3339 with and without a fraction, a zone or seconds, with a blank for `T`, without separators
/// (`20261127T100000Z`), and a date alone.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let (day, rest) = match text.split_once(['T', 't', ' ']) {
        Some((day, rest)) => (day, Some(rest)),
        None => (text, None),
    };
    let (date, basic) = date(day)?;
    let Some(rest) = rest else { return instant(date, MIDNIGHT, 0) };
    let end = rest.find(|sign: char| !(sign.is_ascii_digit() || matches!(sign, ':' | '.' | ','))).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(end)?;
    // Java and others write the name of the zone after its offset: `+01:00[Europe/Berlin]`.
    let zone = zone.split('[').next().unwrap_or_default().trim();
    let offset = if zone.is_empty() { 0 } else { zone::parse(zone)? };
    instant(date, Clock::parse(clock, basic)?, offset)
}

/// The date, and whether it has no separators.
fn date(text: &str) -> Option<(NaiveDate, bool)> {
    if let Some(digits) = Some(text).filter(|text| text.len() == 8 && !text.contains('-')) {
        let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
        let date = NaiveDate::from_ymd_opt(number(year, 4, 4)?, number(month, 2, 2)?, number(day, 2, 2)?)?;
        return Some((date, true));
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let longest = if unsigned.len() == text.len() { 4 } else { 6 };
    let mut parts = unsigned.splitn(3, '-');
    let year: i32 = number(parts.next()?, 4, longest)?;
    let (month, day) = (number(parts.next()?, 1, 2)?, number(parts.next()?, 1, 2)?);
    Some((NaiveDate::from_ymd_opt(sign * year, month, day)?, false))
}
