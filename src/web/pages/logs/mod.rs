//! Logs: the runs of all systems in reach, for people who may read their messages; those messages; and the connection
//! checks.

pub mod checks;
pub mod export;
mod filter;
pub mod messages;
mod sections;
mod view;

pub use filter::{FilterView, Wrong};
pub use view::{LogsView, RunOf, view};

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use self::filter::filter;
use crate::access::verbs;
use crate::queries::logs::{BusinessLogs, RunListCursor, RunListRow, business_logs};
use crate::queries::{Db, Page, PageRequest, Start};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::{Nav, PageLinks};
pub use crate::web::urls::LogsQuery;
use crate::web::urls::{self, Cursor};

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
    let shown = LogsView {
        links: links(&query, &found.page),
        is_code_unknown: found.is_code_unknown,
        go_on: found.page.continues.as_ref().and_then(|start| {
            let Start::After(RunListCursor::Time(time)) = start else { return None };
            Some((*time, urls::logs(&query, &Cursor::of(start))))
        }),
        rows: found.page.rows.iter().map(|row| to_view(row, &viewer)).collect(),
        sections: sections::of(&viewer, sections::Section::Runs),
        filter: FilterView::new(query, &groups, wrong),
        is_continued: cursor.is_within(),
        header_days: app.portal.header_days,
    };
    response::page(view(&viewer.page_context(Some(Nav::Logs)), &shown))
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
