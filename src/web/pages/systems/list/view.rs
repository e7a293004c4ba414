//! The table of systems, its filter, and what stands there while there are none.

use maud::{Markup, html};

use crate::clock::Stamp;
use crate::domain::progress::RunProgress;
use crate::ids::SystemKey;
use crate::web::ui::foreign;
use crate::web::ui::layout::{head, refreshing};
use crate::web::ui::pager::{IN_ORDER, kept, pager};
use crate::web::ui::table::{Column, actions as action_column, table, text};
use crate::web::ui::{
    Badge, Choice, PageContext, PageLinks, Tone, choices, empty, form, link_button, number, page, progress, strip, time,
};
use crate::web::urls::{self, Cursor, SystemsQuery};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct ListView {
    pub query: SystemsQuery,
    pub counts: StatusCounts,
    /// Words of the status filter, kinds and groups that there are.
    pub statuses: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub groups: Vec<Choice>,
    pub sorts: Vec<Choice>,
    pub rows: Vec<SystemRow>,
    pub links: PageLinks,
    /// The search has examined as many systems as it may for one page.
    pub search_on: Option<SearchOn>,
    /// The page does not begin with the first systems.
    pub is_continued: bool,
    /// What the reader sees: `in group Finance`, `in 3 groups`.
    pub scope: String,
    /// Kinds of systems that the reader may create; empty when none.
    pub may_create: bool,
    pub may_export: bool,
    /// Something is in process: the interval in seconds, and the address of the page that refreshes.
    pub refresh: Option<(u32, String)>,
}

/// Where a search continues.
#[derive(Debug, Clone)]
pub struct SearchOn {
    /// The last system that was examined.
    pub name: String,
    pub url: String,
}

/// How many systems have which overall status, from maintained totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusCounts {
    pub error: i64,
    pub warning: i64,
    pub ok: i64,
    pub neutral: i64,
}

impl StatusCounts {
    const fn total(self) -> i64 {
        self.error + self.warning + self.ok + self.neutral
    }
}

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
    pub overall: Badge,
    pub overall_since: Option<Stamp>,
    /// What contributes to a bad status, worst first.
    pub sources: String,
    pub synchronization: Badge,
    /// Under the status: `2 errors in the last run`.
    pub note: String,
    pub last_attempt: Option<Stamp>,
    pub last_success: Option<Stamp>,
    pub next: NextRun,
    /// Oldest first.
    pub recent: Vec<Tone>,
    pub action: RowAction,
}

/// When the next run is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextRun {
    At(Stamp),
    /// It is due, and waits for a worker.
    Waiting,
    AfterThisRun,
    /// Paused until a connection check succeeds.
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
    Progress(RunProgress),
}

const COLUMNS: [Column<'_>; 7] = [
    text("Status"),
    text("System"),
    text("Synchronization"),
    text("Last run"),
    text("Next run"),
    text("Recent runs"),
    action_column("Action"),
];

#[must_use]
pub fn view(context: &PageContext, view: &ListView) -> Markup {
    page(
        context,
        "Communication systems",
        &html! {
            (head(&html! { "Communication systems" }, &counts(view), &actions(view)))
            (refreshing(context))
            @if let Some((seconds, on)) = &view.refresh {
                p.refresh { a href=(on) { "Refresh every " (seconds) " seconds" } " (without the filter)" }
            }
            section.card aria-label="Systems" {
                @if view.counts.total() == 0 && !view.query.is_narrow() {
                    (none_yet(view))
                } @else {
                    @if context.refresh.is_none() { (filters(view)) }
                    @if view.rows.is_empty() && view.search_on.is_some() {
                        (empty::empty(if view.is_continued { "No further match so far." } else { "No match so far." }, &html! { (search_on(view)) }))
                    } @else if view.rows.is_empty() {
                        (empty::empty(if view.is_continued { "No further system matches this filter." } else { "No system matches this filter." }, &html! {
                            p { a href=(urls::systems(&view.query.widened(), &Cursor::default())) { "Show all systems" } }
                        }))
                    } @else {
                        (table(
                            &html! { "Communication systems " (view.scope) },
                            &COLUMNS,
                            &html! { @for row in &view.rows { (family(context, row)) } },
                        ))
                    }
                    (pager("Pages of systems", &row_count(view), &view.links, IN_ORDER))
                    @if !view.rows.is_empty() { (search_on(view)) }
                }
            }
        },
    )
}

fn search_on(view: &ListView) -> Markup {
    html! {
        @if let Some(on) = &view.search_on {
            p.strip-note { "Searched up to " (foreign::name(&on.name)) ". " a href=(on.url) { "Search the rest" } }
        }
    }
}

/// The totals, each a link to the systems behind it.
fn counts(view: &ListView) -> Markup {
    let counts = [
        (Tone::Error, "error", view.counts.error, "in error"),
        (Tone::Warning, "warning", view.counts.warning, "with warnings"),
        (Tone::Ok, "ok", view.counts.ok, "OK"),
        (Tone::Neutral, "neutral", view.counts.neutral, "open or on hold"),
    ];
    html! {
        @if view.counts.total() > 0 {
            ul.totals aria-label="Systems by status" {
                @for (tone, status, n, words) in counts {
                    @if n > 0 {
                        @let query = SystemsQuery { status: status.to_owned(), ..view.query.widened() };
                        li { a.badge.(tone.class()) href=(urls::systems(&query, &Cursor::default())) { (tone) (number(n)) " " (words) } }
                    }
                }
            }
        }
    }
}

