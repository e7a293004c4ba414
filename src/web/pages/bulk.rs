//! What became of a bulk action: one row for each of its systems.

use actix_web::HttpResponse;
use actix_web::web::Query;
use maud::{Markup, html};

use super::systems::bulk::title;
use crate::access::{Permission, Template, verbs};
use crate::clock::Stamp;
use crate::domain::bulk::{BulkAction, ItemResult, ItemState};
use crate::ids::{BulkKey, CheckNo, RunNo, SystemKey};
use crate::ops::bulk::verb;
use crate::queries::Db;
use crate::queries::bulk::{BulkItem, BulkResults, NamedSystem, bulk_results};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::layout::{crumbs, head, refreshing};
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::{Badge, Icon, Nav, PageContext, Refresh, Tone, foreign, number, page, time};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct BulkView {
    pub action: BulkAction,
    pub requested: Stamp,
    /// Empty where none is needed.
    pub reason: String,
    /// Refused ones first, then those that wait.
    pub rows: Vec<BulkRow>,
}

/// A system, and what became of it.
#[derive(Debug, Clone)]
pub struct BulkRow {
    /// None: it does not exist, or the reader cannot see it.
    pub system: Option<RowSystem>,
    pub result: ItemResult,
    /// Of the run or the check that it led to.
    pub no: Option<i64>,
}

/// The system of a row.
#[derive(Debug, Clone)]
pub struct RowSystem {
    pub key: SystemKey,
    pub name: String,
    pub is_deleted: bool,
    pub may_open_runs: bool,
}

/// Whether the page refreshes: `off` stops it.
#[derive(Debug, Default, serde::Deserialize)]
pub struct BulkQuery {
    #[serde(default)]
    refresh: String,
}

/// The interval of the page while items wait, in seconds.
const SECONDS: u32 = 3;

const COLUMNS: [Column<'_>; 3] = [text("System"), text("Result"), text("Details")];

/// Reads the results.
///
/// # Errors
/// When the reader has requested no such action or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<BulkResults, LoadError> {
    let key: BulkKey = reading.path()?;
    Ok(bulk_results(db, &reading.grant::<verbs::SeeSystem>()?, reading.actor.id(), &key)?)
}

/// The results, on a page that refreshes while items wait.
pub async fn show(Loaded(loaded): Loaded<BulkResults>, viewer: Viewer, query: Query<BulkQuery>) -> HttpResponse {
    let BulkResults { bulk, items, systems } = loaded;
    let waits = items.iter().any(|item| item.result == ItemResult::Waiting);
    let mut rows: Vec<BulkRow> = items.iter().map(|item| row(item, &systems, &viewer)).collect();
    rows.sort_by_cached_key(|row| (row.result.state(), row.system.as_ref().map(|system| system.name.clone())));
    let shown = BulkView { action: bulk.action, requested: bulk.requested_at, reason: bulk.reason, rows };
    let stop = urls::bulk_still(&bulk.key);
    let refresh = (waits && query.refresh != "off").then_some(Refresh { seconds: SECONDS, stop });
    response::refreshing(viewer.page_context(Some(Nav::Systems)), refresh, |context| view(context, &shown))
}

fn row(item: &BulkItem, systems: &[NamedSystem], viewer: &Viewer) -> BulkRow {
    let found = systems.iter().find(|system| system.key.as_str() == item.subject);
    let system = found.map(|system| RowSystem {
        key: system.key.clone(),
        name: system.name.clone(),
        is_deleted: system.deleted_at.is_some(),
        may_open_runs: viewer.may(verbs::SeeRun::ANY_OF, system.group_id),
    });
    BulkRow { system, result: item.result, no: item.no }
}

