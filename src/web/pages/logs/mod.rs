//! Logs: the runs of all systems in reach, for people who may read their messages.

pub mod export;
mod view;

pub use view::{LogsView, RunOf, view};

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use crate::access::verbs;
use crate::clock::Stamp;
use crate::domain::catalogue::{self, canonical};
use crate::domain::message::Category;
use crate::domain::run::{RunResult, RunState, Trigger};
use crate::domain::typed_time::{end_of, start_of};
use crate::ids::GroupId;
use crate::queries::logs::{BusinessLogs, RunListCursor, RunListFilter, RunListRow, business_logs};
use crate::queries::{Db, Page, PageRequest, Start};
use crate::sync::registry;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::{Badge, Choice, Nav, PageLinks, runs};
pub use crate::web::urls::LogsQuery;
use crate::web::urls::{self, Cursor};

/// The word of runs that have not ended, among the results.
const OPEN: &str = "open";

/// What the page shows.
pub type Found = BusinessLogs<(&'static str, Wrong)>;

/// Reads the page.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (query, cursor): (LogsQuery, Cursor) = (reading.query()?, reading.query()?);
    let request = PageRequest::new(start(&cursor, query.is_narrow()), query.size.rows());
    let grant = reading.grant::<verbs::ReadLogs>()?;
    Ok(business_logs(db, &grant, |groups| filter(&reading.app, (reading.zone, reading.now), &query, groups), &request)?)
}

/// The page.
pub async fn show(
    Loaded(found): Loaded<Found>,
    viewer: Viewer,
    query: Query<LogsQuery>,
    cursor: Query<Cursor>,
    app: Data<App>,
) -> HttpResponse {
    let query = query.into_inner();
    let BusinessLogs { groups, wrong, found } = found;
    let mut results: Vec<Choice> = RunResult::ALL
        .iter()
        .map(|result| Choice::new(result.as_str(), Badge::of_run(RunState::Ended, Some(*result)).word))
        .collect();
    results.push(Choice::new(OPEN, "Not ended"));
    let shown = LogsView {
        groups: groups.iter().map(|(_id, name)| Choice::new(name, name)).collect(),
        kinds: registry::all().iter().map(|kind| Choice::new(kind.kind(), kind.title())).collect(),
        results,
        categories: Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.title())).collect(),
        triggers: Trigger::ALL.iter().map(|one| Choice::new(one.as_str(), runs::trigger(*one))).collect(),
        links: links(&query, &found.page),
        codes: catalogue::all().map(|entry| Choice::new(entry.code, entry.title)).collect(),
        is_code_unknown: found.is_code_unknown,
        go_on: found.page.continues.as_ref().and_then(|start| {
            let Start::After(RunListCursor::Time(time)) = start else { return None };
            Some((*time, urls::logs(&query, &Cursor::of(start))))
        }),
        rows: found.page.rows.iter().map(|row| to_view(row, &viewer)).collect(),
        wrong,
        query,
        is_continued: cursor.is_within(),
        header_days: app.portal.header_days,
    };
    response::page(view(&viewer.page_context(Some(Nav::Logs)), &shown))
}

/// What is wrong with a field of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No day, minute or second.
    Time,
    /// A time before the one in From.
    BeforeFrom,
    /// A word that is not offered.
    Word,
}

/// The query as the store's filter, and the fields that make no sense.
pub(super) fn filter(
    app: &App,
    (zone, now): (chrono_tz::Tz, Stamp),
    query: &LogsQuery,
    groups: &[(GroupId, String)],
) -> (RunListFilter, Vec<(&'static str, Wrong)>) {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut wrong = Vec::new();
    let mut time = |name, text: &str, parse: fn(&str, chrono_tz::Tz) -> Option<Stamp>| {
        let text = given(text)?;
        let at = parse(&text, zone);
        if at.is_none() {
            wrong.push((name, Wrong::Time));
        }
        at
    };
    let (from, to) = (time("from", &query.from, start_of), time("to", &query.to, end_of));
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        wrong.push(("to", Wrong::BeforeFrom));
    }
    let words = [
        ("result", &query.result, query.result == OPEN || RunResult::parse(&query.result).is_some()),
        ("category", &query.category, Category::parse(&query.category).is_some()),
        ("trigger", &query.trigger, Trigger::parse(&query.trigger).is_some()),
    ];
    let unknown = words.iter().filter(|(_name, word, is_known)| !word.is_empty() && !is_known);
    wrong.extend(unknown.map(|(name, _word, _is_known)| (*name, Wrong::Word)));
    let filter = RunListFilter {
        system: given(&query.system),
        // A group out of reach finds nothing, like one that there is not.
        group: given(&query.group)
            .map(|name| groups.iter().find(|(_id, known)| *known == name).map_or(GroupId(0), |(id, _name)| *id)),
        kind: given(&query.kind),
        result: RunResult::parse(&query.result),
        open: query.result == OPEN,
        category: Category::parse(&query.category),
        code: given(canonical(&query.code)),
        trigger: Trigger::parse(&query.trigger),
        person: given(&query.person),
        from,
        to,
        kept_since: Some(app.kept_since(now)),
    };
    (filter, wrong)
}

/// A search goes back in time only: each of its pages examines a limited number of runs.
fn start(cursor: &Cursor, searches: bool) -> Start<RunListCursor> {
    match cursor.start() {
        Start::Before(_) | Start::Last if searches => Start::First,
        start => start,
    }
}

fn links(query: &LogsQuery, page: &Page<RunListRow, RunListCursor>) -> PageLinks {
    let links =
        PageLinks::sized(page, query.size, |size, cursor| urls::logs(&LogsQuery { size, ..query.clone() }, cursor));
    if query.is_narrow() { links.onwards() } else { links }
}

fn to_view(row: &RunListRow, viewer: &Viewer) -> RunOf {
    RunOf {
        key: row.key.clone(),
        system: row.name.clone(),
        group: row.group.clone(),
        deleted: row.deleted,
        run: present::run_row(&row.listed, viewer.now),
    }
}
