//! The records of a set, by key.

use actix_web::HttpResponse;
use actix_web::web::Query;
use maud::{Markup, html};

use super::{Above, fields, question};
use crate::ids::{RunNo, SystemKey};
use crate::queries::replica::{self, Published, Record, ReplicaSet, published, records_of_set};
use crate::queries::{Db, Page, PageRequest};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::choices::{self, Choice};
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::pager::{IN_ORDER, kept, pager};
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::text::count;
use crate::web::ui::{Badge, Nav, PageContext, PageLinks, Tone, empty, link_button, number, page};
use crate::web::urls::{self, Cursor, RecordsQuery};

/// What the page shows.
struct RecordsView {
    above: Above,
    set: ReplicaSet,
    /// Names of the key's properties.
    key_names: Vec<String>,
    /// Names of the other properties.
    names: Vec<String>,
    query: RecordsQuery,
    records: Vec<Record>,
    links: PageLinks,
}

/// Maximum number of properties with a column; the page of a record shows all.
const PROPERTIES: usize = 4;

type Found = (Published, ReplicaSet, Page<Record, Vec<u8>>);

/// Reads a page of records.
///
/// # Errors
/// When the system is out of reach, has no such set, or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (key, set): (SystemKey, String) = reading.path()?;
    let (query, cursor): (RecordsQuery, Cursor) = (reading.query()?, reading.query()?);
    let published = published(db, &reading.grant()?, &key)?;
    let of = records_of_set(db, &published, (&set, &question(&query)), reading.app.kept_since(reading.now))?;
    let records = replica::records(db, &of, &PageRequest::new(cursor.start(), query.size.rows()))?;
    Ok((published, of.set, records))
}

/// A page of records.
pub async fn show(
    Loaded((published, set, records)): Loaded<Found>,
    viewer: Viewer,
    query: Query<RecordsQuery>,
) -> HttpResponse {
    let query = query.into_inner();
    let links = PageLinks::sized(&records, query.size, |size, cursor| {
        urls::records(&published.system.key, &set.name, &RecordsQuery { size, ..query.clone() }, cursor)
    });
    let (key_names, names) = fields::names(&published.replica.model, &set.name);
    let above = Above::of(&published.system, &viewer);
    let shown = RecordsView { above, set, key_names, names, query, records: records.rows, links };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

impl RecordsView {
    /// The properties that have a column.
    fn in_columns(&self) -> impl Iterator<Item = &String> {
        self.names.iter().take(PROPERTIES)
    }
}

fn view(context: &PageContext, view: &RecordsView) -> Markup {
    let columns: Vec<Column<'_>> =
        ["Key", "State"].into_iter().chain(view.in_columns().map(String::as_str)).map(text).collect();
    let (key, name) = (&view.above.key, &view.set.name);
    let beside = html! {
        span.soft { (foreign::name(&view.set.data_set)) " · " (number(view.set.active)) " active, " (number(view.set.orphaned)) " orphaned" }
    };
    let actions = html! {
        (link_button(&urls::records_csv(key, name, &view.query), "CSV", ""))
        (link_button(&urls::records_ndjson(key, name, &view.query), "NDJSON", ""))
    };
    page(
        context,
        &format!("{name} of {}", view.above.name),
        &html! {
            (view.above.crumbs(true, None))
            (head(&html! { (foreign::name(name)) }, &beside, &actions))
            section.box aria-label="Records" {
                (filters(view))
                @if view.records.is_empty() {
                    (empty::empty(if view.query.is_narrow() { "No records match." } else { "This set has no records." }, &html! {
                        @if view.query.is_narrow() { p { a href=(urls::records(key, name, &view.query.widened(), &Cursor::default())) { "Show all records" } } }
                    }))
                } @else {
                    (table(&html! { "Records of " (foreign::name(name)) }, &columns, &html! { @for record in &view.records { (row(view, record)) } }))
                }
                @let shown = i64::try_from(view.records.len()).unwrap_or(i64::MAX);
                (pager("Pages of records", &html! {
                    (count(shown, "record", "records")) " on this page"
                    @if view.names.len() > PROPERTIES { ", with " (PROPERTIES) " of " (view.key_names.len() + view.names.len()) " fields" }
                }, &view.links, IN_ORDER))
            }
        },
    )
}

fn filters(view: &RecordsView) -> Markup {
    let address = urls::records(&view.above.key, &view.set.name, &RecordsQuery::default(), &Cursor::default());
    let all = urls::records(&view.above.key, &view.set.name, &view.query.widened(), &Cursor::default());
    let states = [Choice::new("active", "Active"), Choice::new("orphaned", "Orphaned")];
    let label = format!("Key starts with ({}) ", view.key_names.join(" / "));
    html! {
        form.flt method="get" action=(address) role="search" aria-label="Records" {
            (kept(view.query.size))
            @if let Some(run) = view.query.run { input type="hidden" name="run" value=(run); }
            label { (label) input type="search" name="q" value=(view.query.q); } " "
            (choices::filter("State", "state", &states, &view.query.state))
            button.btn { "Filter" } " "
            @if view.query.is_narrow() { a.clear href=(all) { "Clear filter" } }
            @if let Some(run) = view.query.run {
                p.strip-note { "Records changed by " a href=(urls::run(&view.above.key, RunNo(run))) { "run " (run) } ", as of that run." }
            }
        }
    }
}

fn row(view: &RecordsView, record: &Record) -> Markup {
    let data = fields::read(&record.data);
    html! {
        tr {
            th scope="row" data-l="Key" {
                a href=(urls::record(&view.above.key, &view.set.name, &record.key)) { (foreign::name(&String::from_utf8_lossy(&record.key))) }
            }
            td data-l="State" { (state(record.orphaned)) }
            @for name in view.in_columns() {
                td data-l=(name) { (fields::cell(data.get(name), fields::brief)) }
            }
        }
    }
}

/// Active or orphaned.
pub(super) fn state(orphaned: bool) -> Badge {
    if orphaned { Badge::new(Tone::Neutral, "Orphaned") } else { Badge::new(Tone::Ok, "Active") }
}
