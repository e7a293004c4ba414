//! The four times of a system, which are never mixed: the last attempt, the last success, the last sign of life and what
//! is due next.

use std::time::Duration;

use maud::{Markup, html};

use super::run_link;
use super::{Running, SystemView};
use crate::clock::Stamp;
use crate::ids::RunNo;
use crate::web::ui::text::rough;
use crate::web::ui::{Badge, PageContext, duration, progress, time};

/// What the runs and the last check say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimesView {
    /// Of the synchronization.
    pub status: Badge,
    pub last_attempt: Option<Attempt>,
    pub last_success: Option<Stamp>,
    /// How old the last success may get, and since when it is older or when it will be.
    pub limit: Option<(Duration, Stamp)>,
    /// Nothing has succeeded within the limit.
    pub silent_since: Option<Stamp>,
    pub last_progress: Option<Stamp>,
    pub checked_at: Option<Stamp>,
    /// How long that check took; none: a run that succeeded showed that the connection works.
    pub check_took: Option<Duration>,
    pub checked_by_run: bool,
    pub next_due: Option<Stamp>,
    /// `retry`, `daily at 23:00`; when nothing is due, why not: `no schedule`.
    pub next_note: String,
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

pub(super) fn times(context: &PageContext, view: &SystemView) -> Markup {
    let of = &view.times;
    let third = view.busy.as_ref().and_then(|busy| busy.running.as_ref());
    html! {
        dl.band.times {
            (cell("Last attempt", &attempt(context, view)))
            (cell("Last success", &success(context, of)))
            @match third {
                Some(running) => (cell("Last progress", &moved(context, of, running))),
                None => (cell("Last check", &checked(context, of))),
            }
            (cell("Next due", &next(context, of)))
        }
    }
}

fn cell(term: &str, what: &Markup) -> Markup {
    html! { div { dt { (term) } " " dd { (what) } } }
}

fn attempt(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @match &view.times.last_attempt {
            None => { span.soft { "None yet" } " " small { (view.times.status) } },
            Some(attempt) => {
                (time::ago(context, attempt.at)) " "
                small {
                    (view.times.status) " " (time::time(context, attempt.at))
                    @if let Some(took) = attempt.took { " · " (duration(took)) }
                    @if let Some(run) = attempt.run { " · " (run_link(&view.key, run, view.may.open_runs)) }
                    @if let Some(person) = &attempt.person { " · " bdi { (person) } }
                }
            },
        }
    }
}

/// With its age against what is allowed.
fn success(context: &PageContext, of: &TimesView) -> Markup {
    html! {
        @match of.last_success {
            Some(at) => (time::ago(context, at)),
            None => span.soft { "None yet" },
        }
        " "
        small {
            @if let Some(at) = of.last_success { (time::time(context, at)) @if of.limit.is_some() { " · " } }
            @if let Some((limit, until)) = of.limit {
                "limit " (rough(limit))
                @if of.silent_since.is_none() { ", silent from " (time::time_inside(context, until)) }
            }
            @if let Some(since) = of.silent_since { " " (Badge::silent()) " since " (time::time_inside(context, since)) }
        }
    }
}

fn moved(context: &PageContext, of: &TimesView, running: &Running) -> Markup {
    let moved = running.progress.moved_at.or(of.last_progress);
    html! {
        @match moved {
            Some(at) => { (time::ago(context, at)) " " small { (time::time(context, at)) " · " (progress::items(&running.progress)) } },
            None => span.soft { "None yet" },
        }
    }
}

fn checked(context: &PageContext, of: &TimesView) -> Markup {
    html! {
        @match of.checked_at {
            Some(at) => {
                (time::ago(context, at)) " "
                small {
                    (time::time(context, at))
                    @if let Some(took) = of.check_took { " · " (duration(took)) }
                    @if of.checked_by_run { " · by a successful run" }
                }
            },
            None => span.soft { "Never" },
        }
        @if let Some(at) = of.last_progress { small { "Last progress " (time::time_inside(context, at)) } }
    }
}

fn next(context: &PageContext, of: &TimesView) -> Markup {
    html! {
        @match of.next_due {
            Some(at) => {
                (time::due_in(context, at)) " "
                small { (time::time(context, at)) @if !of.next_note.is_empty() { " · " (of.next_note) } }
            },
            None => (of.next_note),
        }
    }
}
