//! The three tiles of a system's page: Connection, Synchronization, Queue.

use std::time::Duration;

use maud::{Markup, html};

use super::{SystemView, facts, moment, run_link};
use crate::clock::Stamp;
use crate::domain::progress::RunProgress;
use crate::domain::run::Stage;
use crate::ids::{CheckNo, RunNo};
use crate::web::ui::runs::{LogAccess, no_log_access, retry_number};
use crate::web::ui::tile::tile;
use crate::web::ui::{Badge, PageContext, Tone, duration, form, link_button, progress, strip, time};
use crate::web::urls;

/// The connection, as the last check found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionTile {
    pub status: Badge,
    /// A check that has not ended.
    pub checking: Option<CheckNo>,
    pub checked_at: Option<Stamp>,
    pub took: Option<Duration>,
    /// What was found last was found by a run that succeeded.
    pub by_run: bool,
    pub since: Option<Stamp>,
    pub next_check: Option<Stamp>,
    /// The newest check, when there is one to look at.
    pub check: Option<CheckNo>,
    /// The stage at which it failed.
    pub failed_at: Option<Stage>,
    /// The last checks, oldest first.
    pub recent: Vec<Tone>,
    pub paused: Option<Paused>,
}

/// Why nothing is synchronized although nobody holds the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    pub since: Stamp,
    /// The first check that failed, without a good one since.
    pub failing_since: Stamp,
}

/// What the runs say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynchronizationTile {
    pub status: Badge,
    pub paused: Option<Paused>,
    /// Nothing has succeeded within the freshness budget.
    pub silent_since: Option<Stamp>,
    /// When it counts as silent, if nothing succeeds before.
    pub silent_at: Option<Stamp>,
    pub last_attempt: Option<Attempt>,
    pub last_success: Option<Stamp>,
    pub last_progress: Option<Stamp>,
    pub next_due: Option<Stamp>,
    /// `retry`, `daily at 23:00`; when nothing is due, why not: `no schedule`.
    pub next_note: String,
    pub running: Option<Running>,
}

/// The newest run that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: Stamp,
    /// None: its header is not kept any more.
    pub run: Option<RunNo>,
    pub took: Option<Duration>,
    pub person: Option<String>,
}

/// A run that is in process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub run: RunNo,
    pub progress: RunProgress,
}

/// What waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTile {
    pub waiting: Vec<Waiting>,
    /// Nothing of what waits begins.
    pub paused: Option<Paused>,
    pub failures_in_row: i64,
    pub max_attempts: i64,
}

/// A queued run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub run: RunNo,
    /// `retry 1 of 4`, `manual`, `behind run 17`.
    pub what: String,
    pub not_before: Stamp,
    pub overdue: bool,
}

pub(in crate::web::pages) fn connection(context: &PageContext, view: &SystemView) -> Markup {
    let tile_of = &view.connection;
    let facts = facts(vec![
        Some((
            "Last checked",
            html! {
                (moment(context, tile_of.checked_at, "never"))
                @if let Some(took) = tile_of.took { " · " (duration(took)) }
                @if tile_of.by_run { " · by a successful run" }
            },
        )),
        tile_of.since.map(|at| ("Unchanged since", html! { (time(context, at)) })),
        tile_of
            .next_check
            .filter(|_at| tile_of.checking.is_none())
            .map(|at| ("Next check", html! { (time::time_due(context, at)) })),
    ]);
    let actions = html! {
        @if view.may.check { (form::check(context, &view.key, &form::button("Check connection", ""))) }
        @if let Some(no) = tile_of.checking { (link_button(&urls::check(&view.key, no), "Show check", "")) }
        @else if let Some(no) = tile_of.check { (link_button(&urls::check(&view.key, no), "Last result", "")) }
        @if tile_of.status.tone == Tone::Error { (link_button(&urls::connection_help(&view.key), "Troubleshoot", "")) }
    };
    let now = html! {
        // What was true before the check stays beside it, if anything was known.
        @if tile_of.checking.is_none() || tile_of.checked_at.is_some() { (tile_of.status) " " }
        @if tile_of.checking.is_some() { (Badge::new(Tone::Busy, "Checking…")) }
        @if let Some(stage) = tile_of.failed_at { " " span.soft { "at " (stage.title()) } }
        @if let Some(pause) = &tile_of.paused { small { (Badge::paused()) " " (paused(context, pause)) } }
        @if !tile_of.recent.is_empty() { div { (strip::checks(&tile_of.recent)) } }
    };
    tile("connection", "Connection", &now, &facts, &actions)
}

