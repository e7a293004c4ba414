//! What waits and what runs in one system, with a way to cancel it.

use actix_web::HttpResponse;

use super::show::may_open_runs;
use crate::access::Verb;
use crate::domain::run::Trigger;
use crate::queries::Db;
use crate::queries::systems::{InReach, Queue, System, system_queue};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present;
use crate::web::response;
use crate::web::ui::Nav;
use crate::web::ui::foreign;
use maud::{Markup, html};

use crate::clock::Stamp;
use crate::domain::run::RunState;
use crate::ids::{RunNo, SystemKey};
use crate::web::ui::layout::{head, refreshing, system_crumbs};
use crate::web::ui::runs::{Origin, origin};
use crate::web::ui::table::{Column, actions, table, text};
use crate::web::ui::{Badge, PageContext, Tone, empty, link_button, page, time};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct QueueView {
    pub key: SystemKey,
    pub name: String,
    /// The running one first, then by the time they wait for.
    pub rows: Vec<QueueRow>,
    pub may_open: bool,
    pub may_cancel: bool,
}

/// A run that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    pub run: RunNo,
    pub state: RunState,
    pub origin: Origin,
    pub queued: Stamp,
    /// When it may begin, or when it began.
    pub at: Stamp,
    pub overdue: bool,
    /// Why it waits: `after run 16`, `back-off after run 15`; empty when it only waits for a worker.
    pub waits_for: String,
}

const COLUMNS: [Column<'_>; 6] =
    [text("Run"), text("State"), text("Trigger"), text("Requested"), text("Starts"), actions("Action")];

type Found = (InReach<System>, Queue);

/// Reads the runs of a system that have not ended.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let key: SystemKey = reading.path()?;
    Ok(system_queue(db, &reading.grant()?, &key, reading.app.kept_since(reading.now))?)
}

/// The runs of a system that have not ended.
pub async fn show(Loaded((system, open)): Loaded<Found>, viewer: Viewer) -> HttpResponse {
    let running = open.iter().find(|(run, _)| run.state == RunState::Running).map(|(run, _)| run.no);
    let rows = open
        .into_iter()
        .map(|(run, retried)| QueueRow {
            waits_for: present::waits(&system, &run, running)
                .or_else(|| {
                    retried.filter(|_no| run.trigger == Trigger::Retry).map(|no| format!("retry delay after run {no}"))
                })
                .unwrap_or_default(),
            run: run.no,
            state: run.state,
            overdue: present::overdue(&system, &run, viewer.now),
            origin: present::origin(&run, retried),
            queued: run.queued_at,
            at: run.started_at.unwrap_or(run.not_before),
        })
        .collect();
    let may_cancel = viewer.may(&[Verb::CancelRun], system.group_id);
    let may_open = may_open_runs(&viewer, system.group_id);
    let shown = QueueView { key: system.key.clone(), name: system.name.clone(), rows, may_open, may_cancel };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

#[must_use]
pub fn view(context: &PageContext, view: &QueueView) -> Markup {
    let title = format!("Queue of {}", view.name);
    page(
        context,
        &title,
        &html! {
            (system_crumbs(&view.key, &view.name))
            (head(&html! { "Queue" }, &html! { span.soft { (foreign::name(&view.name)) } }, &html! {}))
            (refreshing(context))
            section.box aria-label="Queue" {
                @if view.rows.is_empty() {
                    (empty::empty("The queue is empty.", &html! {
                        p { a href=(urls::system(&view.key)) { "Back to the system" } }
                    }))
                } @else {
                    (table(
                        &html! { "Queued and running runs of " (foreign::name(&view.name)) },
                        &COLUMNS,
                        &html! { @for row in &view.rows { (queue_row(context, view, row)) } },
                    ))
                }
            }
        },
    )
}

fn queue_row(context: &PageContext, view: &QueueView, row: &QueueRow) -> Markup {
    html! {
        tr {
            th scope="row" data-l="Run" {
                @if view.may_open { a href=(urls::run(&view.key, row.run)) { (row.run) } } @else { (row.run) }
            }
            td data-l="State" {
                (Badge::of_run(row.state, None))
                @if row.overdue { " " (Badge::new(Tone::Warning, "Delayed")) }
                @if !row.waits_for.is_empty() { small { (row.waits_for) } }
            }
            td data-l="Trigger" { (origin(&row.origin)) }
            td data-l="Requested" { (time(context, row.queued)) }
            td data-l="Starts" { (time::time_ago(context, row.at)) }
            td.act data-l="Action" {
                @if view.may_cancel { (link_button(&urls::run_cancel(&view.key, row.run), &format!("Cancel run {} …", row.run), "small")) } @else { span.soft { "—" } }
            }
        }
    }
}
