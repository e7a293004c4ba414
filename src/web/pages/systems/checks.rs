//! The last connection checks of a system: when each was, what it found, and who asked for it.

use std::time::Duration;

use actix_web::HttpResponse;
use maud::{Markup, html};

use crate::clock::Stamp;
use crate::domain::run::Stage;
use crate::ids::{CheckNo, SystemKey};
use crate::queries::Db;
use crate::queries::systems::{Check, InReach, System, system_checks};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::foreign;
use crate::web::ui::layout::{head, system_crumbs};
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::{Badge, Nav, PageContext, Tone, duration, empty, failure, page, time};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct ChecksView {
    pub key: SystemKey,
    pub name: String,
    /// Newest first.
    pub rows: Vec<CheckRow>,
}

/// A check that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    pub no: CheckNo,
    pub at: Stamp,
    pub good: bool,
    /// Where and with which code it failed.
    pub stage: Option<Stage>,
    pub code: Option<String>,
    pub took: Duration,
    pub by: String,
}

const COLUMNS: [Column<'_>; 5] =
    [text("Check"), text("Ended"), text("Result"), numbers("Duration"), text("Requested by")];

type Found = (InReach<System>, Vec<Check>);

/// Reads the checks that are kept.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let key: SystemKey = reading.path()?;
    Ok(system_checks(db, &reading.grant()?, &key)?)
}

/// The checks that are kept.
pub async fn show(Loaded((system, kept)): Loaded<Found>, viewer: Viewer) -> HttpResponse {
    let shown = ChecksView {
        key: system.key.clone(),
        name: system.name.clone(),
        rows: kept.into_iter().map(check_row_of).collect(),
    };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

/// A check as tables show it.
#[must_use]
pub fn check_row_of(check: Check) -> CheckRow {
    CheckRow {
        no: check.no,
        at: check.ended_at.unwrap_or(check.queued_at),
        good: check.ok == Some(true),
        took: Duration::from_micros(check.duration_us.and_then(|took| u64::try_from(took).ok()).unwrap_or(0)),
        stage: check.stage,
        code: check.code,
        by: check.principal,
    }
}

#[must_use]
pub fn view(context: &PageContext, view: &ChecksView) -> Markup {
    page(
        context,
        &format!("Connection checks of {}", view.name),
        &html! {
            (system_crumbs(&view.key, &view.name))
            (head(&html! { "Connection checks" }, &html! { span.soft { (foreign::name(&view.name)) } }, &html! {}))
            section.box aria-label="Connection checks" {
                @if view.rows.is_empty() {
                    (empty::empty("No checks yet.", &html! {
                        p { a href=(urls::system(&view.key)) { "Back to the system" } }
                    }))
                } @else {
                    (table(
                        &html! { "Recent connection checks of " (foreign::name(&view.name)) ", newest first" },
                        &COLUMNS,
                        &html! { @for row in &view.rows { (check_row(context, view, row)) } },
                    ))
                }
            }
        },
    )
}

fn check_row(context: &PageContext, view: &ChecksView, row: &CheckRow) -> Markup {
    html! {
        tr {
            th.c-nm scope="row" data-l="Check" { a href=(urls::check(&view.key, row.no)) { (row.no) } }
            (check_cells(context, row))
        }
    }
}

/// The cells of a check behind its name.
#[must_use]
pub fn check_cells(context: &PageContext, row: &CheckRow) -> Markup {
    let result = if row.good { Badge::new(Tone::Ok, "OK") } else { Badge::new(Tone::Error, "Error") };
    html! {
        td data-l="Ended" { (time::time_ago(context, row.at)) }
        td data-l="Result" {
            (result)
            @if let Some(stage) = row.stage { " at " (stage.title()) }
            @if let Some(code) = &row.code { small { (failure::code(code)) } }
        }
        td.n data-l="Duration" { (duration(row.took)) }
        td data-l="Requested by" { bdi { (row.by) } }
    }
}