fn paused(context: &PageContext, pause: &Paused) -> Markup {
    html! {
        "since " (time::time_inside(context, pause.since))
        ": no check has succeeded since " (time::time_inside(context, pause.failing_since))
        ". Runs resume automatically after a successful check."
    }
}

pub(in crate::web::pages) fn synchronization(context: &PageContext, view: &SystemView) -> Markup {
    let tile_of = &view.synchronization;
    let now = html! {
        (tile_of.status)
        @if let Some(running) = &tile_of.running { " " (run_link(&view.key, running.run, view.may.open_runs)) }
        @if let Some(pause) = &tile_of.paused { small { (paused(context, pause)) } }
        @if let Some(since) = tile_of.silent_since {
            small { (Badge::silent()) " since " (time::time_inside(context, since)) ": nothing succeeded in time." }
        }
        @if let Some(running) = &tile_of.running { (progress::full(context, &running.progress)) }
    };
    let facts = facts(vec![
        Some(("Last attempt", last_attempt(context, view))),
        Some(("Last success", moment(context, tile_of.last_success, "none yet"))),
        tile_of.last_progress.map(|at| ("Last progress", html! { (time::time_ago(context, at)) })),
        Some((
            "Next due",
            html! {
                @match tile_of.next_due {
                    Some(at) => {
                        (time::time_due(context, at))
                        @if !tile_of.next_note.is_empty() { " · " (tile_of.next_note) }
                    },
                    None => (tile_of.next_note),
                }
            },
        )),
        tile_of.silent_at.map(|at| ("Counts as silent", html! { (time::time_ago(context, at)) })),
    ]);
    tile("synchronization", "Synchronization", &now, &facts, &synchronize(context, view))
}

fn last_attempt(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @match &view.synchronization.last_attempt {
            None => span.soft { "none yet" },
            Some(attempt) => {
                (time::time_ago(context, attempt.at))
                @if let Some(took) = attempt.took { " · " (duration(took)) }
                @if let Some(person) = &attempt.person { " · " bdi { (person) } }
            },
        }
    }
}

fn synchronize(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @if view.may.synchronize && view.hold.is_none() {
            (form::synchronize(context, &view.key, &form::button("Synchronize now", "primary")))
        }
        @if let Some(run) = view.synchronization.last_attempt.as_ref().and_then(|attempt| attempt.run) {
            @match view.log {
                LogAccess::Granted => (link_button(&urls::run(&view.key, run), "Show logs", "")),
                LogAccess::Missing(template) => p.soft { (no_log_access(template)) },
            }
        }
    }
}

/// When what waits is due: on hold and while the system is paused, not before that ends.
pub(in crate::web::pages) fn due(context: &PageContext, view: &SystemView, at: Stamp) -> Markup {
    html! {
        @if view.hold.is_some() { "once somebody releases the system" }
        @else if view.queue.paused.is_some() { "once the connection is back" }
        @else { (time::time_ago(context, at)) }
    }
}

pub(in crate::web::pages) fn queue(context: &PageContext, view: &SystemView) -> Markup {
    let tile_of = &view.queue;
    let overdue = tile_of.waiting.iter().filter(|waiting| waiting.overdue).count();
    let now = html! {
        @if tile_of.waiting.is_empty() { span.soft { "Empty" } } @else { (tile_of.waiting.len()) " waiting" }
        @if overdue > 0 { " " (Badge::new(Tone::Warning, format!("{overdue} overdue"))) }
        @if let Some(pause) = &tile_of.paused { small { (Badge::paused()) " " (paused(context, pause)) } }
    };
    let mut facts = tile_of
        .waiting
        .iter()
        .map(|waiting| {
            ("Waiting", html! {
                (run_link(&view.key, waiting.run, view.may.open_runs)) ", " (waiting.what) ", " (due(context, view, waiting.not_before))
            })
        })
        .collect::<Vec<_>>();
    facts.push((
        "Consecutive failures",
        html! { (tile_of.failures_in_row) @if tile_of.failures_in_row > 0 { " (a run and its retries count as one)" } },
    ));
    let retries = retry_number(tile_of.max_attempts).unwrap_or_default();
    facts.push((
        "Retries",
        html! { @if retries > 0 { "up to " (retries) ", after temporary errors" } @else { "none" } },
    ));
    let actions = html! { (link_button(&urls::queue(&view.key), "Show queue", "")) };
    tile("queue", "Queue", &now, &facts, &actions)
}
