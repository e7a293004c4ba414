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
use crate::ids::{GroupId, RunNo, SystemKey};
use crate::queries::Db;
use crate::queries::logs::{
    BusinessLogs, RunListCursor, RunListFilter, RunListPage, RunListRow, RunListRows, business_logs,
};
use crate::sync::registry;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::{Badge, Choice, Nav, PageLinks, runs};
use crate::web::urls;
pub use crate::web::urls::LogsQuery;

/// The word of runs that have not ended, among the results.
const OPEN: &str = "open";

/// Where the page begins: `key.number` of a run, or `end`.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Cursor {
    after: Option<String>,
    before: Option<String>,
    /// Where a search continues: a time, in microseconds since 1970 UTC.
    back: Option<i64>,
}

/// What the page shows.
pub type Found = BusinessLogs<(&'static str, Wrong)>;

/// Reads the page.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (query, cursor): (LogsQuery, Cursor) = (reading.query()?, reading.query()?);
    let place = (&page(&cursor, query.is_narrow()), query.size.rows());
    let grant = reading.grant::<verbs::ReadLogs>()?;
    Ok(business_logs(db, &grant, |groups| filter(&reading.app, (reading.zone, reading.now), &query, groups), place)?)
}

/// The page.
pub async fn show(
    viewer: Viewer,
    query: Query<LogsQuery>,
    cursor: Query<Cursor>,
    Loaded(found): Loaded<Found>,
    app: Data<App>,
) -> HttpResponse {
    let query = query.into_inner();
    let page = page(&cursor, query.is_narrow());
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
        links: links(&query, &page, &found),
        codes: catalogue::all().map(|entry| Choice::new(entry.code, entry.title)).collect(),
        is_code_unknown: found.is_code_unknown,
        go_on: found.go_on.map(|time| (time, urls::logs(&query, Some(("back", &time.0.to_string()))))),
        rows: found.rows.iter().map(|row| to_view(row, &viewer)).collect(),
        wrong,
        query,
        is_continued: !matches!(page, RunListPage::Newest | RunListPage::Oldest),
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
fn page(cursor: &Cursor, searches: bool) -> RunListPage {
    let read = |word: &str| {
        let (key, no) = word.split_once('.')?;
        Some(RunListCursor { system: SystemKey::parse(key)?, no: RunNo(no.parse().ok()?) })
    };
    if let Some(time) = cursor.back {
        return RunListPage::Before(Stamp(time));
    }
    match (cursor.after.as_deref(), cursor.before.as_deref().filter(|_word| !searches)) {
        (_, Some("end")) => RunListPage::Oldest,
        (Some(word), _) => read(word).map_or(RunListPage::Newest, RunListPage::Older),
        (None, Some(word)) => read(word).map_or(RunListPage::Newest, RunListPage::Newer),
        (None, None) => RunListPage::Newest,
    }
}

fn links(query: &LogsQuery, page: &RunListPage, found: &RunListRows) -> PageLinks {
    let more = found.beyond.is_some();
    let (newer, older) = match page {
        RunListPage::Newest => (false, more),
        RunListPage::Older(_) | RunListPage::Before(_) => (true, more),
        RunListPage::Newer(_) => (more, true),
        RunListPage::Oldest => (more, false),
    };
    let at = |row: Option<&RunListRow>| row.map(|row| encode_cursor(&row.key, row.listed.run.no)).unwrap_or_default();
    let (first, last) = (at(found.rows.first()), at(found.rows.last()));
    let links = PageLinks {
        first: newer.then(|| urls::logs(query, None)),
        previous: (newer && !query.is_narrow()).then(|| urls::logs(query, Some(("before", &first)))),
        next: older.then(|| urls::logs(query, Some(("after", &last)))),
        last: (older && !query.is_narrow()).then(|| urls::logs(query, Some(("before", "end")))),
        sizes: Vec::new(),
    };
    // What the first row comes after; that stays, whatever the size.
    let above = match page {
        RunListPage::Newest => None,
        RunListPage::Older(place) => Some(("after", encode_cursor(&place.system, place.no))),
        RunListPage::Before(time) => Some(("back", time.0.to_string())),
        RunListPage::Newer(_) | RunListPage::Oldest => {
            found.beyond.as_ref().map(|place| ("after", encode_cursor(&place.system, place.no)))
        }
    };
    links.sized(found.rows.len(), query.size, |size| {
        let query = LogsQuery { size, ..query.clone() };
        urls::logs(&query, above.as_ref().map(|(name, place)| (*name, place.as_str())))
    })
}

/// A cursor as a query value.
fn encode_cursor(key: &SystemKey, no: RunNo) -> String {
    format!("{key}.{no}")
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
