//! The page of a system: what is wrong, what happens, four times, two tiles, and its runs.

pub(super) mod busy;
pub(super) mod family;
pub(super) mod settings;
pub(super) mod tiles;
pub(super) mod times;

use maud::{Markup, html};

use self::busy::{BusyView, Running, action, busy};
use self::family::{ChildRow, LaneRow, children, lanes};
use self::settings::settings;
use self::tiles::{ConnectionTile, QueueTile, connection, queue};
use self::times::{TimesView, times};
use crate::clock::Stamp;
use crate::domain::message::Category;
use crate::ids::{RunNo, SystemKey};
use crate::queries::Start;
use crate::web::present::SettingsGroup;
use crate::web::ui::chart::{self, RunBar};
use crate::web::ui::failure::{FailureView, failure};
use crate::web::ui::foreign;
use crate::web::ui::layout::{crumbs, head, refreshing};
use crate::web::ui::pager::{BY_AGE, pager};
use crate::web::ui::run_row::{RUN_COLUMNS, RunRow, run_cells};
use crate::web::ui::runs::{LogAccess, no_log_access};
use crate::web::ui::table::table;
use crate::web::ui::text::count;
use crate::web::ui::{
    Badge, Icon, PageContext, PageLinks, Tone, button, empty, form, link_button, notice, page, tile, time,
};
use crate::web::urls::{self, MessageQuery};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct SystemView {
    pub key: SystemKey,
    pub name: String,
    pub kind: String,
    pub production: bool,
    pub group: String,
    /// The system that it is a part of: key and name.
    pub parent: Option<(SystemKey, String)>,
    /// Its lanes, if it has several.
    pub lanes: Vec<LaneRow>,
    pub children: Vec<ChildRow>,
    pub has_more_children: bool,
    pub overall: Badge,
    /// Since when a bad overall status is so.
    pub bad_since: Option<Stamp>,
    /// URLs to which credentials are sent without encryption.
    pub exposed: Vec<String>,
    /// What contributes to the overall status, worst first: `Connection`, `Synchronization`.
    pub sources: Vec<&'static str>,
    pub hold: Option<Hold>,
    pub last_failure: Option<LastFailure>,
    /// What happens now.
    pub busy: Option<BusyView>,
    pub times: TimesView,
    pub connection: ConnectionTile,
    pub queue: QueueTile,
    /// The last runs, newest first.
    pub bars: Vec<RunBar>,
    /// A page of its runs.
    pub runs: Vec<RunRow>,
    pub links: PageLinks,
    pub log: LogAccess,
    pub messages_days: u32,
    pub headers_days: u32,
    /// The system's own administration page; none if the reader may not see settings.
    pub admin_url: Option<String>,
    /// Settings without secrets; empty when the reader may not see them.
    pub settings: Vec<SettingsGroup>,
    pub may: May,
}

/// What the reader may do with this system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate permission")]
pub struct May {
    /// The pages of its runs.
    pub open_runs: bool,
    pub synchronize: bool,
    pub cancel: bool,
    pub check: bool,
    pub hold: bool,
    pub edit: bool,
    pub delete: bool,
    /// There is a replica, and the reader may look at it.
    pub see_replica: bool,
}

/// A person's choice that nothing runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub reason: String,
    pub since: Stamp,
    pub by: String,
}

/// The last run's failure, while it is still the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFailure {
    pub run: RunNo,
    pub at: Stamp,
    pub failure: FailureView,
    pub retry_at: Option<Stamp>,
    /// Errors in that run's log.
    pub errors: i64,
    /// The run's plan waits for a person.
    pub has_plan: bool,
}

#[must_use]
pub fn view(context: &PageContext, view: &SystemView) -> Markup {
    page(
        context,
        &view.name,
        &html! {
            (crumbs(&above(view)))
            (head(&html! { (foreign::name(&view.name)) }, &beside(context, view), &actions(context, view)))
            (refreshing(context))
            (busy(context, view))
            @if let Some(hold) = &view.hold { (on_hold(context, view, hold)) }
            @if let Some(last) = &view.last_failure { (failed(context, view, last)) }
            (notice::unencrypted(&view.exposed))
            (times(context, view))
            div.band {
                (connection(context, view))
                (queue(context, view))
            }
            (lanes(context, &view.lanes))
            (children(context, view))
            (runs(context, view))
            (settings(view))
        },
    )
}

fn above(view: &SystemView) -> Vec<(String, &str)> {
    let list = (urls::SYSTEMS.to_owned(), "Systems");
    let parent = view.parent.as_ref().map(|(key, name)| (urls::system(key), name.as_str()));
    std::iter::once(list).chain(parent).collect()
}

fn beside(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        (view.overall) " "
        p {
            @if !view.sources.is_empty() { (view.sources.join(", ")) " " }
            @if let Some(since) = view.bad_since { "since " (time::time_inside(context, since)) }
            @if !view.sources.is_empty() || view.bad_since.is_some() { " · " }
            (view.kind) " · " (if view.production { "Production" } else { "Test" }) " · " (foreign::name(&view.group))
        }
    }
}

