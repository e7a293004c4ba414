//! The messages of a run over time, as stacked bars, and the same as a table.

use std::time::Duration;

use maud::{Markup, html};

use super::{Bar, LEAST_POINTS, categories, drawing, stack, sum};
use crate::domain::message::Category;
use crate::domain::timeline::{SLICES, Span, Timeline};
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::{PageContext, clock, duration, number, time};

const PITCH: usize = 10;
/// How many rows the table has at most.
const ROWS: usize = 12;

/// The chart with its table, whose rows lead to their place in the log; nothing when there are too few points for one.
#[must_use]
pub fn timeline(context: &PageContext, timeline: &Timeline, address: impl Fn(&Span) -> String) -> Markup {
    let points = timeline.slices.iter().filter(|slice| slice.total() > 0).count();
    if points < LEAST_POINTS {
        return html! {};
    }
    let most = timeline.slices.iter().map(|slice| slice.total()).max().unwrap_or(0);
    let mut columns: Vec<Bar> = timeline.slices.iter().map(|slice| stack(*slice, most).into()).collect();
    columns.resize(SLICES.div_ceil(2).max(columns.len()), Bar::default());
    let slice = Duration::from_micros(u64::try_from(timeline.slice_us).unwrap_or(0));
    let spans = timeline.spans(ROWS);
    html! {
        figure.chart {
            figcaption { "One bar per " (duration(slice)) ", maximum " (number(most)) }
            (drawing(&columns, PITCH, true))
            p.axis {
                span { span.vh { "From " } (clock(context, timeline.begins)) } " "
                @if timeline.slices.len() * 2 > columns.len() { span { span.vh { "to " } (clock(context, timeline.ends())) } }
            }
            (categories("Messages by category", sum(timeline.slices.iter().copied())))
            details {
                summary { "Show as table" }
                (table(&html! { "Messages over time" }, &COLUMNS, &html! {
                    @for (place, span) in spans.iter().enumerate() {
                        @let before = place.checked_sub(1).and_then(|place| spans.get(place));
                        (row(context, span, before, &address))
                    }
                }))
            }
        }
    }
}

const COLUMNS: [Column<'_>; 5] =
    [text("From"), numbers("Error"), numbers("Warning"), numbers("Success"), numbers("Information")];

fn row(context: &PageContext, span: &Span, before: Option<&Span>, address: impl Fn(&Span) -> String) -> Markup {
    html! {
        tr {
            th scope="row" data-l="From" {
                a href=(address(span)) { (clock(context, span.begins)) }
                @if before.is_none_or(|before| !time::same_day(context, before.begins, span.begins)) {
                    " " small { (time::day(context, span.begins)) }
                }
            }
            @for category in Category::ALL.iter().copied() {
                td.n data-l=(category.title()) { (number(span.counts.of(category))) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::page_context::fixture::{at, page_context};

    fn logged(times: impl Iterator<Item = i64>) -> Timeline {
        let begins = at("2026-11-22T08:14:00Z");
        let mut timeline = Timeline::from(begins);
        for (number, time) in times.enumerate() {
            let category = if number % 10 == 0 { Category::Warning } else { Category::Success };
            timeline.add(crate::clock::Stamp(begins.0 + time), category);
        }
        timeline
    }

    #[test]
    fn the_table_says_what_the_chart_draws() {
        let of = logged((0..1_000).map(|number| number * 90_000));
        let drawn = timeline(&page_context(), &of, |span| format!("?after={}", span.first_seq - 1)).into_string();
        let rows = drawn.matches("<tr>").count() - 1;
        assert!((2..=ROWS).contains(&rows), "{rows}");
        assert!(drawn.contains("Warning 100") && drawn.contains("Success 900"), "{drawn}");
        assert!(drawn.contains("href=\"?after=0\""), "{drawn}");
        assert!(drawn.contains("09:14:00.000"), "in the reader's zone: {drawn}");
    }

    #[test]
    fn a_moment_is_no_chart() {
        let drawn = |times: &[i64]| timeline(&page_context(), &logged(times.iter().copied()), |_| String::new());
        assert_eq!(drawn(&[0, 1]).into_string(), "");
        assert_eq!(drawn(&[0, 40_000_000]).into_string(), "", "two points make no chart");
        assert!(drawn(&[0, 20_000_000, 40_000_000]).into_string().contains("<svg"));
    }
}
