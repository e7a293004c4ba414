//! The page of Logs.

use maud::{Markup, html};

use super::filter::{FilterView, FormView, form, times};
use crate::clock::Stamp;
use crate::domain::run::RunResult;
use crate::ids::SystemKey;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::pager::{BY_AGE, pager};
use crate::web::ui::run_row::{RUN_COLUMNS, RunRow, run_cells};
use crate::web::ui::runs::LogAccess;
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::tabs::{SectionLink, sections};
use crate::web::ui::time::time_inside;
use crate::web::ui::{PageContext, PageLinks, empty, link_button, number, page};
use crate::web::urls::{self, Cursor, LogsQuery};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct LogsView {
    pub sections: Vec<SectionLink>,
    pub filter: FilterView,
    pub rows: Vec<RunOf>,
    pub links: PageLinks,
    /// No message has ever had the code that is asked for.
    pub is_code_unknown: bool,
    /// The search has looked back to this time, and continues there.
    pub go_on: Option<(Stamp, String)>,
    /// The page does not begin with the newest runs.
    pub is_continued: bool,
    pub header_days: u32,
}

/// A run with its system.
#[derive(Debug, Clone)]
pub struct RunOf {
    pub key: SystemKey,
    pub system: String,
    pub group: String,
    pub deleted: bool,
    pub run: RunRow,
}

#[must_use]
pub fn view(context: &PageContext, view: &LogsView) -> Markup {
    let export = html! {
        @if !view.rows.is_empty() || view.go_on.is_some() { (link_button(&urls::logs_csv(&view.filter.query), "Export CSV", "")) }
    };
    page(
        context,
        "Logs",
        &html! {
            (head(&html! { "Logs" }, &html! { span.soft { "Runs of all systems whose logs you can read, kept for " (view.header_days) " days" } }, &export))
            (sections("Kinds of logs", &view.sections))
            section.box aria-label="Runs" {
                (filters(view))
                @if view.rows.is_empty() {
                    (nothing(context, view))
                } @else {
                    (table(
                        &html! { "Runs of all systems, newest first, with a count for each message category" },
                        &columns(),
                        &html! { @for row in &view.rows { (run(context, row)) } },
                    ))
                    (pager("Pages of runs", &row_count(view), &view.links, BY_AGE))
                }
                @if let Some((time, on)) = view.go_on.as_ref().filter(|_| !view.rows.is_empty()) {
                    p.strip-note {
                        "Searched the runs requested since " (time_inside(context, *time)) ". " a href=(on) { "Search the rest" }
                    }
                }
            }
        },
    )
}

fn columns() -> Vec<Column<'static>> {
    let [_run, rest @ ..] = RUN_COLUMNS;
    [text("System"), numbers("Run")].into_iter().chain(rest).collect()
}

fn filters(view: &LogsView) -> Markup {
    let query = &view.filter.query;
    let at = |query: LogsQuery| urls::logs(&query, &Cursor::default());
    let mut presets = times(&query.since, |since| at(LogsQuery { since, ..query.clone() }));
    let fails = query.result == RunResult::Error.as_str();
    let result = if fails { String::new() } else { RunResult::Error.as_str().to_owned() };
    presets.push(SectionLink { label: "Failures", address: at(LogsQuery { result, ..query.clone() }), current: fails });
    let of = FormView {
        action: urls::LOGS,
        noun: "Runs",
        words: None,
        clear: query.is_narrow().then(|| at(query.widened())),
        presets,
    };
    form(&of, &view.filter)
}

fn nothing(context: &PageContext, view: &LogsView) -> Markup {
    let all = html! { a href=(urls::logs(&view.filter.query.widened(), &Cursor::default())) { "Show all runs" } };
    if !view.filter.wrong.is_empty() {
        return empty::empty("No runs are shown: correct the filter.", &html! { p { (all) } });
    }
    if view.is_code_unknown {
        let code = &view.filter.query.code;
        return empty::empty(
            &format!("No message has the code {}.", code.to_uppercase()),
            &html! { p { a href=(urls::help_search(code)) { "Search the list of codes" } " · " (all) } },
        );
    }
    if let Some((time, on)) = &view.go_on {
        return empty::empty(
            if view.is_continued { "No further matches so far." } else { "No matches so far." },
            &html! { p {
                "Searched the runs requested since " (time_inside(context, *time)) ". " a href=(on) { "Search the rest" } " · " (all)
            } },
        );
    }
    if view.filter.query.is_narrow() {
        let none = if view.is_continued { "No further runs match this filter." } else { "No runs match this filter." };
        return empty::empty(none, &html! { p { (all) } });
    }
    empty::empty("No runs yet.", &html! { p { "Runs of all systems appear here, newest first." } })
}

fn run(context: &PageContext, row: &RunOf) -> Markup {
    html! {
        tr {
            th.c-nm scope="row" data-l="System" {
                a href=(urls::run(&row.key, row.run.no)) { (foreign::name(&row.system)) span.vh { ", run " (row.run.no) } }
                small { (foreign::name(&row.group)) @if row.deleted { " · deleted" } }
            }
            td.n data-l="Run" { (row.run.no) }
            (run_cells(context, &row.key, &row.run, &LogAccess::Granted))
        }
    }
}

fn row_count(view: &LogsView) -> Markup {
    let n = i64::try_from(view.rows.len()).unwrap_or(i64::MAX);
    html! { (number(n)) (if n == 1 { " run" } else { " runs" }) " on this page" }
}