fn actions(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @if view.log == LogAccess::Granted && !view.runs.is_empty() { (link_button("#runs", "Show logs", "")) }
        @if let Some(url) = &view.admin_url { a.btn href=(url) rel="noopener noreferrer" { "Administration page" } " " }
        @if view.may.hold && view.hold.is_none() {
            (link_button(&urls::system_hold(&view.key), "Put on hold …", ""))
        }
        @if view.may.see_replica { (link_button(&urls::replica(&view.key, None), "Replica", "")) }
        @if view.may.edit {
            (form(context, &urls::duplicate(&view.key), &button("Duplicate", "")))
            (link_button(&urls::system_edit(&view.key), "Edit", ""))
        }
        @if view.may.delete { (link_button(&urls::system_delete(&view.key), "Delete …", "")) }
        (action(context, view))
    }
}

fn on_hold(context: &PageContext, view: &SystemView, hold: &Hold) -> Markup {
    let body = html! {
        p {
            strong { (Icon::Hold) "On hold since " (time::time_inside(context, hold.since)) "." }
            " No runs start until the system is released."
            @if let Some(busy) = view.busy.as_ref().filter(|busy| busy.running.is_some()) {
                " " (run_in_a_sentence(&view.key, busy.run, view.may.open_runs)) " is still in process and will finish."
            }
            " " bdi { (hold.by) } " gave this reason: " q dir="auto" { (foreign::text(&hold.reason)) }
        }
        @if view.may.hold {
            (form(context, &urls::system_release(&view.key), &button("Release", "primary")))
        }
    };
    notice::notice(Tone::Neutral, &body)
}

fn failed(context: &PageContext, view: &SystemView, last: &LastFailure) -> Markup {
    let errors = urls::messages(&view.key, last.run, &MessageQuery::of(Category::Error), Start::First);
    let more = html! {
        @if let Some(retry) = last.retry_at { span { "Next retry: " (time::time_ago(context, retry)) } " " }
        @if last.has_plan { a href=(urls::run_plan(&view.key, last.run)) { "Review the deletion plan" } " " }
        @if last.errors > 0 && view.log == LogAccess::Granted {
            a href=(errors) { "Show " (count(last.errors, "error", "errors")) " of run " (last.run) }
        } @else if view.may.open_runs {
            a href=(urls::run(&view.key, last.run)) { "Show run " (last.run) }
        }
    };
    failure(&html! { "Synchronization failed " (time::time_in_words(context, last.at)) }, &last.failure, &more)
}

fn runs(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        section.box #runs aria-labelledby="runs-title" {
            header.bh {
                h2 #runs-title { "Runs" }
                span.end.soft { "Messages are kept for " (count(i64::from(view.messages_days), "day", "days")) ", runs for " (count(i64::from(view.headers_days), "day", "days")) "." }
            }
            @if let LogAccess::Missing(template) = view.log { p.strip-note { (no_log_access(template)) } }
            (chart::runs(context, &view.bars))
            @if view.runs.is_empty() {
                (empty::empty("No runs yet.", &html! {
                    p { @if view.may.synchronize { "Select Synchronize now to start the first run." } @else { "The first run will appear here." } }
                }))
            } @else {
                (table(
                    &html! { "Runs, newest first, with message counts" },
                    &RUN_COLUMNS,
                    &html! { @for row in &view.runs { (run_row(context, view, row)) } },
                ))
                (pager("Pages of runs", &run_range(view), &view.links, BY_AGE))
            }
        }
    }
}

fn run_row(context: &PageContext, view: &SystemView, row: &RunRow) -> Markup {
    html! {
        tr {
            th scope="row" data-l="Run" {
                @if view.may.open_runs { a href=(urls::run(&view.key, row.no)) { (row.no) } } @else { (row.no) }
            }
            (run_cells(context, &view.key, row, &view.log))
        }
    }
}

fn run_range(view: &SystemView) -> Markup {
    html! {
        @match view.runs.as_slice() {
            [] => {},
            [only] => { "Run " (only.no) },
            [newest, .., oldest] => { "Runs " (newest.no) " to " (oldest.no) },
        }
    }
}

/// The same where a sentence begins with it.
pub(in crate::web::pages::systems) fn run_in_a_sentence(key: &SystemKey, no: RunNo, may_open: bool) -> Markup {
    html! { @if may_open { a href=(urls::run(key, no)) { "Run " (no) } } @else { "Run " (no) } }
}

/// A run in a sentence, leading to its page if the reader may open that.
pub(in crate::web::pages::systems) fn run_link(key: &SystemKey, no: RunNo, may_open: bool) -> Markup {
    html! { @if may_open { a href=(urls::run(key, no)) { "run " (no) } } @else { "run " (no) } }
}

/// Facts with a time that may not have come yet.
pub(in crate::web::pages::systems) fn moment(context: &PageContext, at: Option<Stamp>, otherwise: &str) -> Markup {
    html! {
        @match at {
            Some(at) => (time::time_ago(context, at)),
            None => span.soft { (otherwise) },
        }
    }
}

/// The facts of a tile; empty ones are omitted.
pub(in crate::web::pages::systems) fn facts(all: Vec<Option<tile::Fact>>) -> Vec<tile::Fact> {
    all.into_iter().flatten().collect()
}
