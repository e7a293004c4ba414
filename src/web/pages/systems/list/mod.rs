//! All systems that the reader may see, with their status.

mod row;
mod view;

pub(in crate::web::pages) use row::action;
pub use row::{MemberRow, NextRun, RowAction, SystemRow};
pub(in crate::web::pages) use view::first_steps;
pub use view::{ListView, SearchOn, StatusCounts, ViewLink, view};

use actix_web::HttpResponse;
use actix_web::web::Query;

use super::show::may_open_runs;
use crate::access::{Grant, Scope, Verb, verbs};
use crate::domain::bulk::BulkAction;
use crate::domain::catalogue;
use crate::domain::run::RunState;
use crate::domain::status::{Obstacle, Overall, Source, Verdict};
use crate::ids::{GroupId, SystemKey};
use crate::ops::bulk::verb;
use crate::queries::saved_views::{SavedView, saved_views};
use crate::queries::systems::{Family, ListedSystem, Member, Sort, System, SystemFilter, SystemList, system_list};
use crate::queries::{Db, PageRequest, Start};
use crate::sync::registry;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present::{self, Busy};
use crate::web::response;
use crate::web::ui::{Choice, Nav, PageLinks, Refresh, number, progress};
use crate::web::urls::{self, Cursor, SystemsQuery};

/// How the page is shown.
#[derive(Debug, Default, serde::Deserialize)]
pub struct RefreshQuery {
    /// `on`: the page refreshes while anything is in process, and has no filter.
    refresh: Option<String>,
}

/// The interval of the refreshing page, in seconds.
const SECONDS: u32 = 10;

/// The list, and how the reader looks at it.
pub struct ListPage {
    list: SystemList,
    views: Vec<SavedView>,
    /// Of the address or, where it has none, of the default view.
    query: SystemsQuery,
}

/// Reads the list.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<ListPage, LoadError> {
    let (grant, cursor) = (reading.grant()?, reading.query::<Cursor>()?);
    let views = saved_views(db, &grant, reading.actor.id())?;
    let query = query_of(reading, &views)?;
    let request = PageRequest::new(cursor.start(), query.size.rows());
    let kept_since = reading.app.kept_since(reading.now);
    let list = system_list(db, &grant, |groups| filter(&query, groups), &request, kept_since)?;
    Ok(ListPage { list, views, query })
}

/// The query of the address; the default view's if it has none. A person with a default view gets links that say so.
fn query_of(reading: &Reading, views: &[SavedView]) -> Result<SystemsQuery, LoadError> {
    let asked: SystemsQuery = reading.query()?;
    let Some(default) = views.iter().find(|view| view.is_default) else {
        return Ok(SystemsQuery { view: String::new(), ..asked });
    };
    let stored = || Query::from_query(&default.query).map(Query::into_inner).unwrap_or_default();
    let query = if reading.has_query() { asked } else { stored() };
    Ok(SystemsQuery { view: "all".to_owned(), ..query })
}

/// The list.
pub async fn show(
    Loaded(ListPage { list: loaded, views, query }): Loaded<ListPage>,
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    cursor: Query<Cursor>,
    shown: Query<RefreshQuery>,
) -> HttpResponse {
    let rows: Vec<SystemRow> = loaded.page.rows.iter().map(|row| to_view(row, &viewer)).collect();
    let members = loaded.page.rows.iter().flat_map(|row| std::iter::once(&row.member).chain(&row.children));
    let busy = members.map(|row| (busy_of(row), &row.system)).any(|(busy, system)| busy.is_at(system, viewer.now));
    let stop = urls::systems(&query, &cursor);
    let on = urls::systems_refreshing(&query, &cursor);
    let wanted = shown.refresh.as_deref() == Some("on");
    let refresh = (busy && wanted).then_some(Refresh { seconds: SECONDS, stop });
    let choice = |value: &str, label: &str| Choice::new(value, label);
    let shown = ListView {
        counts: status_counts(&loaded),
        kinds: registry::all().iter().map(|kind| choice(kind.kind(), kind.title())).collect(),
        groups: loaded.groups.iter().map(|(_id, name)| choice(name, name)).collect(),
        sorts: vec![choice("", "Severity"), choice("name", "Name"), choice("success", "Oldest success")],
        rows,
        links: PageLinks::sized(&loaded.page, query.size, |size, cursor| {
            urls::systems(&SystemsQuery { size, ..query.clone() }, cursor)
        }),
        search_on: loaded.page.continues.as_ref().and_then(|start| {
            let (Start::After(place) | Start::Before(place)) = start else { return None };
            Some(SearchOn { name: place.name.clone(), url: urls::systems(&query, &Cursor::of(start)) })
        }),
        is_continued: cursor.is_within(),
        scope: within(grant.scope(), &loaded.groups),
        may_create: viewer.may_anywhere(&[Verb::SpecifySystems]),
        may_export: viewer.may_anywhere(&[Verb::Export]),
        bulk: BulkAction::ALL.iter().copied().filter(|action| viewer.may_anywhere(&[verb(*action)])).collect(),
        refresh: (busy && refresh.is_none()).then_some((SECONDS, on)),
        views: view_links(&views, &query),
        query,
    };
    response::refreshing(viewer.page_context(Some(Nav::Systems)), refresh, |context| view(context, &shown))
}

