//! What recovers without anybody, and what was resolved.

use maud::{Markup, html};

use crate::domain::status::Overall;
use crate::queries::overview::{OverviewSystem, WaitingRetry};
use crate::web::ui::text::rough;
use crate::web::ui::{Badge, Icon, PageContext, Tone, foreign, time};
use crate::web::urls;

/// Retries that wait, and paused systems whose connection is checked again.
pub(super) fn recovering(context: &PageContext, retries: &[WaitingRetry], paused: &[OverviewSystem]) -> Markup {
    html! {
        @if !(retries.is_empty() && paused.is_empty()) {
            section.box aria-labelledby="recovering" {
                header.bh { h2 #recovering { "Recovering automatically" } span { "Syncdesk tries again" } }
                ul.list.need.n3 {
                    @for retry in retries {
                        li {
                            (Badge::with_icon(Tone::Neutral, Icon::Queued, "Retrying")) " "
                            span {
                                b { a href=(urls::system(&retry.key)) { (foreign::name(&retry.name)) } } " "
                                small { a href=(urls::run(&retry.key, retry.no)) { "Run " (retry.no) } " is attempt " (retry.attempt) " of " (retry.max_attempts) "." }
                            } " "
                            small { (time::due(context, retry.not_before)) }
                        }
                    }
                    @for system in paused {
                        li {
                            (Badge::paused()) " "
                            span {
                                b { a href=(urls::system(&system.key)) { (foreign::name(&system.name)) } } " "
                                small { "Runs resume after the next successful connection check." }
                            } " "
                            small { @if let Some(check) = system.next_check { "check " (time::due(context, check)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What became OK since yesterday.
pub(super) fn resolved(context: &PageContext, rows: &[OverviewSystem]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section.box aria-labelledby="resolved" {
                header.bh { h2 #resolved { "Resolved since yesterday" } }
                ul.list.need.n3 { @for row in rows { (turn(context, row)) } }
            }
        }
    }
}

fn turn(context: &PageContext, row: &OverviewSystem) -> Markup {
    let (at, from) = (row.resolved.at.unwrap_or(context.now), row.resolved.from);
    let was = if row.resolved.was == Some(Overall::Warning) { "Warnings" } else { "Errors" };
    html! {
        li {
            (Badge::new(Tone::Ok, "OK")) " "
            span {
                b { a href=(urls::system(&row.key)) { (foreign::name(&row.name)) } } " "
                small { (was) @if let Some(from) = from { " for " (rough(at.since(from))) } }
            } " "
            small { (time::short(context, at)) }
        }
    }
}
