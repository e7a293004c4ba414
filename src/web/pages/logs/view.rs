//! The page of Logs.

use maud::{Markup, html};

use super::Wrong;
use crate::clock::Stamp;
use crate::ids::SystemKey;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::pager::{BY_AGE, kept, pager};
use crate::web::ui::run_row::{RUN_COLUMNS, RunRow, run_cells};
use crate::web::ui::runs::LogAccess;
use crate::web::ui::table::{Column, numbers, table, text};
use crate::web::ui::time::time_inside;
use crate::web::ui::{Choice, PageContext, PageLinks, Tone, choices, empty, link_button, number, page};
use crate::web::urls::{self, Cursor, LogsQuery};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct LogsView {
    pub query: LogsQuery,
    /// The fields that make no sense. With any, no run is shown.
    pub wrong: Vec<(&'static str, Wrong)>,
    pub groups: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub results: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub triggers: Vec<Choice>,
    pub rows: Vec<RunOf>,
    pub links: PageLinks,
    /// Every code of the catalogue, with its title.
    pub codes: Vec<Choice>,
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
        @if !view.rows.is_empty() || view.go_on.is_some() { (link_button(&urls::logs_csv(&view.query), "Export CSV", "")) }
    };
    page(
        context,
        "Logs",
        &html! {
            (head(&html! { "Logs" }, &html! { span.soft { "The runs of all systems whose logs you may read, kept " (view.header_days) " days" } }, &export))
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
    let query = &view.query;
    let rare = [&query.category, &query.code, &query.trigger, &query.person, &query.from, &query.to];
    let is_more = !view.wrong.is_empty() || rare.iter().any(|word| !word.is_empty());
    html! {
        form.flt method="get" action=(urls::LOGS) role="search" aria-label="Runs" {
            (kept(query.size))
            label { "System contains " input type="search" name="system" value=(query.system); } " "
            @if view.groups.len() > 1 { (choices::filter("Group", "group", &view.groups, &query.group)) }
            @if view.kinds.len() > 1 { (choices::filter("Kind", "kind", &view.kinds, &query.kind)) }
            (choices::filter("Result", "result", &view.results, &query.result))
            button.btn { "Filter" } " "
            @if query.is_narrow() { a.clear href=(urls::logs(&query.widened(), &Cursor::default())) { "Clear" } }
            details open[is_more] {
                summary { "More filters" }
                div {
                    (choices::filter("With messages of", "category", &view.categories, &query.category))
                    label { "Code " input type="text" name="code" value=(query.code) list="codes" placeholder="FILE-DENIED" spellcheck="false" autocomplete="off"; } " "
                    datalist #codes { @for code in &view.codes { option value=(code.value) label=(code.label) {} } }
                    (choices::filter("Trigger", "trigger", &view.triggers, &query.trigger))
                    label { "Person " input type="text" name="person" value=(query.person) autocomplete="off"; } " "
                    (time(view, "from", &query.from))
                    (time(view, "to", &query.to))
                }
            }
            @for (name, wrong) in &view.wrong {
                p.wrong #{ (name) "-error" } { (Tone::Error) (label(name)) ": " (wrong.sentence()) }
            }
        }
    }
}

impl Wrong {
    /// What to do about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Time => "Enter a date such as 2026-11-22, or a minute such as 2026-11-22 08:00.",
            Self::BeforeFrom => "Enter a time that is not before From.",
            Self::Word => "Choose one from the list.",
        }
    }
}

/// The label of a field that can be wrong.
pub(super) fn label(name: &str) -> &'static str {
    match name {
        "from" => "From",
        "to" => "To",
        "result" => "Result",
        "category" => "With messages of",
        _ => "Trigger",
    }
}

fn time(view: &LogsView, name: &'static str, value: &str) -> Markup {
    let wrong = view.wrong.iter().any(|(field, _wrong)| *field == name);
    html! {
        label {
            (label(name)) " "
            input type="text" name=(name) value=(value) placeholder="2026-11-22 08:00" autocomplete="off"
                aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then(|| format!("{name}-error"))];
        }
        " "
    }
}

fn nothing(context: &PageContext, view: &LogsView) -> Markup {
    let all = html! { a href=(urls::logs(&view.query.widened(), &Cursor::default())) { "Show all runs" } };
    if !view.wrong.is_empty() {
        return empty::empty("No runs are shown: correct the filter.", &html! { p { (all) } });
    }
    if view.is_code_unknown {
        let code = &view.query.code;
        return empty::empty(
            &format!("No message has the code {}.", code.to_uppercase()),
            &html! { p { a href=(urls::help_search(code)) { "Search the list of codes" } " · " (all) } },
        );
    }
    if let Some((time, on)) = &view.go_on {
        return empty::empty(
            if view.is_continued { "No further match so far." } else { "No match so far." },
            &html! { p {
                "Searched the runs requested since " (time_inside(context, *time)) ". " a href=(on) { "Search the rest" } " · " (all)
            } },
        );
    }
    if view.query.is_narrow() {
        let none =
            if view.is_continued { "No further run matches this filter." } else { "No run matches this filter." };
        return empty::empty(none, &html! { p { (all) } });
    }
    empty::empty("Nothing has run yet.", &html! { p { "The runs of every system appear here, the newest first." } })
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
