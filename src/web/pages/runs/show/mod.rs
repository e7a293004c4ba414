//! A run: how it went, how far it is, and its log.

mod log;
mod view;

pub(in crate::web::pages::runs) use view::above;
pub use view::{Completeness, Log, RunView, SystemRef, view};

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use crate::access::Verb;
use crate::domain::run::RunState;
use crate::domain::status::Obstacle;
use crate::ids::{RunNo, SystemKey};
use crate::queries::Db;
use crate::queries::runs::{RunDetails, RunOverview, Totals, run_overview};
use crate::queries::systems::System;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::{Nav, Refresh};
use crate::web::urls;

pub use log::{LogQuery, stored_filter};

/// Reads a run. People who see the system see its header; the log needs log access.
///
/// # Errors
/// When the run is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<RunOverview, LoadError> {
    let (key, no): (SystemKey, RunNo) = reading.path()?;
    let query: LogQuery = reading.query()?;
    query.check()?;
    let (app, filter) = (&reading.app, query.filter());
    let asked = (app.words.as_ref(), &query.question(&filter, reading.zone));
    Ok(run_overview(db, (&reading.grant()?, &reading.actor), (&key, no), asked, app.kept(reading.now))?)
}

/// The page of a run.
pub async fn show(
    Loaded(found): Loaded<RunOverview>,
    viewer: Viewer,
    query: Query<LogQuery>,
    app: Data<App>,
) -> HttpResponse {
    let (system, run) = (&found.details.system, &found.details.run);
    let begins = run.not_before <= viewer.now && present::obstacle(system) == Obstacle::None;
    let open = run.state == RunState::Running || run.state == RunState::Queued && begins;
    let stop = urls::run_still(&system.key, run.no, &query.filter(), query.size);
    let refresh = (open && query.refreshes()).then_some(Refresh { seconds: SECONDS, stop });
    let shown = to_view(found, &viewer, &query, app.portal.message_days);
    response::refreshing(viewer.page_context(Some(Nav::Systems)), refresh, |context| view(context, &shown))
}

/// The interval of the page while the run has not ended, in seconds.
const SECONDS: u32 = 5;

fn to_view(found: RunOverview, viewer: &Viewer, query: &LogQuery, message_days: u32) -> RunView {
    let RunOverview { details, failure, share, log } = found;
    let log = log::to_view(log, &details, query, message_days);
    let RunDetails { system, run, totals, .. } = &details;
    let (group, is_live) = (system.group_id, system.deleted_at.is_none());
    RunView {
        no: run.no,
        state: run.state,
        result: run.result,
        end_reason: run.end_reason,
        failure: failure
            .as_ref()
            .map(|why| present::run_failure(why, viewer.may(&[Verb::SeeSettings], group).then_some(&**system))),
        origin: present::origin(run, details.retries),
        queued: run.queued_at,
        not_before: run.not_before,
        share,
        waits_for: present::waits(system, run, details.running).unwrap_or_default(),
        overdue: present::overdue(system, run, viewer.now),
        started: run.started_at,
        ended: run.ended_at,
        duration: present::duration_of(run, viewer.now),
        progress: (run.state == RunState::Running).then(|| totals.progress.clone()),
        unchanged: totals.progress.unchanged,
        counts: totals.counts,
        phases: present::phases(run, &totals.phases, viewer.now),
        completeness: completeness(totals),
        retried_by: details.retried_by,
        canceling: run.cancel_by.clone().filter(|_by| run.state != RunState::Ended),
        has_plan: details.has_plan && is_live && viewer.may(&[Verb::ConfirmDeletions], group),
        changed_replica: details.changed_replica.filter(|_| is_live && viewer.may(&[Verb::ReadLogs], group)),
        may_cancel: run.state != RunState::Ended && viewer.may(&[Verb::CancelRun], group),
        log,
        system: system_ref(system, viewer),
    }
}

/// The system of a run; its name is plain text where there is nothing more to see: for people who only read logs, and
/// once the system is deleted.
pub(super) fn system_ref(system: &System, viewer: &Viewer) -> SystemRef {
    SystemRef {
        key: system.key.clone(),
        name: system.name.clone(),
        may_open: system.deleted_at.is_none() && viewer.may(&[Verb::SeeSystems, Verb::SeeSettings], system.group_id),
    }
}

/// The three counts that the line below a log compares. While a run is in process, its worker reports what it emitted later
/// than messages are stored; what is stored was emitted.
fn completeness(totals: &Totals) -> Completeness {
    Completeness { emitted: totals.emitted.max(totals.stored), stored: totals.stored, cut: totals.cut }
}
