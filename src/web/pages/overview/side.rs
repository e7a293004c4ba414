//! Beside what needs somebody: today's runs, how old the last successes are, and what is due next.

use maud::{Markup, html};

use super::shown::OverviewView;
use crate::domain::run::{RunResult, RunState};
use crate::queries::overview::OverviewSystem;
use crate::web::ui::text::rough;
use crate::web::ui::{Badge, PageContext, foreign, number, time};
use crate::web::urls;

/// The runs requested today, by result.
pub(super) fn today(context: &PageContext, view: &OverviewView) -> Markup {
    let address = |result| urls::runs_since(view.today, context.zone, result);
    let total = view.found.today.total();
    html! {
        section.box aria-labelledby="today" {
            header.bh {
                h2 #today { "Runs today" }
                @if view.reads_logs { a.end href=(address(None)) { "All" } }
            }
            ul.list.tight {
                @for result in RunResult::ALL {
                    @let n = view.found.today.of(*result);
                    @let badge = Badge::of_run(RunState::Ended, Some(*result));
                    li {
                        span.is.(badge.tone.class()) { (badge.icon) } " "
                        @if n == 0 { span.zero { (badge.word) } span.end.zero { "0" } }
                        @else if view.reads_logs { a href=(address(Some(*result))) { (badge.word) } " " b.end { (number(n)) } }
                        @else { (badge.word) " " b.end { (number(n)) } }
                    }
                }
            }
            @if total > 0 { p.strip-note { (number(total)) (if total == 1 { " run" } else { " runs" }) " requested and ended since " (time::short(context, view.today)) } }
        }
    }
}

/// The age of the last success against its limit, the first to exceed it first.
pub(super) fn ages(context: &PageContext, rows: &[OverviewSystem]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section.box aria-labelledby="ages" {
                header.bh { h2 #ages { "Age of the last success" } span.end { "compared with the limit" } }
                ul.list.tight { @for row in rows { (age(context, row)) } }
            }
        }
    }
}

fn age(context: &PageContext, row: &OverviewSystem) -> Markup {
    let from = row.freshness.from;
    let limit = row.freshness.due.map(|due| due.since(from)).unwrap_or_default();
    let age = context.now.since(from);
    // A quarter of the bar is the limit.
    let width = (age.as_secs().saturating_mul(25)).checked_div(limit.as_secs()).unwrap_or(100).clamp(1, 100);
    html! {
        li {
            a href=(urls::system(&row.key)) { (foreign::name(&row.name)) }
            span.end { b { (rough(age)) } small { " of " (rough(limit)) } }
            svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.f-none width="100" height="4" {}
                rect class=(if width > 25 { "f-err" } else { "f-ok" }) width=(width) height="4" {}
                path.tick d="M25 0v4" {}
            }
        }
    }
}

/// What is due next.
pub(super) fn due(context: &PageContext, rows: &[OverviewSystem]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section.box aria-labelledby="due" {
                header.bh { h2 #due { "Next due" } }
                ul.list.tight {
                    @for row in rows {
                        @if let Some(at) = row.next_due {
                            li {
                                b { (time::short(context, at)) } " "
                                a href=(urls::system(&row.key)) { (foreign::name(&row.name)) } " "
                                small.end { (time::due(context, at)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
