//! The entity sets of a replica with their counts; with a run, what that has changed.

use actix_web::HttpResponse;
use maud::{Markup, html};
use serde::Deserialize;

use super::Above;
use crate::ids::{RunNo, SystemKey};
use crate::queries::Db;
use crate::queries::replica::{SetOverview, SetsOverview, sets_overview};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::{Nav, PageContext, empty, number, page};
use crate::web::urls::{self, Cursor, RecordsQuery};

/// Changes of a run are counted up to here.
const MOST: i64 = 10_000;

/// Which run is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SetsQuery {
    run: Option<i64>,
}

/// What the page shows.
struct SetsView {
    above: Above,
    run: Option<RunNo>,
    /// The run that published last.
    published: Option<RunNo>,
    rows: Vec<SetOverview>,
}

const COLUMNS: [Column<'_>; 6] = [
    text("Entity set"),
    text("Data set"),
    numbers("Active"),
    numbers("Orphaned"),
    text("Last read"),
    text("Last changed"),
];

const CHANGES: [Column<'_>; 3] = [text("Entity set"), text("Data set"), numbers("Changed records")];

/// Reads the sets.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<SetsOverview, LoadError> {
    let (key, query): (SystemKey, SetsQuery) = (reading.path()?, reading.query()?);
    let kept_since = reading.app.kept_since(reading.now);
    Ok(sets_overview(db, &reading.grant()?, (&key, query.run.map(RunNo)), (kept_since, MOST))?)
}

/// The sets.
pub async fn show(Loaded(found): Loaded<SetsOverview>, viewer: Viewer) -> HttpResponse {
    let SetsOverview { system, run, published, sets } = found;
    let shown = SetsView { above: Above::of(&system, &viewer), run, published, rows: sets };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

fn view(context: &PageContext, view: &SetsView) -> Markup {
    let title = format!("Replica of {}", view.above.name);
    let key = &view.above.key;
    page(
        context,
        &title,
        &html! {
            (view.above.crumbs(view.run.is_some(), None))
            @match view.run {
                Some(run) => (head(&html! { "What run " (run) " changed" }, &html! { a href=(urls::run(key, run)) { "Run " (run) } }, &html! {})),
                None => (head(&html! { "Replica" }, &html! {
                    span.soft {
                        (foreign::name(&view.above.name))
                        @if let Some(run) = view.published { ", as published by " a href=(urls::run(key, run)) { "run " (run) } }
                    }
                }, &html! {})),
            }
            section.box aria-label="Entity sets" {
                @if view.rows.is_empty() {
                    @match view.run {
                        Some(run) => (empty::empty("No published changes.", &html! { p { a href=(urls::run(key, run)) { "Back to run " (run) } } })),
                        None => (empty::empty("Nothing published yet.", &html! { p { "The first successful run publishes all sets." } })),
                    }
                } @else if view.run.is_some() {
                    (table(&html! { "Entity sets with changes" }, &CHANGES, &html! { @for row in &view.rows { (change_row(view, row)) } }))
                } @else {
                    (table(&html! { "Entity sets" }, &COLUMNS, &html! { @for row in &view.rows { (set_row(view, row)) } }))
                }
            }
        },
    )
}

fn set_row(view: &SetsView, row: &SetOverview) -> Markup {
    let (key, set) = (&view.above.key, &row.set);
    let records = |state: &str| {
        urls::records(
            key,
            &set.name,
            &RecordsQuery { state: state.to_owned(), ..RecordsQuery::default() },
            &Cursor::default(),
        )
    };
    html! {
        tr {
            th scope="row" data-l="Entity set" {
                @if row.read_by.is_some() || set.read_run.is_some() { a href=(records("")) { (foreign::name(&set.name)) } } @else { (foreign::name(&set.name)) }
            }
            td data-l="Data set" { (foreign::name(&set.data_set)) }
            td.n data-l="Active" { (number(set.active)) }
            td.n data-l="Orphaned" {
                @if set.orphaned > 0 { a href=(records("orphaned")) { (number(set.orphaned)) } } @else { "0" }
            }
            td data-l="Last read" { (by(key, row.read_by)) }
            td data-l="Last changed" { (by(key, row.changed_by)) }
        }
    }
}

fn change_row(view: &SetsView, row: &SetOverview) -> Markup {
    let query = RecordsQuery { run: view.run.map(|no| no.0), ..RecordsQuery::default() };
    html! {
        tr {
            th scope="row" data-l="Entity set" {
                a href=(urls::records(&view.above.key, &row.set.name, &query, &Cursor::default())) { (foreign::name(&row.set.name)) }
            }
            td data-l="Data set" { (foreign::name(&row.set.data_set)) }
            td.n data-l="Changed records" { (number(row.changed)) @if row.changed == MOST { "+" } }
        }
    }
}

fn by(key: &SystemKey, run: Option<RunNo>) -> Markup {
    html! {
        @match run {
            Some(run) => a href=(urls::run(key, run)) { "Run " (run) },
            None => span.soft { "—" },
        }
    }
}
