//! Dates with the names of months: RFC 9110 5.6.7, RFC 5322 3.3 and 4.3, and what Unix prints.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};

use super::{Clock, instant, number, zone};

/// What was found in a text so far. The order of the parts differs between the forms.
#[derive(Default)]
struct Parts {
    weekday: Option<Weekday>,
    day: Option<u32>,
    month: Option<u32>,
    year: Option<Year>,
    clock: Option<Clock>,
    offset: Option<i64>,
}

#[derive(Clone, Copy)]
enum Year {
    Full(i32),
    /// Two digits.
    Short(i32),
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`, and forms
/// between them: other zones, one digit for the day, no weekday, no seconds.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let mut parts = Parts::default();
    for word in without_comments(text)?.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        parts.take(word)?;
    }
    parts.instant()
}

/// Without what RFC 5322 calls comments, as in `+0100 (CET)`.
fn without_comments(text: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            other if depth == 0 => kept.push(other),
            _ => {}
        }
    }
    (depth == 0).then_some(kept)
}

impl Parts {
    /// Adds one word. `None` if it is none of a date, or one of its kind was there before.
    fn take(&mut self, word: &str) -> Option<()> {
        if word.contains(':') && word.starts_with(|sign: char| sign.is_ascii_digit()) {
            return self.take_clock(word);
        }
        if let Some(month) = month(word) {
            return put(&mut self.month, month);
        }
        if let Some(weekday) = weekday(word) {
            return put(&mut self.weekday, weekday);
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.take_number(word);
        }
        // `06-Nov-94`
        if word.starts_with(|sign: char| sign.is_ascii_digit()) && word.contains('-') {
            return word.split('-').try_for_each(|part| match month(part) {
                Some(month) => put(&mut self.month, month),
                None => self.take_number(part),
            });
        }
        put(&mut self.offset, zone::parse(word)?)
    }

    /// A time of day, with the zone behind it if no blank separates them.
    fn take_clock(&mut self, word: &str) -> Option<()> {
        let end = word.find(|sign: char| !(sign.is_ascii_digit() || matches!(sign, ':' | '.'))).unwrap_or(word.len());
        let (clock, zone) = word.split_at_checked(end)?;
        put(&mut self.clock, Clock::parse(clock, false)?)?;
        if zone.is_empty() { Some(()) } else { put(&mut self.offset, zone::parse(zone)?) }
    }

    /// Four digits are a year; of the others the day comes first.
    fn take_number(&mut self, digits: &str) -> Option<()> {
        match digits.len() {
            4 => put(&mut self.year, Year::Full(number(digits, 4, 4)?)),
            1 | 2 if self.day.is_none() => put(&mut self.day, number(digits, 1, 2)?),
            2 => put(&mut self.year, Year::Short(number(digits, 2, 2)?)),
            _ => None,
        }
    }

    fn instant(self) -> Option<DateTime<Utc>> {
        let (day, month) = (self.day?, self.month?);
        let date = match self.year? {
            Year::Full(year) => NaiveDate::from_ymd_opt(year, month, day)?,
            Year::Short(year) => century(year, month, day, self.weekday)?,
        };
        instant(date, self.clock?, self.offset.unwrap_or(0))
    }
}

fn put<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    if slot.is_some() {
        return None;
    }
    *slot = Some(value);
    Some(())
}

/// The date of a year with two digits. A date has another weekday a century earlier or later, so the weekday decides
/// between 1950 and 2149, whatever the date is today. Without a usable weekday: 1969 to 2068, as POSIX has it.
fn century(year: i32, month: u32, day: u32, weekday: Option<Weekday>) -> Option<NaiveDate> {
    let date = |century: i32| NaiveDate::from_ymd_opt(century + year, month, day);
    let fits = |century: &i32| date(*century).is_some_and(|date| Some(date.weekday()) == weekday);
    let candidates = if year < 50 { [2000, 2100] } else { [1900, 2000] };
    let usual = if year < 69 { 2000 } else { 1900 };
    date(candidates.into_iter().find(fits).unwrap_or(usual))
}

/// 1 to 12.
fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES.iter().zip(1..).find(|(name, _)| is_name(word, name, 3)).map(|(_, number)| number)
}

fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("Monday", Weekday::Mon),
        ("Tuesday", Weekday::Tue),
        ("Wednesday", Weekday::Wed),
        ("Thursday", Weekday::Thu),
        ("Friday", Weekday::Fri),
        ("Saturday", Weekday::Sat),
        ("Sunday", Weekday::Sun),
    ];
    NAMES.into_iter().find(|(name, _)| is_name(word, name, 3)).map(|(_, weekday)| weekday)
}

/// Whether a word is a name or its beginning of at least this number of letters, with or without a full stop.
fn is_name(word: &str, name: &str, least: usize) -> bool {
    let word = word.strip_suffix('.').unwrap_or(word);
    word.len() >= least && name.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))
}
