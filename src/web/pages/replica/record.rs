//! One record: its fields, its state, and what each run did to it.

use actix_web::HttpResponse;
use maud::{Markup, html};
use serde::Deserialize;

use super::records::state;
use super::{Above, fields};
use crate::ids::SystemKey;
use crate::queries::Db;
use crate::queries::replica::{RecordHistory, RecordVersion, ReplicaSet, record_history};
use crate::web::error::WebError;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::time::time;
use crate::web::ui::{Nav, PageContext, page};
use crate::web::urls;

/// Maximum number of versions on a page, newest first.
const VERSIONS: i64 = 100;

/// Which record: its key in hexadecimal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RecordQuery {
    key: String,
}

/// What the page shows.
struct RecordView {
    above: Above,
    set: ReplicaSet,
    key: String,
    /// Those of the key first.
    names: Vec<String>,
    /// Newest first.
    versions: Vec<RecordVersion>,
    /// There are older ones.
    is_cut: bool,
}

const FIELDS: [Column<'_>; 2] = [text("Field"), text("Value")];
const HISTORY: [Column<'_>; 4] = [text("Run"), text("Ended"), text("State"), text("Changes")];

type Found = (RecordHistory, String);

/// Reads a record.
///
/// # Errors
/// When the system is out of reach, has no such record, or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (system, set): (SystemKey, String) = reading.path()?;
    let query: RecordQuery = reading.query()?;
    let key = hex::decode(&query.key).map_err(|_not_hex| WebError::not_found())?;
    let kept_since = reading.app.kept_since(reading.now);
    let found = record_history(db, &reading.grant()?, (&system, &set, &key), (kept_since, VERSIONS))?;
    Ok((found, String::from_utf8_lossy(&key).into_owned()))
}

/// A record.
pub async fn show(Loaded(found): Loaded<Found>, viewer: Viewer) -> HttpResponse {
    let (RecordHistory { of, set, versions, is_cut }, key) = found;
    let (mut names, others) = fields::names(&of.replica.model, &set.name);
    names.extend(others);
    let shown = RecordView { above: Above::of(&of.system, &viewer), set, key, names, versions, is_cut };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

fn view(context: &PageContext, view: &RecordView) -> Markup {
    let newest = view.versions.first();
    let record = newest.map(|version| fields::read(&version.data)).unwrap_or_default();
    let others = record.keys().filter(|name| !view.names.contains(name));
    page(
        context,
        &format!("{} of {}", view.key, view.set.name),
        &html! {
            (view.above.crumbs(true, Some(&view.set.name)))
            (head(&html! { (foreign::name(&view.key)) }, &html! { (state(newest.is_some_and(|version| version.orphaned))) }, &html! {}))
            section.box aria-label="Fields" {
                (table(&html! { "Fields of " (foreign::name(&view.key)) }, &FIELDS, &html! {
                    @for name in view.names.iter().chain(others) {
                        tr {
                            th scope="row" data-l="Field" { (foreign::name(name)) }
                            td data-l="Value" { (fields::cell(record.get(name), fields::short)) }
                        }
                    }
                }))
            }
            section.box aria-labelledby="history" {
                header.bh {
                    h2 #history { "History" }
                    @if view.is_cut { span.soft { "The newest " (view.versions.len()) " versions." } }
                }
                (table(&html! { "Changes by run, newest first" }, &HISTORY, &html! {
                    @for (at, version) in view.versions.iter().enumerate() { (version_row(context, view, version, view.versions.get(at + 1))) }
                }))
            }
        },
    )
}

fn version_row(
    context: &PageContext,
    view: &RecordView,
    version: &RecordVersion,
    before: Option<&RecordVersion>,
) -> Markup {
    html! {
        tr {
            th scope="row" data-l="Run" {
                @match version.run {
                    Some((no, _)) => a.nobreak href=(urls::run(&view.above.key, no)) { "Run " (no) },
                    None => span.soft { "an expired run" },
                }
            }
            td data-l="Ended" {
                @match version.run.and_then(|(_, ended)| ended) { Some(at) => (time(context, at)), None => span.soft { "—" } }
            }
            td data-l="State" { (state(version.orphaned)) }
            td data-l="Changes" { (changes(view, version, before)) }
        }
    }
}

/// What is different from the version before.
fn changes(view: &RecordView, version: &RecordVersion, before: Option<&RecordVersion>) -> Markup {
    let Some(before) = before else {
        let is_first = version.run.is_some() && !view.is_cut;
        return html! { @if is_first { "First seen." } @else { "Unchanged" } };
    };
    let (now, was) = (fields::read(&version.data), fields::read(&before.data));
    let mut names: Vec<&String> =
        now.keys().chain(was.keys()).filter(|name| now.get(*name) != was.get(*name)).collect();
    names.sort_unstable();
    names.dedup();
    html! {
        @match (version.orphaned, before.orphaned) {
            (true, false) => p { "Deleted at the source" },
            (false, true) => p { "Restored at the source" },
            _ => {},
        }
        @if !names.is_empty() {
            ul { @for name in names { li { (foreign::name(name)) ": " (fields::cell(was.get(name), fields::short)) " → " (fields::cell(now.get(name), fields::short)) } } }
        }
    }
}