fn actions(view: &ListView) -> Markup {
    html! {
        @if view.may_export && (!view.rows.is_empty() || view.search_on.is_some()) {
            (link_button(&urls::systems_csv(&view.query), "Export CSV", ""))
        }
        @if view.counts.total() > 0 { (create(view)) }
    }
}

fn create(view: &ListView) -> Markup {
    html! {
        // Which kind is chosen on the page that it leads to.
        @if view.may_create { (link_button(urls::NEW_SYSTEM, "Connect a system", "primary")) }
    }
}

fn none_yet(view: &ListView) -> Markup {
    empty::empty(
        "No system is connected yet.",
        &html! {
            p {
                "A system is something whose data is synchronized: a folder, a bucket, a share, an OData service. "
                @if !view.may_create {
                    "Somebody with the role template " a.mono href=(urls::help_role("SpecifySystemsApp")) { "SpecifySystemsApp" }
                    " can connect one."
                } @else {
                    "Connect the first one, and its status, its runs and their logs appear here."
                }
            }
            @if view.may_create { p.do { (create(view)) } }
        },
    )
}

fn filters(view: &ListView) -> Markup {
    html! {
        form.filter method="get" action=(urls::SYSTEMS) role="search" aria-label="Systems" {
            (kept(view.query.size))
            (choices::filter("Status", "status", &view.statuses, &view.query.status))
            @if view.kinds.len() > 1 { (choices::filter("Kind", "kind", &view.kinds, &view.query.kind)) }
            @if view.groups.len() > 1 { (choices::filter("Group", "group", &view.groups, &view.query.group)) }
            label { "Name contains " input type="search" name="q" value=(view.query.q); } " "
            label {
                "Sort by "
                select name="sort" {
                    @for sort in &view.sorts {
                        option value=(sort.value) selected[sort.value == view.query.sort] { (sort.label) }
                    }
                }
            }
            " " button { "Filter" } " "
            @if view.query.is_narrow() { a.clear href=(urls::systems(&view.query.widened(), &Cursor::default())) { "Clear" } }
        }
    }
}

/// A system with its children below it.
fn family(context: &PageContext, row: &SystemRow) -> Markup {
    let parent = &row.member;
    html! {
        tr { (cells(context, parent, row.parent.as_deref())) }
        @for child in &row.children { tr.child { (cells(context, child, None)) } }
        @if row.has_more_children {
            tr.child { td colspan=(COLUMNS.len()) { a href=(urls::systems(&SystemsQuery::within(&parent.key), &Cursor::default())) { "All systems in " (foreign::name(&parent.name)) } } }
        }
    }
}

fn cells(context: &PageContext, row: &MemberRow, parent: Option<&str>) -> Markup {
    html! {
        td data-label="Status" {
            (row.overall)
            @if !row.sources.is_empty() { div.sub { (row.sources) } }
            @if let Some(since) = row.overall_since { div.sub { "since " (time::time_inside(context, since)) } }
        }
        th scope="row" {
            a.row href=(urls::system(&row.key)) { (foreign::name(&row.name)) }
            @if let Some(parent) = parent { div.sub { "in " (foreign::name(parent)) } }
            div.sub { (row.kind) " · " (if row.production { "Production" } else { "Test" }) " · " (foreign::name(&row.group)) }
        }
        td data-label="Synchronization" { (row.synchronization) @if !row.note.is_empty() { div.sub { (row.note) } } }
        td data-label="Last run" { (last_run(context, row)) }
        td data-label="Next run" { (next_run(context, &row.next)) }
        td data-label="Recent runs" { (strip::runs(&row.recent)) }
        td.act data-label="Action" { (action(context, row)) }
    }
}

fn last_run(context: &PageContext, row: &MemberRow) -> Markup {
    html! {
        @match (row.last_attempt, row.last_success) {
            (None, _) => span.soft { "never" },
            (Some(attempt), None) => { (time(context, attempt)) div.sub { "no success yet" } },
            (Some(attempt), Some(success)) if success >= attempt => { (time(context, attempt)) div.sub { "was a success" } },
            (Some(attempt), Some(success)) => {
                (time(context, attempt))
                div.sub { "last success " (time::time_inside(context, success)) }
            },
        }
    }
}

fn next_run(context: &PageContext, next: &NextRun) -> Markup {
    html! {
        @match next {
            NextRun::At(at) => { (time(context, *at)) div.sub { (time::due(context, *at)) } },
            NextRun::Waiting => "waits for a worker",
            NextRun::AfterThisRun => "after this run",
            NextRun::WhenConnected => "when connected",
            NextRun::OnHold => "when released",
            NextRun::ByHandOnly => span.soft { "by hand only" },
        }
    }
}

fn action(context: &PageContext, row: &MemberRow) -> Markup {
    match &row.action {
        RowAction::None => html! { span.soft { "—" } },
        RowAction::Synchronize => {
            form::synchronize(context, &row.key, &form::button_for("Synchronize now", &row.name, "small"))
        }
        RowAction::Check => form::check(context, &row.key, &form::button_for("Check connection", &row.name, "small")),
        RowAction::Progress(now) => progress::small(now, &row.name),
    }
}

fn row_count(view: &ListView) -> Markup {
    let n = i64::try_from(view.rows.len()).unwrap_or(i64::MAX);
    html! {
        @if view.query.is_narrow() {
            (number(n)) " on this page of a filtered list"
        } @else if n == view.counts.total() {
            (number(n)) (if n == 1 { " system " } else { " systems " }) (view.scope)
        } @else {
            (number(n)) " of " (number(view.counts.total())) " systems " (view.scope)
        }
    }
}
