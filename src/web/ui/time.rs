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
    /// `today at 09:14`, `on 21 Nov at 23:00`.
    Sentence,
    /// `23:00:41.207`.
    Clock,
    /// `21 Nov`, `21 Nov 2025`.
    Day,
}

/// A time that shows itself when it is put into markup.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    at: Stamp,
    now: Stamp,
    zone: Tz,
    style: Style,
}

const fn styled(context: &PageContext, at: Stamp, style: Style) -> Time {
    Time { at, now: context.now, zone: context.zone, style }
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
    if is_now(context, at) || at < context.now { "due now".to_owned() } else { relative(context, at) }
}

/// Whether there is less than half a second to it: nobody says "0 s".
fn is_now(context: &PageContext, at: Stamp) -> bool {
    at.0.abs_diff(context.now.0) < 500_000
}

/// `3 min ago`, `now`, `in 12 min`.
#[must_use]
pub fn relative(context: &PageContext, at: Stamp) -> String {
    if is_now(context, at) {
        return "now".to_owned();
    }
    if at > context.now {
        return format!("in {}", rough(at.since(context.now)));
    }
    format!("{} ago", rough(context.now.since(at)))
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
            Style::Clock => {}
        }
        push_clock(out, then, self.style == Style::Clock);
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
mod tests {
    use super::*;
    use crate::web::ui::page_context::fixture::{at, page_context};

    fn words(markup: &impl Render) -> String {
        let html = markup.render().into_string();
        html.split_once('>').unwrap().1.replace("</time>", "").replace('\u{a0}', " ")
    }

    #[test]
    fn a_time_says_its_day_as_far_as_needed() {
        let context = page_context();
        assert_eq!(words(&time(&context, at("2026-11-22T08:14:00Z"))), "Today 09:14");
        assert_eq!(words(&time(&context, at("2026-11-21T22:00:00Z"))), "21 Nov 23:00");
        assert_eq!(words(&time(&context, at("2026-11-21T23:30:00Z"))), "Today 00:30");
        assert_eq!(words(&time(&context, at("2025-06-01T10:05:00Z"))), "1 Jun 2025 12:05");
        assert_eq!(words(&time_inside(&context, at("2026-11-22T08:14:00Z"))), "today 09:14");
        assert_eq!(words(&time_in_words(&context, at("2026-11-22T08:14:00Z"))), "today at 09:14");
        assert_eq!(words(&clock(&context, at("2026-11-21T22:00:41.207Z"))), "23:00:41.207");
        assert_eq!(words(&time_ago(&context, at("2026-11-22T08:27:00Z"))), "Today 09:27 · 3 min ago");
        assert_eq!(words(&time_ago(&context, at("2026-11-22T08:42:30Z"))), "Today 09:42 · in 13 min");
    }

    #[test]
    fn a_distance_is_rounded_and_never_nothing() {
        let context = page_context();
        let said = |text: &str| relative(&context, at(text)).replace('\u{a0}', " ");
        assert_eq!(said("2026-11-22T11:29:00Z"), "in 2 h 59 min");
        assert_eq!(said("2026-11-22T05:31:00Z"), "2 h 59 min ago");
        assert_eq!(said("2026-11-22T08:30:00.400Z"), "now");
        let due = |text: &str| words(&time_due(&context, at(text)));
        assert_eq!(due("2026-11-22T08:44:00Z"), "Today 09:44 · in 14 min");
        assert_eq!(due("2026-11-22T08:27:00Z"), "Today 09:27 · due now");
        assert_eq!(due("2026-11-22T08:30:00.400Z"), "Today 09:30 · due now");
    }

    #[test]
    fn the_whole_time_and_the_zone_are_there_too() {
        let shown = time(&page_context(), at("2026-07-05T08:14:09Z")).render().into_string();
        assert!(shown.contains("datetime=\"2026-07-05T08:14:09Z\""), "{shown}");
        assert!(shown.contains("title=\"Sun 5 Jul 2026 10:14:09 Europe/Berlin, UTC+2\""), "{shown}");
        assert_eq!(zone_name(&page_context()), "Europe/Berlin (UTC+1)");
    }

    #[test]
    fn a_zone_with_half_hours_west_of_greenwich() {
        let context = PageContext { zone: Tz::America__St_Johns, ..page_context() };
        assert_eq!(zone_name(&context), "America/St_Johns (UTC\u{2212}3:30)");
    }
}