#[must_use]
pub fn view(context: &PageContext, view: &BulkView) -> Markup {
    let title = title(view.action, view.rows.len());
    page(
        context,
        &title,
        &html! {
            (crumbs(&[(urls::SYSTEMS.to_owned(), "Systems")]))
            (head(&html! { (title) }, &html! { p { (in_short(view)) } }, &html! {}))
            (refreshing(context))
            section.box aria-label="Results" {
                (table(&html! { "Results, refused ones first" }, &COLUMNS, &html! {
                    @for row in &view.rows { (result_row(view.action, row)) }
                }))
                p.strip-note {
                    "Requested by you " (time::time_in_words(context, view.requested)) "."
                    @if !view.reason.is_empty() { " Reason: " q dir="auto" { (foreign::text(&view.reason)) } }
                    " You can leave this page: waiting actions are still completed. These results are kept for one day."
                }
            }
        },
    )
}

/// `2 waiting, 1 refused, 3 done.`
fn in_short(view: &BulkView) -> String {
    let count = |state: ItemState| view.rows.iter().filter(|row| row.result.state() == state).count();
    let parts = [(ItemState::Waiting, "waiting"), (ItemState::Refused, "refused"), (ItemState::Done, "done")];
    let parts = parts.map(|(state, word)| (count(state), word)).into_iter().filter(|(n, _word)| *n > 0);
    let parts: Vec<String> =
        parts.map(|(n, word)| format!("{} {word}", number(i64::try_from(n).unwrap_or(i64::MAX)))).collect();
    format!("{}.", parts.join(", "))
}

fn result_row(action: BulkAction, row: &BulkRow) -> Markup {
    let badge = match row.result.state() {
        ItemState::Waiting => Badge::with_icon(Tone::Neutral, Icon::Queued, "Waiting"),
        ItemState::Done => Badge::new(Tone::Ok, "Done"),
        ItemState::Refused => Badge::new(Tone::Error, "Refused"),
    };
    html! {
        tr {
            th.c-nm scope="row" {
                @match &row.system {
                    Some(system) if !system.is_deleted => a href=(urls::system(&system.key)) { (foreign::name(&system.name)) },
                    Some(system) => (foreign::name(&system.name)),
                    None => span.soft { "A system that you cannot see" },
                }
            }
            td data-l="Result" { (badge) }
            td { (details(action, row)) }
        }
    }
}

/// What became of it, in words.
fn details(action: BulkAction, row: &BulkRow) -> Markup {
    let words = match row.result {
        ItemResult::Waiting => "It starts within seconds.",
        ItemResult::Done => return done(action, row),
        ItemResult::AlreadyQueued => return html! { (run(row)) " was already queued." },
        ItemResult::OnHold => "The system is on hold. Release it first.",
        ItemResult::Paused => "The system is paused until a connection check succeeds. Check its connection first.",
        ItemResult::AlreadyOnHold => "The system was already on hold. Its reason did not change.",
        ItemResult::NotOnHold => "The system was not on hold.",
        ItemResult::CheckedRecently => "The connection was checked less than a minute ago. Check it again later.",
        ItemResult::NoPermission => {
            let template = Template::to_ask_for(verb(action)).as_str();
            return html! {
                "You do not have the permission for this in the group of the system. You need the role template "
                a.mono href=(urls::help_role(template)) { (template) } "."
            };
        }
        ItemResult::NotFound => "The system no longer exists, or you cannot see it.",
        ItemResult::Failed => "Syncdesk could not complete this action. Try again on the page of the system.",
    };
    html! { (words) }
}

fn done(action: BulkAction, row: &BulkRow) -> Markup {
    match action {
        BulkAction::Synchronize => html! { "Queued as " (run(row)) "." },
        BulkAction::Check => html! { "Requested " (check(row)) "." },
        BulkAction::Hold => html! { "Put on hold." },
        BulkAction::Release => html! { "Released." },
    }
}

fn run(row: &BulkRow) -> Markup {
    let no = RunNo(row.no.unwrap_or(0));
    html! {
        @match &row.system {
            Some(system) if system.may_open_runs => a href=(urls::run(&system.key, no)) { "run " (no) },
            Some(_) | None => { "run " (no) },
        }
    }
}

fn check(row: &BulkRow) -> Markup {
    let no = CheckNo(row.no.unwrap_or(0));
    html! {
        @match &row.system {
            Some(system) if !system.is_deleted => a href=(urls::check(&system.key, no)) { "check " (no) },
            Some(_) | None => { "check " (no) },
        }
    }
}
