//! A run: how it went, how far it is, and its log.

mod log;
mod view;

pub(in crate::web::pages::runs) use view::above;
pub use view::{Completeness, Log, RunView, SystemRef, view};

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use crate::access::{Grant, Template, Verb, verbs};
use crate::clock::Stamp;
use crate::domain::house_note::HouseNote;
use crate::domain::run::{RunResult, RunState};
use crate::domain::status::Obstacle;
use crate::ids::{RunNo, SystemKey};
use crate::store::messages::FirstError;
use crate::store::runs::{self, Run, Totals};
use crate::store::systems::{self, System};
use crate::store::{Db, house_notes, messages, plans, replica};
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::pages::runs::is_expired;
use crate::web::present::{self, Busy};
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::{Nav, Refresh};
use crate::web::urls;

pub use log::{LogQuery, stored_filter};

/// The page of a run. Whoever sees the system sees its header; the log needs log access.
///
/// # Errors
/// When the run is out of reach or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::SeeRun>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    query: Query<LogQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let (key, no) = path.into_inner();
    let query = query.into_inner();
    query.check()?;
    let (refresh, filter, size) = (query.refreshes(), query.filter(), query.size);
    let (reader, portal) = (viewer.clone(), app.clone());
    let kept_since = app.kept_since(viewer.now);
    let (found, log) = app
        .store
        .read(move |db| {
            let found = load(db, &grant, &key, (no, kept_since), |run| is_expired(&portal, run, reader.now))?;
            let run = (&found.system, &found.run, found.totals.counts);
            let log = log::load(db, &portal, &reader, run, &query)?;
            Ok((found, log))
        })
        .await?;
    let begins = found.run.not_before <= viewer.now && present::obstacle(&found.system) == Obstacle::None;
    let open = found.run.state == RunState::Running || found.run.state == RunState::Queued && begins;
    let stop = urls::run_still(&found.system.key, found.run.no, &filter, size);
    let refresh = (open && refresh).then_some(Refresh { seconds: SECONDS, stop });
    let shown = told(&found, &viewer, log);
    Ok(response::refreshing(viewer.shell(Some(Nav::Systems)), refresh, |shell| view(shell, &shown)))
}

/// The interval of the page while the run has not ended, in seconds.
const SECONDS: u32 = 5;

struct Loaded {
    system: System,
    run: Run,
    totals: Totals,
    retries: Option<RunNo>,
    retried_by: Option<RunNo>,
    failure: Option<FirstError>,
    note: Option<HouseNote>,
    running: Option<RunNo>,
    share: Option<i64>,
    has_plan: bool,
    changed_replica: Option<bool>,
}

fn load(
    db: &mut Db,
    grant: &Grant<verbs::SeeRun>,
    key: &SystemKey,
    (no, kept_since): (RunNo, Stamp),
    expired: impl Fn(&Run) -> bool,
) -> crate::store::Result<Loaded> {
    let system = systems::find_with_runs(db, grant, key)?;
    let (run, totals) = runs::find_kept(db, system.id, no, kept_since)?;
    let retries = run.retries_run.map(|id| runs::number_of(db, id, kept_since)).transpose()?.flatten();
    let failed = run.result == Some(RunResult::Error);
    let retried_by = if failed { runs::retry_of(db, system.id, run.id)? } else { None };
    let failure = if failed && !expired(&run) { messages::first_error(db, run.id)? } else { None };
    let code = run.end_code.as_ref().or(failure.as_ref().map(|error| &error.code));
    let note = code.filter(|_code| failed).map(|code| house_notes::find(db, code)).transpose()?.flatten();
    let running = if run.state == RunState::Queued {
        Busy::of(&runs::open_runs(db, system.id)?).running.map(|run| run.no)
    } else {
        None
    };
    let share = if run.state == RunState::Queued { runs::share_in_use(db, system.group_id)? } else { None };
    let has_plan = failed && plans::braked(db, run.id)?.is_some();
    let changed_replica =
        if run.state == RunState::Ended { replica::has_changed(db, system.id, run.id)? } else { None };
    Ok(Loaded { system, run, totals, retries, retried_by, failure, note, running, share, has_plan, changed_replica })
}

fn told(found: &Loaded, viewer: &Viewer, log: Log) -> RunView {
    let (run, totals) = (&found.run, &found.totals);
    let group = found.system.group_id;
    let code = run.end_code.clone().or_else(|| found.failure.as_ref().map(|error| error.code.clone()));
    let failure = code.filter(|_code| run.result == Some(RunResult::Error)).map(|code| {
        // Arguments and the peer's words are the log's.
        let reads_logs = viewer.may(&[Verb::ReadLogs], group);
        let same = found.failure.as_ref().filter(|error| reads_logs && error.code == code);
        let args = same.map(|error| error.args.clone()).unwrap_or_default();
        present::failure(
            (&code, found.note.as_ref()),
            run.end_stage,
            &args,
            same.and_then(|error| error.foreign_text.clone()),
        )
    });
    RunView {
        no: run.no,
        state: run.state,
        result: run.result,
        end_reason: run.end_reason,
        failure,
        origin: present::origin(run, found.retries),
        queued: run.queued_at,
        not_before: run.not_before,
        share: found.share,
        waits_for: present::waits(&found.system, run, found.running).unwrap_or_default(),
        overdue: present::overdue(&found.system, run, viewer.now),
        started: run.started_at,
        ended: run.ended_at,
        duration: present::duration_of(run, viewer.now),
        progress: (run.state == RunState::Running).then(|| present::progress(totals)),
        unchanged: totals.unchanged,
        counts: totals.counts,
        completeness: present::completeness(totals),
        retried_by: found.retried_by,
        canceling: run.cancel_by.clone().filter(|_by| run.state != RunState::Ended),
        has_plan: found.has_plan && found.system.deleted_at.is_none() && viewer.may(&[Verb::ConfirmDeletions], group),
        changed_replica: found
            .changed_replica
            .filter(|_| found.system.deleted_at.is_none() && viewer.may(&[Verb::ReadLogs], group)),
        may_cancel: run.state != RunState::Ended && viewer.may(&[Verb::CancelRun], group),
        log,
        system: system_ref(&found.system, viewer),
    }
}

/// The system of a run; its name is plain text where there is nothing more to see: for those who only read logs, and
/// once the system is deleted.
pub(super) fn system_ref(system: &System, viewer: &Viewer) -> SystemRef {
    SystemRef {
        key: system.key.clone(),
        name: system.name.clone(),
        may_open: system.deleted_at.is_none() && viewer.may(&[Verb::SeeSystems, Verb::SeeSettings], system.group_id),
    }
}

/// The template to ask for, for whoever may not read logs.
fn missing() -> Log {
    Log::Missing(Template::to_ask_for(Verb::ReadLogs).as_str())
}
