//! The table of systems, its filter, and what stands there while there are none.

use maud::{Markup, html};

use super::row::{BULK, SystemRow, family};
use crate::domain::bulk::BulkAction;
use crate::web::ui::foreign;
use crate::web::ui::form;
use crate::web::ui::layout::{head, refreshing};
use crate::web::ui::pager::{IN_ORDER, kept, pager};
use crate::web::ui::table::{Column, Sort, actions as action_column, picks, table, text, wide};
use crate::web::ui::tabs::{Tab, tabs};
use crate::web::ui::text::count;
use crate::web::ui::{Choice, Icon, PageContext, PageLinks, choices, empty, link_button, number, page};
use crate::web::urls::{self, Cursor, SystemsQuery};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct ListView {
    pub query: SystemsQuery,
    pub counts: StatusCounts,
    /// Kinds and groups that there are.
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
    /// Whether the reader may connect a system.
    pub may_create: bool,
    pub may_export: bool,
    /// What the reader may do to several systems at a time.
    pub bulk: Vec<BulkAction>,
    /// Something is in process: the interval in seconds, and the address of the page that refreshes.
    pub refresh: Option<(u32, String)>,
    pub views: Vec<ViewLink>,
}

/// A view that the reader has saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewLink {
    pub name: String,
    pub url: String,
    /// Whether the list is as the view shows it.
    pub is_current: bool,
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
    pub on_hold: i64,
    pub open: i64,
}

impl StatusCounts {
    #[must_use]
    pub const fn total(self) -> i64 {
        self.error + self.warning + self.ok + self.on_hold + self.open
    }
}

/// The columns, three of which lead to the list in their order.
fn columns<'a>(view: &ListView, addresses: &'a [String; 3], has_picks: bool) -> Vec<Column<'a>> {
    let [name, status, success] = addresses;
    let by = |title, address, word: &str, direction| {
        let sort = Sort { address, is_current: view.query.sort == word, direction };
        Column { sort: Some(sort), ..text(title) }
    };
    let columns = [
        by("System", name, "name", "ascending"),
        by("Status", status, "", "descending"),
        by("Last success", success, "success", "ascending"),
        wide("Last run"),
        text("Next run"),
        wide("Last 24 runs"),
        action_column("Action"),
    ];
    has_picks.then(|| picks("Select")).into_iter().chain(columns).collect()
}

/// Where the list is in the order of name, status and last success.
fn sorted(view: &ListView) -> [String; 3] {
    ["name", "", "success"]
        .map(|sort| urls::systems(&SystemsQuery { sort: sort.to_owned(), ..view.query.clone() }, &Cursor::default()))
}

#[must_use]
pub fn view(context: &PageContext, view: &ListView) -> Markup {
    let is_empty = view.counts.total() == 0 && !view.query.is_narrow();
    page(
        context,
        "Systems",
        &html! {
            (head(&html! { "Systems" }, &html! { @if !is_empty { (saved_views(view)) } }, &actions(view)))
            @if is_empty {
                section.box aria-label="Systems" { (none_yet(view)) }
            } @else {
                (status_tabs(view))
                (refreshing(context))
                @if context.refresh.is_none() { (filters(view)) }
                section.box.sys aria-label="Systems" { (rows(context, view)) }
            }
        },
    )
}

/// The views of the reader, and how the present one becomes another.
fn saved_views(view: &ListView) -> Markup {
    html! {
        nav.links aria-label="Saved views" {
            @if !view.views.is_empty() { span.soft { "Saved views:" } " " }
            @for saved in &view.views {
                a href=(saved.url) aria-current=[saved.is_current.then_some("true")] { (foreign::name(&saved.name)) } " "
            }
            a href=(urls::save_view(&view.query)) { "Save this view" } " "
            @if !view.views.is_empty() { a href=(urls::VIEWS) { "Edit views" } }
        }
    }
}

fn rows(context: &PageContext, view: &ListView) -> Markup {
    // A page that refreshes has no field.
    let has_picks = !view.bulk.is_empty() && context.refresh.is_none();
    html! {
        @if view.rows.is_empty() && view.search_on.is_some() {
            (empty::empty(if view.is_continued { "No more matches so far." } else { "No matches so far." }, &html! { (search_on(view)) }))
        } @else if view.rows.is_empty() {
            (empty::empty(if view.is_continued { "No more systems match this filter." } else { "No systems match this filter." }, &html! {
                p { a href=(urls::systems(&view.query.widened(), &Cursor::default())) { "Show all systems" } }
            }))
        } @else {
            (table(
                &html! { "Systems " (view.scope) },
                &columns(view, &sorted(view), has_picks),
                &html! { @for row in &view.rows { (family(context, row, has_picks)) } },
            ))
            @if has_picks { (bulk(context, view)) }
        }
        (pager("Pages of systems", &row_count(view), &view.links, IN_ORDER))
        @if !view.rows.is_empty() { (search_on(view)) }
    }
}

