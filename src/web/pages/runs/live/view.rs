//! The live log as a page. Head, rows, end are separate pieces of one page.

use std::time::Duration;

use maud::{Markup, PreEscaped, html};

use crate::clock::Stamp;
use crate::domain::message::{Category, Counts};
use crate::domain::progress::RunProgress;
use crate::domain::run::{RunResult, RunState};
use crate::ids::{RunNo, Seq};
use crate::queries::Start;
use crate::web::pages::runs::show::{SystemRef, above};
use crate::web::ui::layout::head as heading;
use crate::web::ui::message_row::{COLUMNS, MessageRow, message_row};
use crate::web::ui::phases::{PhaseView, phases};
use crate::web::ui::table::table;
use crate::web::ui::text::count;
use crate::web::ui::{Badge, PageContext, Tone, clock, duration, link_button, number, page, progress};
use crate::web::urls::{self, MessageQuery, PageSize};

/// What the head needs to know.
#[derive(Debug, Clone)]
pub struct LiveView {
    pub system: SystemRef,
    pub no: RunNo,
    /// The run had ended when the page was opened.
    pub is_over: bool,
    /// The first message that is shown; those before are on the page of the run.
    pub from_seq: i64,
    /// How many rows and how long this page lasts at most.
    pub max_rows: i64,
    pub max_time: Duration,
}

/// How the page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveEnd {
    /// The run is over.
    Over { result: RunResult, counts: Counts, took: Option<Duration>, phases: Vec<PhaseView> },
    /// The page has shown as much, or lasted as long, as it may; the run continues.
    Full { last_seq: i64 },
    /// The reader's rights or session ended.
    Refused,
    /// The portal shuts down.
    ShutDown,
}

/// Marks the position of the rows. The page is rendered once and split here.
const ROWS: &str = "<!--rows-->";
/// Where the status stands.
const END: &str = "<!--end-->";

/// Everything before the first row.
#[must_use]
pub fn head(context: &PageContext, view: &LiveView) -> Markup {
    let whole = whole(context, view).into_string();
    let head = whole.split_once(ROWS).map_or(whole.as_str(), |(head, _)| head);
    PreEscaped(head.to_owned())
}

/// One row; `before` is the time of the row above.
#[must_use]
pub fn row(context: &PageContext, view: &LiveView, row: &MessageRow, before: Option<Stamp>) -> Markup {
    message_row(context, (&view.system.key, view.no), row, before, PageSize::default())
}

/// A row with the progress, between two messages that are far apart.
#[must_use]
pub fn progress_row(context: &PageContext, progress: &RunProgress, now: Stamp) -> Markup {
    html! {
        tr.between {
            td.soft colspan=(COLUMNS.len()) { (clock(context, now)) " " (progress::line(progress)) }
        }
    }
}

/// Everything after the last row, with how it ended.
#[must_use]
pub fn end(context: &PageContext, view: &LiveView, end: &LiveEnd) -> Markup {
    let whole = whole(context, view).into_string();
    let rest = whole.split_once(ROWS).map_or("", |(_, rest)| rest);
    PreEscaped(rest.replacen(END, &ending(view, end).into_string(), 1))
}

fn whole(context: &PageContext, view: &LiveView) -> Markup {
    let (key, no) = (&view.system.key, view.no);
    let what = if view.is_over {
        "The run has ended. These are its messages."
    } else {
        "New messages and the progress appear as they are written. The result is shown at the end."
    };
    page(
        context,
        &format!("Live log of run {no} of {}", view.system.name),
        &html! {
            (above(&view.system, Some(no)))
            (heading(
                &html! { "Live log of run " (no) },
                &html! { span.soft { (what) } },
                &html! {
                    (link_button(&urls::run(key, no), "Run details", ""))
                    a.button href="#end" { "Jump to the end" }
                },
            ))
            section.box.log aria-label="Messages" {
                p.strip-note {
                    @if view.from_seq > 1 { "From message " (number(view.from_seq)) " on. " }
                    "At most " (number(view.max_rows)) " rows and " (duration(view.max_time)) ". "
                    a href=(urls::run_latest(key, no, true)) { "Refreshing view" }
                }
                section.live tabindex="0" aria-label="Rows" {
                    (table(&html! { "Messages of run " (no) @if !view.is_over { " as they are written" } }, &COLUMNS, &PreEscaped(ROWS.to_owned())))
                }
                div.live-end #end { (PreEscaped(END)) }
            }
        },
    )
}

pub(super) fn counted(counts: Counts) -> Markup {
    html! {
        (count(counts.error, "error", "errors"))
        ", " (count(counts.warning, "warning", "warnings"))
        ", " (count(counts.success, "success", "successes"))
        ", " (number(counts.information)) " information"
    }
}

fn ending(view: &LiveView, end: &LiveEnd) -> Markup {
    let run = urls::run(&view.system.key, view.no);
    html! {
        @match end {
            LiveEnd::Over { result, counts, took, phases: all } => {
                p {
                    (Badge::of_run(RunState::Ended, Some(*result)))
                    @if let Some(took) = took { " after " (duration(*took)) }
                    " · " (counted(*counts))
                }
                (phases(all))
                p {
                    (link_button(&run, "Run details", "primary")) " "
                    @if counts.error > 0 {
                        (link_button(&urls::messages(&view.system.key, view.no, &MessageQuery::of(Category::Error), Start::First), "Show errors", ""))
                    }
                }
            },
            LiveEnd::Full { last_seq } => {
                p { (Badge::new(Tone::Busy, "The run continues")) " This page has reached its limit." }
                p { a.button.primary href=(urls::run_live_after(&view.system.key, view.no, Seq(*last_seq))) { "Continue from message " (number(last_seq.saturating_add(1))) } }
            },
            LiveEnd::Refused => p { (Badge::new(Tone::Warning, "Ended")) " You were signed out, or your access to this log was removed." },
            LiveEnd::ShutDown => p { (Badge::new(Tone::Warning, "Ended")) " Syncdesk is restarting. " a href=(run) { "Run details" } },
        }
    }
}
