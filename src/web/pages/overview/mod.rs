//! The start page: which systems need somebody, why, since when, and what to do; how the last day was, and what comes next.

mod day;
mod shown;
mod side;
mod turns;
mod view;

pub use shown::OverviewView;
pub use view::view;

use actix_web::HttpResponse;
use chrono::{Days, NaiveTime};
use chrono_tz::Tz;

use super::systems::list::{member, status_counts};
use crate::access::{Verb, verbs};
use crate::clock::Stamp;
use crate::domain::hours::start_of_hour;
use crate::domain::status::Overall;
use crate::domain::typed_time::start_of;
use crate::queries::Db;
use crate::queries::overview::{Overview, OverviewTimes, overview};
use crate::queries::systems::ListedSystem;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::Nav;

/// What the page shows, and the hour with which today begins.
pub type Found = (Overview, Stamp);

/// Reads it.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let now = reading.now;
    let times = OverviewTimes {
        now,
        today: start_of_hour(start_of_day(now, reading.zone, 0)),
        yesterday: start_of_day(now, reading.zone, 1),
        kept_since: reading.app.kept_since(now),
    };
    let logs = reading.grant::<verbs::ReadLogs>().ok();
    Ok((overview(db, &reading.grant()?, logs.as_ref(), times)?, times.today))
}

/// The start of today, or of an earlier day, in the reader's zone.
fn start_of_day(now: Stamp, zone: Tz, days_ago: u64) -> Stamp {
    let today = now.to_utc().with_timezone(&zone).date_naive();
    let day = today.checked_sub_days(Days::new(days_ago)).unwrap_or(today);
    start_of(&day.and_time(NaiveTime::MIN).format("%Y-%m-%d").to_string(), zone).unwrap_or(now)
}

/// The overview.
pub async fn show(Loaded((found, today)): Loaded<Found>, viewer: Viewer) -> HttpResponse {
    let of = |overall: Overall| {
        let rows = found.worst.page.rows.iter().filter(move |row| row.member.system.overall == overall);
        rows.map(|row: &ListedSystem| member(&row.member, row.children.first().map(|child| &*child.system), &viewer))
            .collect()
    };
    let shown = OverviewView {
        counts: status_counts(&found.worst),
        errors: of(Overall::Error),
        warnings: of(Overall::Warning),
        may_create: viewer.may_anywhere(&[Verb::SpecifySystems]),
        reads_logs: viewer.may_anywhere(&[Verb::ReadLogs]),
        with_logs: found
            .days
            .iter()
            .map(|day| day.system.group_id)
            .filter(|group| viewer.may(&[Verb::ReadLogs], *group))
            .collect(),
        today,
        found,
    };
    response::page(view(&viewer.page_context(Some(Nav::Overview)), &shown))
}
