//! A row of the table of systems, with the children of the system below it.

use maud::{Markup, html};

use super::super::bulk::SELECTED;
use crate::clock::Stamp;
use crate::domain::invisible::visible;
use crate::domain::progress::RunProgress;
use crate::ids::{RunNo, SystemKey};
use crate::web::ui::{Badge, PageContext, Tone, foreign, form, progress, strip, time};
use crate::web::urls::{self, Cursor, SystemsQuery};

/// A row with the children of the system.
#[derive(Debug, Clone)]
pub struct SystemRow {
    pub member: MemberRow,
    /// The name of the system that it is a part of.
    pub parent: Option<String>,
    /// The first of its children, worst first.
    pub children: Vec<MemberRow>,
    pub has_more_children: bool,
}

/// One system.
#[derive(Debug, Clone)]
pub struct MemberRow {
    pub key: SystemKey,
    pub name: String,
    pub kind: String,
    pub production: bool,
    pub group: String,
    pub status: Badge,
    /// Why, or how far: `Connection error`, `172,473 of 401,002 items`.
    pub note: String,
    /// Since when a bad status is so.
    pub since: Option<Stamp>,
    pub last_attempt: Option<Stamp>,
    pub last_success: Option<Stamp>,
    pub next: NextRun,
    /// The last runs, oldest first.
    pub recent: Vec<(RunNo, Tone)>,
    /// Whether the reader may open their pages.
    pub may_open_runs: bool,
    pub action: RowAction,
}

/// When the next run is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextRun {
    At(Stamp),
    /// It is due, and waits for a worker.
    Waiting,
    AfterThisRun,
    /// Paused until the connection is back.
    WhenConnected,
    OnHold,
    ByHandOnly,
}

/// What the reader can do in this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAction {
    None,
    Synchronize,
    Check,
    /// The deletion limit stopped its last run.
    ReviewPlan(RunNo),
    Release,
    Progress(RunProgress),
}

/// A system with its children below it.
pub(super) fn family(context: &PageContext, row: &SystemRow, picks: bool) -> Markup {
    let parent = &row.member;
    html! {
        tr { @if picks { (pick(parent)) } (cells(context, parent, row.parent.as_deref())) }
        @for child in &row.children { tr.kid { @if picks { (pick(child)) } (cells(context, child, None)) } }
        @if row.has_more_children {
            tr.kid { @if picks { td.pick {} } th scope="row" colspan="7" { a href=(urls::systems(&SystemsQuery::within(&parent.key), &Cursor::default())) { "All systems in " (foreign::name(&parent.name)) } } }
        }
    }
}

/// The form that the check boxes belong to.
pub(super) const BULK: &str = "bulk";

fn pick(row: &MemberRow) -> Markup {
    html! { td.pick { input type="checkbox" form=(BULK) name={ (SELECTED) (row.key) } aria-label={ "Select " (visible(&row.name)) }; } }
}

fn cells(context: &PageContext, row: &MemberRow, parent: Option<&str>) -> Markup {
    html! {
        th.c-nm.cut scope="row" {
            a href=(urls::system(&row.key)) title=(visible(&row.name)) { (foreign::name(&row.name)) } " "
            small {
                @if let Some(parent) = parent { "in " (foreign::name(parent)) " · " }
                (row.kind) " · " @if !row.production { "Test · " } (foreign::name(&row.group))
            }
        }
        td.c-st.cut data-l="Status" {
            (row.status) " "
            @if !row.note.is_empty() || row.since.is_some() {
                small title=[(!row.note.is_empty()).then(|| visible(&row.note))] {
                    bdi { (foreign::text(&row.note)) }
                    @if let Some(since) = row.since { @if !row.note.is_empty() { " " } "since " (time::time_inside(context, since)) }
                }
            }
        }
        td data-l="Last success" { (ago(context, row.last_success)) }
        td.lo data-l="Last run" { (ago(context, row.last_attempt)) }
        td data-l="Next run" { (next_run(context, &row.next)) }
        td.lo data-l="Last 24 runs" { (strip::runs(&row.recent, row.may_open_runs.then_some(&row.key))) }
        td.act data-l="Action" { (action(context, row)) }
    }
}

fn ago(context: &PageContext, at: Option<Stamp>) -> Markup {
    at.map_or_else(|| html! { span.soft { "Never" } }, |at| time::two_lines(context, at, &time::relative(context, at)))
}

fn next_run(context: &PageContext, next: &NextRun) -> Markup {
    html! {
        @match next {
            NextRun::At(at) => (time::two_lines(context, *at, &time::due(context, *at))),
            NextRun::Waiting => "Waiting for a worker",
            NextRun::AfterThisRun => span.soft { "After the current run" },
            NextRun::WhenConnected => span.soft { "When the connection is back" },
            NextRun::OnHold => span.soft { "When released" },
            NextRun::ByHandOnly => span.soft { "Manual only" },
        }
    }
}

pub(in crate::web::pages) fn action(context: &PageContext, row: &MemberRow) -> Markup {
    let class =
        if row.status.tone == Tone::Error || row.status.tone == Tone::Warning { "small" } else { "small quiet" };
    match &row.action {
        RowAction::None => html! { span.soft { "—" } },
        RowAction::Synchronize => {
            form::synchronize(context, &row.key, &form::button_for("Synchronize now", &row.name, class))
        }
        RowAction::Check => form::check(context, &row.key, &form::button_for("Check connection", &row.name, class)),
        RowAction::ReviewPlan(run) => html! {
            a.btn.small href=(urls::run_plan(&row.key, *run)) { "Review plan" span.vh { ": " (foreign::name(&row.name)) } }
        },
        RowAction::Release => {
            form::form(context, &urls::system_release(&row.key), &form::button_for("Release", &row.name, class))
        }
        RowAction::Progress(now) => progress::small(now, &row.name),
    }
}
