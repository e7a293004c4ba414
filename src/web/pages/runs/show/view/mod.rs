//! The page of a run: how it went, how far it is, and its log.

pub(super) mod messages;

use std::time::Duration;

use maud::{Markup, html};

use self::messages::LogView;
use super::super::changes;
use crate::clock::Stamp;
use crate::domain::message::Counts;
use crate::domain::progress::RunProgress;
use crate::domain::run::{EndReason, RunResult, RunState};
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::Start;
use crate::web::ui::failure::{FailureView, failure};
use crate::web::ui::foreign;
use crate::web::ui::layout::{crumbs, head, refreshing};
use crate::web::ui::phases::{PhaseView, phases};
use crate::web::ui::progress;
use crate::web::ui::runs::{Origin, end_reason, origin};
use crate::web::ui::text::count;
use crate::web::ui::{Badge, PageContext, Tone, chart, duration, link_button, notice, number, page, time};
use crate::web::urls::{self, MessageQuery};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct RunView {
    pub system: SystemRef,
    pub no: RunNo,
    pub state: RunState,
    pub result: Option<RunResult>,
    pub end_reason: Option<EndReason>,
    pub failure: Option<FailureView>,
    pub origin: Origin,
    pub queued: Stamp,
    /// When a queued run may begin.
    pub not_before: Stamp,
    /// How many runs of its group are in process, when a queued run may wait because of the share of its group.
    pub share: Option<i64>,
    /// What a queued run waits for: `after run 16`; empty for its time or a free worker.
    pub waits_for: String,
    pub overdue: bool,
    pub started: Option<Stamp>,
    pub ended: Option<Stamp>,
    /// So far, while it runs.
    pub duration: Option<Duration>,
    /// While it runs.
    pub progress: Option<RunProgress>,
    /// Items that needed nothing.
    pub unchanged: i64,
    pub counts: Counts,
    /// What it did, phase by phase.
    pub phases: Vec<PhaseView>,
    pub completeness: Completeness,
    /// The retry that follows this run.
    pub retried_by: Option<RunNo>,
    /// Asked to stop, by whom.
    pub canceling: Option<String>,
    pub has_plan: bool,
    /// Whether it brought anything to the replica, if there is one that the reader may see.
    pub changed_replica: Option<bool>,
    pub may_cancel: bool,
    pub log: Log,
}

/// The system of a run. Who only reads logs gets its name as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemRef {
    pub key: SystemKey,
    pub name: String,
    pub may_open: bool,
}

/// The log, as far as the reader may have it.
#[derive(Debug, Clone)]
pub enum Log {
    Shown(Box<LogView>),
    /// The role template that is missing.
    Missing(&'static str),
    /// Past retention.
    Expired {
        days: u32,
    },
}

/// Counted in different places: by the connector, by the database, and what had to be shortened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness {
    pub emitted: i64,
    pub stored: i64,
    pub cut: i64,
}

impl Completeness {
    /// As a line: a warning when the numbers differ after the end.
    #[must_use]
    pub fn line(self, over: bool) -> Markup {
        let of_all = if over { self.emitted } else { self.stored };
        html! {
            @if over && self.emitted != self.stored {
                (Badge::new(Tone::Warning, "Log is incomplete")) " "
            }
            span.nobreak { (count(of_all, "message", "messages")) }
            @if !over { " so far" }
            @else if self.emitted != self.stored { ", " span.nobreak { (number(self.stored)) " stored" } }
            @else if of_all > 1 { ", all stored" }
            @if self.cut > 0 { ", " span.nobreak { (number(self.cut)) " shortened" } }
        }
    }
}

#[must_use]
pub fn view(context: &PageContext, view: &RunView) -> Markup {
    page(
        context,
        &format!("Run {} of {}", view.no, view.system.name),
        &html! {
            (above(&view.system, None))
            (head(&html! { (foreign::name(&view.system.name)) " " span.soft { "run " (view.no) } }, &beside(context, view), &actions(view)))
            (refreshing(context))
            (state(context, view))
            @if let Some(now) = &view.progress { (progress::full(context, now)) }
            (phases_and_changes(context, view))
            (messages::section(context, view))
        },
    )
}

/// The way up: links for who may see systems, the bare name for who only reads logs. `run` is named when the
/// page lies below it.
#[must_use]
pub fn above(system: &SystemRef, run: Option<RunNo>) -> Markup {
    let label = run.map(|no| format!("Run {no}"));
    let mut above = Vec::new();
    if system.may_open {
        above.push((urls::SYSTEMS.to_owned(), "Systems"));
        above.push((urls::system(&system.key), system.name.as_str()));
    }
    if let (Some(no), Some(label)) = (run, &label) {
        above.push((urls::run(&system.key, no), label));
    }
    html! {
        @if !system.may_open { p.crumbs { (foreign::name(&system.name)) } }
        @if !above.is_empty() { (crumbs(&above)) }
    }
}

fn beside(context: &PageContext, view: &RunView) -> Markup {
    html! { (Badge::of_run(view.state, view.result)) " " p { (facts(context, view)) } }
}