/// What can be done to the systems that are selected.
fn bulk(context: &PageContext, view: &ListView) -> Markup {
    let list = urls::systems(&view.query, &Cursor::default());
    form::bulk(
        context,
        BULK,
        urls::BULK_SYSTEMS,
        &html! {
            input type="hidden" name="request" value=(context.request_key);
            @if let Some((_path, query)) = list.split_once('?') { input type="hidden" name="list" value=(query); }
            b { "Selected systems:" } " "
            @for action in &view.bulk {
                @let label = match action {
                    BulkAction::Synchronize => "Synchronize now",
                    BulkAction::Check => "Check connection",
                    BulkAction::Hold => "Put on hold …",
                    BulkAction::Release => "Release",
                };
                button.btn.small name="do" value=(action.as_str()) { (label) } " "
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
fn status_tabs(view: &ListView) -> Markup {
    let tab = |icon: Option<Icon>, status: &str, label, count| {
        let query = SystemsQuery { status: status.to_owned(), ..view.query.widened() };
        let current = view.query.status == status && (!status.is_empty() || !view.query.is_narrow());
        Tab { icon, label, count, address: urls::systems(&query, &Cursor::default()), current }
    };
    let all = [
        tab(None, "", "All", view.counts.total()),
        tab(Some(Icon::Error), "error", "Error", view.counts.error),
        tab(Some(Icon::Warning), "warning", "Warning", view.counts.warning),
        tab(Some(Icon::Ok), "ok", "OK", view.counts.ok),
        tab(Some(Icon::Hold), "on_hold", "On hold", view.counts.on_hold),
        tab(Some(Icon::Open), "open", "Open", view.counts.open),
    ];
    let refresh = html! {
        @if let Some((seconds, on)) = &view.refresh { a href=(on) title="Clears the filter" { "Refresh every " (seconds) " seconds" } }
    };
    tabs("Systems by status", &all, &refresh)
}

fn actions(view: &ListView) -> Markup {
    html! {
        @if view.may_export && (!view.rows.is_empty() || view.search_on.is_some()) {
            (link_button(&urls::systems_csv(&view.query), "Export CSV", ""))
        }
        (create(view))
    }
}

fn create(view: &ListView) -> Markup {
    html! {
        // The kind is chosen on the next page.
        @if view.may_create { (link_button(urls::NEW_SYSTEM, "Connect a system", "primary")) }
    }
}

fn none_yet(view: &ListView) -> Markup {
    first_steps("No systems yet.", view.may_create, "Connect your first system to see its status, runs and logs here.")
}

/// What a system is, and who can connect one.
#[must_use]
pub fn first_steps(title: &str, may_create: bool, next: &str) -> Markup {
    empty::empty(
        title,
        &html! {
            p {
                "A system is anything that Syncdesk synchronizes: a folder, a bucket, a share or an OData service. "
                @if may_create { (next) } @else {
                    "To connect one, you need the role template " a.mono href=(urls::help_role("SpecifySystemsApp")) { "SpecifySystemsApp" }
                    "."
                }
            }
        },
    )
}

fn filters(view: &ListView) -> Markup {
    let query = &view.query;
    html! {
        form.flt method="get" action=(urls::SYSTEMS) role="search" aria-label="Systems" {
            (kept(query.size))
            @if !query.status.is_empty() { input type="hidden" name="status" value=(query.status); }
            label { span.vh { "Name contains" } input type="search" name="q" value=(query.q) placeholder="Name contains"; } " "
            @if view.groups.len() > 1 { (choices::filter("Group", "group", &view.groups, &query.group)) }
            @if view.kinds.len() > 1 { (choices::filter("Kind", "kind", &view.kinds, &query.kind)) }
            label {
                "Sort by "
                select name="sort" {
                    @for sort in &view.sorts {
                        option value=(sort.value) selected[sort.value == query.sort] { (sort.label) }
                    }
                }
            }
            " " button.btn { "Filter" } " "
            @if query.is_narrow() { a.clear href=(urls::systems(&query.widened(), &Cursor::default())) { "Clear filter" } }
        }
    }
}

fn row_count(view: &ListView) -> Markup {
    let n = i64::try_from(view.rows.len()).unwrap_or(i64::MAX);
    html! {
        @if view.query.is_narrow() {
            (count(n, "matching system", "matching systems")) " on this page"
        } @else if n == view.counts.total() {
            (number(n)) (if n == 1 { " system " } else { " systems " }) (view.scope)
        } @else {
            (number(n)) " of " (number(view.counts.total())) " systems " (view.scope)
        }
    }
}
