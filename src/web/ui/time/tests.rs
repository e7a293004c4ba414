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
    assert_eq!(words(&time(&context, at("2026-11-22T08:14:05Z")).with_seconds()), "Today 09:14:05");
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
