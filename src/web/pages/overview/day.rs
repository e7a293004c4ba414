//! The last 24 hours of the systems with the worst ones: a cell for each hour.

use chrono::Timelike;
use maud::{Markup, html};

use super::shown::OverviewView;
use crate::clock::Stamp;
use crate::domain::hours::{HOUR, ResultCounts, SHOWN, first_shown};
use crate::domain::invisible::visible;
use crate::domain::run::{RunResult, RunState};
use crate::queries::overview::SystemDay;
use crate::web::ui::{Badge, PageContext, foreign, number};
use crate::web::urls;

/// The width of a cell with its gap.
const PITCH: u32 = 20;

pub(super) fn days(context: &PageContext, view: &OverviewView) -> Markup {
    let first = first_shown(context.now);
    html! {
        section.box aria-labelledby="day" {
            header.bh {
                h2 #day { "Last 24 hours" }
                span { "one cell per hour, worst result" }
                @if view.reads_logs { a.end href=(urls::runs_since(first, context.zone, None)) { "All runs" } }
            }
            table.heat {
                caption.vh { "Worst result of the runs requested in each of the last 24 hours, worst systems first" }
                thead {
                    tr {
                        th scope="col" { span.vh { "System" } }
                        th scope="col" { (axis(context, first)) span.vh { "Hours" } }
                        th scope="col" { span.vh { "Runs with errors or warnings" } }
                    }
                }
                tbody { @for day in &view.found.days { (row(context, view, day, first)) } }
            }
            (legend())
        }
    }
}

/// Every third hour, in the reader's zone.
fn axis(context: &PageContext, first: Stamp) -> Markup {
    html! {
        svg viewBox={ "0 0 " (PITCH * SHOWN) " 12" } aria-hidden="true" focusable="false" {
            @for place in (0..SHOWN).step_by(3) {
                @let hour = first.plus(HOUR * place).to_utc().with_timezone(&context.zone).hour();
                text x=(place * PITCH + 1) y="10" { (format!("{hour:02}")) }
            }
        }
    }
}

fn row(context: &PageContext, view: &OverviewView, day: &SystemDay, first: Stamp) -> Markup {
    let system = &day.system;
    let links = view.with_logs.contains(&system.group_id);
    let total = day.hours.values().fold(ResultCounts::default(), |sum, counts| sum.plus(*counts));
    html! {
        tr {
            th scope="row" { a href=(urls::system(&system.key)) title=(visible(&system.name)) { (foreign::name(&system.name)) } }
            td {
                svg viewBox={ "0 0 " (PITCH * SHOWN) " 16" } aria-hidden="true" focusable="false" {
                    @for place in 0..SHOWN {
                        @let hour = first.plus(HOUR * place);
                        @match day.hours.get(&hour).and_then(|counts| counts.worst()) {
                            None => path.gap d={ "M" (place * PITCH) " 8h" (PITCH) } {},
                            Some(result) if links => a href=(urls::runs_of_hour(&system.key, hour, context.zone)) tabindex="-1" { title { (title(context, hour, result)) } (cell(place, result)) },
                            Some(result) => (cell(place, result)),
                        }
                    }
                }
                span.vh { (words(day)) }
            }
            td {
                @if total.total() == 0 { "no runs" }
                @else if links { a href=(urls::runs_of_system_since(&system.key, first, context.zone)) { (remark(total)) } }
                @else { (remark(total)) }
            }
        }
    }
}

/// `18:00 Error`, which also names the link.
fn title(context: &PageContext, hour: Stamp, result: RunResult) -> String {
    let at = hour.to_utc().with_timezone(&context.zone).format("%H:%M");
    format!("{at} {}", Badge::of_run(RunState::Ended, Some(result)).word)
}

/// A mark says the result without its color.
fn cell(place: u32, result: RunResult) -> Markup {
    let x = place * PITCH + 1;
    let (class, mark) = match result {
        RunResult::Error => ("f-err", Some(format!("M{} 5.5l5 5m0-5l-5 5", f64::from(x) + 6.5))),
        RunResult::CompletedWithWarnings => ("f-warn", Some(format!("M{} 8h8", x + 5))),
        RunResult::Completed => ("f-calm", None),
        RunResult::Canceled => ("f-idle", Some(format!("M{} 11l6-6", x + 6))),
    };
    html! {
        rect class=(class) x=(x) width=(PITCH - 2) height="16" rx="2" {}
        @if let Some(mark) = mark { path.x d=(mark) {} }
    }
}

/// `5 of 48 runs`: those with errors or warnings of all.
fn remark(total: ResultCounts) -> Markup {
    let bad = total.errors + total.warnings;
    html! {
        @if bad > 0 { (number(bad)) " of " }
        (number(total.total())) (if total.total() == 1 { " run" } else { " runs" })
    }
}

/// The cells in words.
fn words(day: &SystemDay) -> String {
    let of = |result| day.hours.values().filter(|counts| counts.worst() == Some(result)).count();
    let parts: Vec<String> = [
        (RunResult::Error, "with errors"),
        (RunResult::CompletedWithWarnings, "with warnings"),
        (RunResult::Completed, "completed"),
        (RunResult::Canceled, "canceled"),
    ]
    .into_iter()
    .map(|(result, word)| (of(result), word))
    .filter(|(n, _word)| *n > 0)
    .map(|(n, word)| format!("{n} h {word}"))
    .collect();
    if parts.is_empty() { "No runs".to_owned() } else { parts.join(", ") }
}

fn legend() -> Markup {
    let entries = [
        (RunResult::Completed, "completed"),
        (RunResult::CompletedWithWarnings, "with warnings"),
        (RunResult::Error, "error"),
        (RunResult::Canceled, "canceled"),
    ];
    html! {
        div.pad {
            ul.legend aria-label="Cells" {
                @for (result, word) in entries {
                    li { svg viewBox="0 0 20 16" aria-hidden="true" focusable="false" { (cell(0, result)) } (word) }
                }
            }
        }
    }
}
