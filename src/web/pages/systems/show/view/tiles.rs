//! The tiles of a system's page: Connection with its stages, and Queue.

use maud::{Markup, html};

use super::super::super::stages::{StageRow, stages};
use super::{SystemView, facts, run_link};
use crate::clock::Stamp;
use crate::domain::run::Stage;
use crate::ids::{CheckNo, RunNo};
use crate::web::ui::runs::retry_number;
use crate::web::ui::tile::tile;
use crate::web::ui::{Badge, PageContext, Tone, form, link_button, strip, time};
use crate::web::urls;

/// The connection, as the last check found it or the last successful run showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionTile {
    pub status: Badge,
    /// A check that has not ended.
    pub checking: Option<CheckNo>,
    pub was_checked: bool,
    pub since: Option<Stamp>,
    pub next_check: Option<Stamp>,
    /// The newest check that ended.
    pub check: Option<CheckNo>,
    /// The stage at which it failed.
    pub failed_at: Option<Stage>,
    /// How each stage went; empty if nothing is known.
    pub stages: Vec<StageRow>,
    /// Whether the connection worked, oldest first.
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

/// What waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTile {
    pub waiting: Vec<Waiting>,
    pub failures_in_row: i64,
    pub max_attempts: i64,
}

/// A queued run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub run: RunNo,
    /// `retry 1 of 4`, `manual`, `after run 17`, `until a connection check succeeds`.
    pub what: String,
    /// When it is due; none while the system is on hold or paused.
    pub due: Option<Stamp>,
    pub overdue: bool,
}

pub(super) fn connection(context: &PageContext, view: &SystemView) -> Markup {
    let tile_of = &view.connection;
    let is_bad = tile_of.status.tone == Tone::Error;
    let since = if is_bad { "Failing since" } else { "In this state since" };
    let facts = facts(vec![
        tile_of.since.map(|at| (since, html! { (time(context, at)) })),
        tile_of
            .next_check
            .filter(|_at| tile_of.checking.is_none())
            .map(|at| ("Next check", html! { (time::time_due(context, at)) })),
    ]);
    let actions = html! {
        @if view.may.check { (form::check(context, &view.key, &form::button("Check connection", ""))) }
        @if let Some(no) = tile_of.checking { (link_button(&urls::check(&view.key, no), "Show check", "")) }
        @else if let Some(no) = tile_of.check { (link_button(&urls::check(&view.key, no), "Last check", "")) }
        @if is_bad { (link_button(&urls::connection_help(&view.key), "Troubleshoot", "")) }
    };
    let now = html! {
        // What was true before the check stays beside it, if anything was known.
        @if tile_of.checking.is_none() || tile_of.was_checked { (tile_of.status) " " }
        @if tile_of.checking.is_some() { (Badge::new(Tone::Busy, "Checking…")) }
        @if let Some(stage) = tile_of.failed_at { " " span.soft { "at " (stage.title()) } }
        @if let Some(pause) = &tile_of.paused { small { (Badge::paused()) " " (paused(context, pause)) } }
        @if !tile_of.recent.is_empty() { div { (strip::checks(&tile_of.recent)) } }
    };
    let below = html! {
        @if !tile_of.stages.is_empty() {
            @if is_bad { (stages(&tile_of.stages)) } @else { details { summary { "Stages" } (stages(&tile_of.stages)) } }
        }
    };
    tile("connection", "Connection", &now, &facts, &below, &actions)
}

fn paused(context: &PageContext, pause: &Paused) -> Markup {
    html! {
        "since " (time::time_inside(context, pause.since))
        ": no check has succeeded since " (time::time_inside(context, pause.failing_since))
        ". Runs resume automatically after a successful check."
    }
}

pub(super) fn queue(context: &PageContext, view: &SystemView) -> Markup {
    let tile_of = &view.queue;
    let overdue = tile_of.waiting.iter().filter(|waiting| waiting.overdue).count();
    let now = html! {
        @if tile_of.waiting.is_empty() { span.soft { "Empty" } } @else { (tile_of.waiting.len()) " queued" }
        @if overdue > 0 { " " (Badge::new(Tone::Warning, format!("{overdue} delayed"))) }
    };
    let mut facts = tile_of
        .waiting
        .iter()
        .map(|waiting| {
            (
                "Queued",
                html! {
                    (run_link(&view.key, waiting.run, view.may.open_runs)) ", " (waiting.what)
                    @if let Some(due) = waiting.due { ", " (time::time_ago(context, due)) }
                },
            )
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
    tile("queue", "Queue", &now, &facts, &html! {}, &actions)
}
