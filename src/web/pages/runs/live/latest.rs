//! The live log for browsers that show a page only once it is whole: the latest rows, loaded again until the run ends.

use actix_web::HttpResponse;
use maud::{Markup, html};

use super::reader::LogReader;
use super::view::counted;
use crate::domain::message::Counts;
use crate::domain::progress::RunProgress;
use crate::domain::run::{RunResult, RunState};
use crate::ids::RunNo;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::pages::runs::show::{SystemRef, above, system_ref};
use crate::web::present;
use crate::web::response;
use crate::web::ui::layout::{head, refreshing};
use crate::web::ui::message_row::{COLUMNS, MessageRow, message_row};
use crate::web::ui::phases::{PhaseView, phases};
use crate::web::ui::progress;
use crate::web::ui::table::table;
use crate::web::ui::{Badge, Nav, PageContext, Refresh, empty, link_button, page};
use crate::web::urls::{self, PageSize};

/// How many rows there are at most: what came since the page was loaded last, unless it is a flood.
const ROWS: i64 = 50;

/// The interval of the page, in seconds.
const SECONDS: u32 = 5;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct LatestView {
    pub system: SystemRef,
    pub no: RunNo,
    pub state: RunState,
    pub result: Option<RunResult>,
    /// While it runs.
    pub progress: Option<RunProgress>,
    /// What it did so far, phase by phase.
    pub phases: Vec<PhaseView>,
    pub counts: Counts,
    /// The last ones, in the order of the log.
    pub rows: Vec<MessageRow>,
    /// There are others before them.
    pub more: bool,
}

pub(super) async fn answer(reader: &mut LogReader, viewer: &Viewer, wanted: bool) -> Result<HttpResponse, WebError> {
    let part = reader.latest(ROWS).await?;
    let (run, no) = (&part.run, part.run.no);
    let stop = urls::run_latest(&reader.system.key, no, false);
    let refresh = (wanted && run.state != RunState::Ended).then_some(Refresh { seconds: SECONDS, stop });
    let shown = LatestView {
        system: system_ref(&reader.system, viewer),
        no,
        state: run.state,
        result: run.result,
        phases: present::phases(run, &part.totals.phases, viewer.now),
        progress: (run.state == RunState::Running).then(|| part.totals.progress.clone()),
        counts: part.totals.counts,
        more: part.page.previous.is_some(),
        rows: part.page.rows.into_iter().map(present::message_row).collect(),
    };
    Ok(response::refreshing(viewer.page_context(Some(Nav::Systems)), refresh, |context| latest(context, &shown)))
}

/// The whole page. How the run goes stands last, below the newest row, as in the streamed log.
#[must_use]
pub fn latest(context: &PageContext, view: &LatestView) -> Markup {
    let (key, no) = (&view.system.key, view.no);
    page(
        context,
        &format!("Latest messages of run {no} of {}", view.system.name),
        &html! {
            (above(&view.system, Some(no)))
            (head(
                &html! { "Latest messages of run " (no) },
                &html! { (Badge::of_run(view.state, view.result)) },
                &html! { (link_button(&urls::run(key, no), "Run details", "")) },
            ))
            (refreshing(context))
            @if let Some(now) = &view.progress { (progress::full(context, now)) }
            @let phases = phases(&view.phases);
            @if !phases.0.is_empty() { section.box aria-label="Phases" { (phases) } }
            section.box.log aria-label="Messages" {
                @if view.more { p.strip-note { "Earlier messages are on the page of the run." } }
                @if view.rows.is_empty() {
                    @if view.state == RunState::Ended { (empty::empty("No messages.", &html! { p { "The run has ended and logged nothing." } })) }
                    @else { (empty::empty("No messages yet.", &html! { p { "Messages appear here as the run writes them." } })) }
                } @else {
                    (table(&html! { "Latest messages of run " (no) }, &COLUMNS, &rows(context, view)))
                }
                div.live-end #end { p { (Badge::of_run(view.state, view.result)) " · " (counted(view.counts)) } }
            }
        },
    )
}

fn rows(context: &PageContext, view: &LatestView) -> Markup {
    let before = std::iter::once(None).chain(view.rows.iter().map(|row| Some(row.message.at)));
    html! {
        @for (row, before) in view.rows.iter().zip(before) {
            (message_row(context, (&view.system.key, view.no), row, before, PageSize::default()))
        }
    }
}
