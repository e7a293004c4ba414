//! Times in the reader's zone, as `<time>`: what a machine reads in the attribute, what people read inside.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use maud::{Markup, Render, html};

use super::PageContext;
use super::text::rough;
use crate::clock::Stamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How a time reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `Today 09:14`, `21 Nov 23:00`, `21 Nov 2025 23:00`.
    Plain,
    /// `today 09:14`, `21 Nov 23:00`.
    Inside,
    /// `09:14`, `21 Nov 23:00`.
    Short,
    /// `09:14` of any day.
    OfDay,
    /// `today at 09:14`, `on 21 Nov at 23:00`.
    Sentence,
    /// `23:00:41.207`.
    Clock,
    /// `21 Nov`, `21 Nov 2025`.
    Day,
    /// `3 min ago`, `in 12 min`.
    Ago,
    /// The same of what is due: `due now` once its time has come.
    Due,
}

/// A time that shows itself when it is put into markup.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    at: Stamp,
    now: Stamp,
    zone: Tz,
    style: Style,
    seconds: bool,
}

impl Time {
    /// The same with its seconds: `Today 09:14:05`.
    #[must_use]
    pub const fn with_seconds(self) -> Self {
        Self { seconds: true, ..self }
    }
}

const fn styled(context: &PageContext, at: Stamp, style: Style) -> Time {
    Time { at, now: context.now, zone: context.zone, style, seconds: false }
}

/// `Today 09:14`, or the day, with the year when it is another one.
#[must_use]
pub const fn time(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Plain)
}

/// After other words: `since today 09:14`.
#[must_use]
pub const fn time_inside(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Inside)
}

/// `09:14`, and the day where it is not today.
#[must_use]
pub const fn short(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Short)
}

/// Relative, `3 min ago`: the time itself is in the title.
#[must_use]
pub const fn ago(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Ago)
}

/// Relative, of what is due: `in 12 min`, `due now`.
#[must_use]
pub const fn due_in(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Due)
}

/// `09:14` of a day that was named before.
#[must_use]
pub const fn of_day(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::OfDay)
}

/// Two lines of a table: `3 min ago` above `09:14`.
#[must_use]
pub fn two_lines(context: &PageContext, at: Stamp, words: &str) -> Markup {
    html! { span.nobreak { (words) } " " small { (short(context, at)) } }
}

/// Within a sentence: `today at 09:14`.
#[must_use]
pub const fn time_in_words(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Sentence)
}

/// The time of day to the millisecond, for rows of a log.
#[must_use]
pub const fn clock(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Clock)
}

/// The day alone.
#[must_use]
pub const fn day(context: &PageContext, at: Stamp) -> Time {
    styled(context, at, Style::Day)
}

/// Absolute beside relative: `Today 09:14 · 3 min ago`, `Today 09:44 · in 12 min`.
#[must_use]
pub fn time_ago(context: &PageContext, at: Stamp) -> Markup {
    html! { (time(context, at)) " · " (relative(context, at)) }
}

/// The same of what is due: `Today 09:44 · in 12 min`, and `Today 09:27 · due now` once its time has come.
#[must_use]
pub fn time_due(context: &PageContext, at: Stamp) -> Markup {
    html! { (time(context, at)) " · " (due(context, at)) }
}

/// `in 12 min`, `due now`.
#[must_use]
pub fn due(context: &PageContext, at: Stamp) -> String {
    due_at(context.now, at)
}

fn due_at(now: Stamp, at: Stamp) -> String {
    if is_now(now, at) || at < now { "due now".to_owned() } else { relative_to(now, at) }
}

/// Whether there is less than half a second to it: nobody says "0 s".
const fn is_now(now: Stamp, at: Stamp) -> bool {
    at.0.abs_diff(now.0) < 500_000
}

/// `3 min ago`, `now`, `in 12 min`.
#[must_use]
pub fn relative(context: &PageContext, at: Stamp) -> String {
    relative_to(context.now, at)
}

fn relative_to(now: Stamp, at: Stamp) -> String {
    if is_now(now, at) {
        return "now".to_owned();
    }
    if at > now {
        return format!("in {}", rough(at.since(now)));
    }
    format!("{} ago", rough(now.since(at)))
}

/// Whether both fall on the same day in the reader's zone.
#[must_use]
pub fn same_day(context: &PageContext, one: Stamp, other: Stamp) -> bool {
    local(one, context.zone).date_naive() == local(other, context.zone).date_naive()
}

/// Whether both read the same, without their seconds.
#[must_use]
pub fn same_minute(one: Stamp, other: Stamp) -> bool {
    one.0.div_euclid(60_000_000) == other.0.div_euclid(60_000_000)
}