fn actions(view: &RunView) -> Markup {
    let (key, no) = (&view.system.key, view.no);
    let over = view.state == RunState::Ended;
    html! {
        @if matches!(view.log, Log::Shown(_)) {
            @if view.state == RunState::Running {
                (link_button(&urls::run_live(key, no), "Live log", "primary"))
                (link_button(&urls::run_latest(key, no, true), "Latest rows", ""))
            }
        }
        @if view.has_plan { (link_button(&urls::run_plan(key, no), "Review plan", "primary")) }
        @if view.may_cancel && !over && view.canceling.is_none() {
            (link_button(&urls::run_cancel(key, no), "Cancel run …", ""))
        }
    }
}

/// What has to be known before the log is read.
fn state(context: &PageContext, view: &RunView) -> Markup {
    match view.state {
        RunState::Queued => waiting(context, view),
        RunState::Running => html! {
            @if let Some(person) = &view.canceling {
                (notice::notice(Tone::Busy, &html! { p { (Tone::Busy) bdi { (person) } " requested cancellation. The run stops within seconds." } }))
            }
        },
        RunState::Ended => ended(view),
    }
}

fn waiting(context: &PageContext, view: &RunView) -> Markup {
    let tone = if view.overdue { Tone::Warning } else { Tone::Neutral };
    notice::notice(
        tone,
        &html! {
            p {
                (tone)
                @if !view.waits_for.is_empty() { "This run is queued " (view.waits_for) "." }
                @else if view.not_before > context.now { "This run can start " (time::time_in_words(context, view.not_before)) "." }
                @else if let Some(runs) = view.share {
                    "This run is waiting for a free worker. Its group has " (runs) @if runs == 1 { " run" } @else { " runs" }
                    " in process, and each process keeps one worker free for the other groups."
                }
                @else { "This run is waiting for a free worker." }
                @if view.overdue { " It is delayed: it could have started " (time::relative(context, view.not_before)) "." @if view.waits_for.is_empty() { " Check that a worker is running." } }
            }
        },
    )
}

fn ended(view: &RunView) -> Markup {
    let retried = html! {
        @if let Some(next) = view.retried_by {
            "It is retried: " a href=(urls::run(&view.system.key, next)) { "run " (next) } "."
        }
    };
    match (&view.failure, view.end_reason) {
        (Some(why), _) => failure(&html! { "The run failed" }, why, &retried),
        (None, Some(reason)) => {
            notice::notice(Tone::Error, &html! { p { (Tone::Error) strong { (end_reason(reason)) } " " (retried) } })
        }
        (None, None) => Markup::default(),
    }
}

/// What the run did, phase by phase; and where the log begins, what changed and when messages were logged.
fn phases_and_changes(context: &PageContext, view: &RunView) -> Markup {
    let (phases, digest) = (phases(&view.phases), digest(context, view));
    html! {
        @if !phases.0.is_empty() || !digest.0.is_empty() {
            section.box.changes aria-label="Phases and changes" { (phases) (digest) }
        }
    }
}

fn digest(context: &PageContext, view: &RunView) -> Markup {
    let Log::Shown(log) = &view.log else { return html! {} };
    let Some(digest) = &log.digest else { return html! {} };
    let (key, no) = (&view.system.key, view.no);
    let over_time = digest.timeline.as_ref().map_or_else(Markup::default, |timeline| {
        chart::timeline(context, timeline, |span| {
            let place = if span.first_seq > 1 { Start::After(Seq(span.first_seq - 1)) } else { Start::First };
            format!("{}#messages", urls::messages_sized(key, no, &MessageQuery::default(), place, log.size))
        })
    });
    html! {
        @if let Some(changes) = &digest.changes { (changes::section(key, no, changes)) }
        @if !over_time.0.is_empty() {
            details { summary { "Messages over time" } (over_time) }
        }
    }
}

/// What is known of the run, as one line.
fn facts(context: &PageContext, view: &RunView) -> Markup {
    let over = view.state == RunState::Ended;
    html! {
        @match (view.started, view.ended) {
            (Some(from), Some(to)) => {
                (time::relative(context, to)) " · " (time(context, from).with_seconds()) " to "
                @if time::same_day(context, from, to) { (time::of_day(context, to).with_seconds()) } @else { (time::time_inside(context, to).with_seconds()) }
            },
            (Some(from), None) => { "Started " (time::time_inside(context, from).with_seconds()) },
            (None, Some(at)) => { "Ended " (time::time_inside(context, at).with_seconds()) ", never started" },
            (None, None) => { "Requested " (time::time_inside(context, view.queued).with_seconds()) },
        }
        @if let Some(span) = view.duration { " · " (duration(span)) }
        " · " (origin(&Origin { retries: None, ..view.origin.clone() }))
        @if let Some(run) = view.origin.retries { ", after " a href=(urls::run(&view.system.key, run)) { "run " (run) } }
        @if view.unchanged > 0 { " · " (number(view.unchanged)) " unchanged" }
        @match view.changed_replica {
            Some(true) => { " · " a href=(urls::replica(&view.system.key, Some(view.no))) { "what this run changed" } },
            Some(false) => " · nothing changed in the replica",
            None => {},
        }
        " · " span.complete { (view.completeness.line(over)) }
    }
}
