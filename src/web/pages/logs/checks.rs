//! The connection checks of all systems in reach, newest first.

use actix_web::HttpResponse;
use actix_web::web::Query;
use maud::{Markup, html};

use super::filter::{Wrong, given, group_of, label, times};
use super::sections::{self, Section};
use crate::access::verbs;
use crate::clock::Stamp;
use crate::ids::{GroupId, SystemKey};
use crate::queries::logs::{CheckListCursor, CheckListFilter, CheckListRow, ConnectionChecks, connection_checks};
use crate::queries::{Db, PageRequest, Start};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::pages::systems::checks::{CheckRow, check_cells, check_row_of};
use crate::web::response;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::pager::{BY_AGE, kept, pager};
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::tabs::{SectionLink, presets, sections};
use crate::web::ui::text::count;
use crate::web::ui::time::time_inside;
use crate::web::ui::{Choice, Nav, PageContext, PageLinks, Tone, choices, empty, page};
use crate::web::urls::{self, ChecksQuery, Cursor, Since};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct ChecksView {
    pub sections: Vec<SectionLink>,
    pub query: ChecksQuery,
    pub wrong: Vec<(&'static str, Wrong)>,
    pub groups: Vec<Choice>,
    pub rows: Vec<CheckOf>,
    pub links: PageLinks,
    /// The search has looked back to this time, and continues there.
    pub go_on: Option<(Stamp, String)>,
}

/// A check with its system.
#[derive(Debug, Clone)]
pub struct CheckOf {
    pub key: SystemKey,
    pub system: String,
    pub group: String,
    pub check: CheckRow,
}

type Found = ConnectionChecks<(&'static str, Wrong)>;

const OK: &str = "ok";
const ERROR: &str = "error";

/// Reads the page.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (query, cursor): (ChecksQuery, Cursor) = (reading.query()?, reading.query()?);
    let start = match cursor.start() {
        Start::Before(_) | Start::Last if query.is_narrow() => Start::First,
        start => start,
    };
    let request = PageRequest::new(start, query.size.rows());
    let grant = reading.grant::<verbs::SeeSystem>()?;
    Ok(connection_checks(db, &grant, |groups| filter(&query, groups, reading.now), &request)?)
}

fn filter(
    query: &ChecksQuery,
    groups: &[(GroupId, String)],
    now: Stamp,
) -> (CheckListFilter, Vec<(&'static str, Wrong)>) {
    let since = Since::parse(&query.since);
    let is_result = [OK, ERROR].contains(&query.result.as_str());
    let words = [("result", &query.result, is_result), ("since", &query.since, since.is_some())];
    let wrong = words.iter().filter(|(_name, word, is_known)| !word.is_empty() && !is_known);
    let wrong = wrong.map(|(name, _word, _is_known)| (*name, Wrong::Word)).collect();
    let filter = CheckListFilter {
        system: given(&query.system),
        group: group_of(&query.group, groups),
        ok: is_result.then_some(query.result == OK),
        from: since.map(|since| now.minus(since.span())),
    };
    (filter, wrong)
}

/// The page.
pub async fn show(Loaded(found): Loaded<Found>, viewer: Viewer, query: Query<ChecksQuery>) -> HttpResponse {
    let (query, ConnectionChecks { groups, wrong, found }) = (query.into_inner(), found);
    let page = found.page;
    let at = |size, cursor: &Cursor| urls::logs_checks(&ChecksQuery { size, ..query.clone() }, cursor);
    let links = PageLinks::sized(&page, query.size, at);
    let shown = ChecksView {
        sections: sections::of(&viewer, Section::Checks),
        wrong,
        groups: groups.iter().map(|(_id, name)| Choice::new(name, name)).collect(),
        links: if query.is_narrow() { links.onwards() } else { links },
        go_on: page.continues.as_ref().and_then(|start| {
            let Start::After(CheckListCursor::Time(time)) = start else { return None };
            Some((*time, urls::logs_checks(&query, &Cursor::of(start))))
        }),
        rows: page.rows.into_iter().map(to_view).collect(),
        query,
    };
    response::page(view(&viewer.page_context(Some(Nav::Logs)), &shown))
}

fn to_view(row: CheckListRow) -> CheckOf {
    CheckOf { key: row.key, system: row.name, group: row.group, check: check_row_of(row.check) }
}

const COLUMNS: [Column<'_>; 5] =
    [text("System"), text("Ended"), text("Result"), numbers("Duration"), text("Requested by")];

#[must_use]
pub fn view(context: &PageContext, view: &ChecksView) -> Markup {
    let lead = html! { span.soft { "The latest connection checks of all systems that you can see" } };
    let shown = i64::try_from(view.rows.len()).unwrap_or(i64::MAX);
    page(
        context,
        "Connection checks",
        &html! {
            (head(&html! { "Logs" }, &lead, &html! {}))
            (sections("Kinds of logs", &view.sections))
            section.box aria-label="Connection checks" {
                (filters(view))
                @if view.rows.is_empty() {
                    (nothing(context, view))
                } @else {
                    (table(
                        &html! { "Connection checks of all systems, newest first" },
                        &COLUMNS,
                        &html! { @for of in &view.rows { (row(context, of)) } },
                    ))
                    (pager("Pages of checks", &html! { (count(shown, "check", "checks")) " on this page" }, &view.links, BY_AGE))
                    (how_far(context, view))
                }
            }
        },
    )
}

fn filters(view: &ChecksView) -> Markup {
    let query = &view.query;
    let at = |query: ChecksQuery| urls::logs_checks(&query, &Cursor::default());
    let mut links = times(&query.since, |since| at(ChecksQuery { since, ..query.clone() }));
    let fails = query.result == ERROR;
    let result = if fails { String::new() } else { ERROR.to_owned() };
    links.push(SectionLink { label: "Failures", address: at(ChecksQuery { result, ..query.clone() }), current: fails });
    let is_wrong = |name: &str| view.wrong.iter().any(|(field, _wrong)| *field == name);
    let results = [Choice::new(OK, "OK"), Choice::new(ERROR, "Error")];
    html! {
        form.flt method="get" action=(urls::LOGS_CHECKS) role="search" aria-label="Connection checks" {
            (kept(query.size))
            @if !query.since.is_empty() && !is_wrong("since") { input type="hidden" name="since" value=(query.since); }
            label { "System contains " input type="search" name="system" value=(query.system); } " "
            @if view.groups.len() > 1 { (choices::filter("Group", "group", &view.groups, &query.group)) }
            (choices::filter("Result", "result", &results, if is_wrong("result") { "" } else { &query.result }))
            button.btn { "Filter" } " "
            @if query.is_narrow() { a.clear href=(at(ChecksQuery { size: query.size, ..ChecksQuery::default() })) { "Clear filter" } }
            (presets(&links))
            @for (name, wrong) in &view.wrong {
                p.wrong #{ (name) "-error" } { (Tone::Error) (label(name)) ": " (wrong.sentence()) }
            }
        }
    }
}

fn row(context: &PageContext, of: &CheckOf) -> Markup {
    html! {
        tr {
            th.c-nm scope="row" data-l="System" {
                a href=(urls::check(&of.key, of.check.no)) { (foreign::name(&of.system)) span.vh { ", check " (of.check.no) } }
                small { (foreign::name(&of.group)) }
            }
            (check_cells(context, &of.check))
        }
    }
}

fn how_far(context: &PageContext, view: &ChecksView) -> Markup {
    html! {
        @if let Some((time, on)) = &view.go_on {
            p.strip-note { "Searched the checks requested since " (time_inside(context, *time)) ". " a href=(on) { "Search the rest" } }
        }
    }
}

fn nothing(context: &PageContext, view: &ChecksView) -> Markup {
    let all =
        html! { p { a href=(urls::logs_checks(&ChecksQuery::default(), &Cursor::default())) { "Show all checks" } } };
    if !view.wrong.is_empty() {
        return empty::empty("No checks are shown: correct the filter.", &all);
    }
    if view.go_on.is_some() {
        return empty::empty("No matches so far.", &html! { (how_far(context, view)) (all) });
    }
    if view.query.is_narrow() {
        return empty::empty("No checks match this filter.", &all);
    }
    empty::empty("No connection checks yet.", &html! { p { "Checks of all systems appear here, newest first." } })
}