/// The reader's zone with its present distance from UTC: `Europe/Berlin (UTC+1)`.
#[must_use]
pub fn zone_name(context: &PageContext) -> String {
    let mut name = String::new();
    let _ = write!(name, "{} (", context.zone.name());
    push_offset(&mut name, &local(context.now, context.zone));
    name.push(')');
    name
}

fn local(at: Stamp, zone: Tz) -> DateTime<Tz> {
    at.to_utc().with_timezone(&zone)
}

impl Render for Time {
    /// Written digit by digit: chrono's `format` for each row costs as much as the query of a page.
    fn render_to(&self, out: &mut String) {
        let then = local(self.at, self.zone);
        out.push_str("<time datetime=\"");
        push_rfc3339(out, self.at, self.style == Style::Clock);
        out.push_str("\" title=\"");
        let _ = write!(out, "{} ", then.weekday());
        push_day(out, &then, true);
        out.push(' ');
        push_clock(out, &then, true);
        let _ = write!(out, " {}, ", self.zone.name());
        push_offset(out, &then);
        out.push_str("\">");
        self.push_words(out, &then);
        out.push_str("</time>");
    }
}

impl Time {
    fn push_words(self, out: &mut String, then: &DateTime<Tz>) {
        let today = local(self.now, self.zone);
        let is_today = today.date_naive() == then.date_naive();
        let with_year = today.year() != then.year();
        match self.style {
            Style::Plain if is_today => out.push_str("Today "),
            Style::Inside if is_today => out.push_str("today "),
            Style::Sentence if is_today => out.push_str("today at "),
            Style::Short if is_today => {}
            Style::Plain | Style::Inside | Style::Short => {
                push_day(out, then, with_year);
                out.push(' ');
            }
            Style::Sentence => {
                out.push_str("on ");
                push_day(out, then, with_year);
                out.push_str(" at ");
            }
            Style::Day => {
                push_day(out, then, with_year);
                return;
            }
            Style::Ago => {
                out.push_str(&relative_to(self.now, self.at));
                return;
            }
            Style::Due => {
                out.push_str(&due_at(self.now, self.at));
                return;
            }
            Style::Clock | Style::OfDay => {}
        }
        push_clock(out, then, self.seconds || self.style == Style::Clock);
        if self.style == Style::Clock {
            out.push('.');
            push_padded(out, then.timestamp_subsec_millis(), 3);
        }
    }
}

fn push_day(out: &mut String, day: &impl Datelike, with_year: bool) {
    let month = usize::try_from(day.month0()).ok().and_then(|place| MONTHS.get(place)).copied().unwrap_or_default();
    let _ = write!(out, "{} {month}", day.day());
    if with_year {
        let _ = write!(out, " {}", day.year());
    }
}

fn push_clock(out: &mut String, time: &impl Timelike, seconds: bool) {
    push_padded(out, time.hour(), 2);
    out.push(':');
    push_padded(out, time.minute(), 2);
    if seconds {
        out.push(':');
        push_padded(out, time.second(), 2);
    }
}

/// `UTC+1`, `UTC−3:30`, `UTC`.
fn push_offset(out: &mut String, time: &DateTime<Tz>) {
    let minutes = chrono::Offset::fix(time.offset()).local_minus_utc() / 60;
    out.push_str("UTC");
    if minutes != 0 {
        let _ = write!(out, "{}{}", if minutes < 0 { '\u{2212}' } else { '+' }, minutes.abs() / 60);
    }
    if minutes % 60 != 0 {
        out.push(':');
        push_padded(out, minutes.unsigned_abs() % 60, 2);
    }
}

/// RFC 3339 in UTC with milliseconds, for exports.
#[must_use]
pub fn rfc3339(at: Stamp) -> String {
    let mut out = String::with_capacity(24);
    push_rfc3339(&mut out, at, true);
    out
}

fn push_rfc3339(out: &mut String, at: Stamp, millis: bool) {
    let time = at.to_utc();
    let _ = write!(out, "{:04}-", time.year());
    push_padded(out, time.month(), 2);
    out.push('-');
    push_padded(out, time.day(), 2);
    out.push('T');
    push_clock(out, &time, true);
    if millis {
        out.push('.');
        push_padded(out, time.timestamp_subsec_millis(), 3);
    }
    out.push('Z');
}

/// With leading zeros, to `width` digits.
fn push_padded(out: &mut String, number: u32, width: usize) {
    let mut unit = match width {
        3 => 100,
        _ => 10,
    };
    while unit > 0 {
        out.push(char::from_digit(number / unit % 10, 10).unwrap_or('0'));
        unit /= 10;
    }
}

#[cfg(test)]
mod tests;