/// Words of the query as the store's filter.
pub(super) fn filter(query: &SystemsQuery, groups: &[(GroupId, String)]) -> SystemFilter {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let status = Overall::parse(&query.status);
    // A group out of reach finds nothing, like one that there is not, and a status or a parent that there is not.
    let parent = SystemKey::parse(&query.within);
    let is_unknown = (!query.status.is_empty() && status.is_none()) || (!query.within.is_empty() && parent.is_none());
    let nowhere = is_unknown.then_some(GroupId(0));
    let group = given(&query.group)
        .map(|name| groups.iter().find(|(_id, known)| *known == name).map_or(GroupId(0), |(id, _name)| *id));
    SystemFilter {
        status,
        kind: given(&query.kind),
        group: nowhere.or(group),
        family: match parent {
            Some(parent) => Family::ChildrenOf(parent),
            // A search finds children too.
            None if !(query.q.is_empty() && query.kind.is_empty()) => Family::All,
            None => Family::Parents,
        },
        name: given(&query.q),
        sort: match query.sort.as_str() {
            "name" => Sort::Name,
            "success" => Sort::LastSuccess,
            _ => Sort::Status,
        },
    }
}

fn view_links(views: &[SavedView], query: &SystemsQuery) -> Vec<ViewLink> {
    let shown = urls::view_query(query);
    let link = |view: &SavedView| ViewLink {
        name: view.name.clone(),
        url: urls::opened_view(&view.query),
        is_current: view.query == shown,
    };
    views.iter().map(link).collect()
}

fn busy_of(row: &Member) -> Busy {
    Busy::of(row.open.iter().map(|(run, _totals)| run))
}

pub(in crate::web::pages) fn status_counts(loaded: &SystemList) -> StatusCounts {
    let of = |overall| loaded.counts.get(&overall).copied().unwrap_or(0);
    StatusCounts {
        error: of(Overall::Error),
        warning: of(Overall::Warning),
        ok: of(Overall::Ok),
        on_hold: of(Overall::OnHold),
        open: of(Overall::Open),
    }
}

fn within(scope: &Scope, groups: &[(GroupId, String)]) -> String {
    match (scope, groups) {
        (Scope::All, _) => "in all groups".to_owned(),
        (Scope::Groups(_), [(_id, name)]) => format!("in group {name}"),
        (Scope::Groups(_), groups) => format!("in {} groups", groups.len()),
    }
}

fn to_view(row: &ListedSystem, viewer: &Viewer) -> SystemRow {
    let worst_child = row.children.first().map(|child| &*child.system);
    SystemRow {
        member: member(&row.member, worst_child, viewer),
        parent: row.parent.clone(),
        children: row.children.iter().map(|child| member(child, None, viewer)).collect(),
        has_more_children: row.has_more_children,
    }
}

pub(in crate::web::pages) fn member(row: &Member, worst_child: Option<&System>, viewer: &Viewer) -> MemberRow {
    let system = &row.system;
    let busy = busy_of(row);
    let running = row.open.iter().find(|(run, _totals)| run.state == RunState::Running);
    let progress = running.map(|(_run, totals)| totals);
    let may = |verb: Verb| viewer.may(&[verb], system.group_id);
    let running = progress.map(|totals| progress::items(&totals.progress));
    let note = match &system.hold_reason {
        Some(reason) => reason.clone(),
        None => reason(row, worst_child, running),
    };
    let action = match (progress, row.braked) {
        (Some(totals), _) => RowAction::Progress(totals.progress.clone()),
        (None, _) if system.hold_since.is_some() && may(Verb::HoldSystem) => RowAction::Release,
        (None, Some(run)) if may(Verb::ConfirmDeletions) => RowAction::ReviewPlan(run),
        (None, _) if may(Verb::RequestRun) && present::obstacle(system) == Obstacle::None => RowAction::Synchronize,
        (None, _) if may(Verb::CheckConnection) => RowAction::Check,
        (None, _) => RowAction::None,
    };
    MemberRow {
        key: system.key.clone(),
        name: system.name.clone(),
        kind: registry::of_kind(&system.kind).map_or(system.kind.clone(), |kind| kind.title().to_owned()),
        production: system.production,
        group: row.group.clone(),
        status: present::row_badge(system, &busy),
        note,
        since: matches!(system.overall, Overall::Error | Overall::Warning).then_some(system.overall_since),
        last_attempt: system.last_attempt_at,
        last_success: system.last_success_at,
        next: present::next_run(system, &busy, viewer.now),
        recent: row.recent.iter().map(|(run, result)| (*run, present::tone(*result))).collect(),
        may_open_runs: may_open_runs(viewer, system.group_id),
        action,
    }
}

/// Why the status is bad and how far a run is, on one line.
fn reason(row: &Member, worst_child: Option<&System>, running: Option<String>) -> String {
    let system = &row.system;
    let badge = present::row_badge(system, &Busy::default()).word;
    let why = match (&row.code, row.errors) {
        (Some(code), _) => Some(catalogue::by_code(code).title.to_owned()),
        (None, 0) => None,
        (None, 1) => Some("1 error in the last run".to_owned()),
        (None, n) => Some(format!("{} errors in the last run", number(n))),
    };
    let has_failed = system.synchronization == Verdict::Error;
    let sources = present::sources(system, worst_child).into_iter().filter(|source| *source != badge);
    // The reason says more than that there is an error.
    let said = |source: &str| why.clone().filter(|_why| has_failed && source == Source::Synchronization.title());
    let mut parts: Vec<String> = sources.map(|source| said(source).unwrap_or_else(|| source.to_owned())).collect();
    parts.extend(running);
    if parts.is_empty() && system.last_attempt_at.is_none() {
        parts.push("No runs yet".to_owned());
    }
    parts.join(" · ")
}
