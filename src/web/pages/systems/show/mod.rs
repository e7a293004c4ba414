//! One system: what it is, how it is, and its runs.

mod view;

pub use view::{Hold, LastFailure, May, RunRow, SystemView, view};
pub(in crate::web::pages) use view::{RUN_COLUMNS, run_cells};
pub(super) use view::{facts, moment, run_link};

use std::collections::HashMap;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use super::tiles::{Attempt, ConnectionTile, Paused, QueueTile, Running, SynchronizationTile, Waiting};
use crate::access::{Grant, Permission, Template, Verb, verbs};
use crate::clock::Stamp;
use crate::domain::house_note::HouseNote;
use crate::domain::run::{RunResult, RunState, Trigger};
use crate::domain::schedule::Schedule;
use crate::domain::status::Connection;
use crate::ids::{CheckNo, GroupId, RunId, RunNo, SystemKey};
use crate::store::checks::{self, Check};
use crate::store::runs::{self, Run, RunPlace, Totals};
use crate::store::systems::{self, System, Watch};
use crate::store::{Db, credentials, house_notes, plans, replica};
use crate::sync::registry;
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::pages::runs::is_expired;
use crate::web::present::{self, Busy};
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::runs::{LogAccess, retry_of_all};
use crate::web::ui::{Badge, Nav, PageLinks, Refresh, Tone};
use crate::web::urls::{self, PageSize};

/// How many checks the strip draws.
const STRIP: i64 = 22;

/// Which runs: `before` a number, `after` a number, or `after=0` for the oldest.
#[derive(Debug, Default, serde::Deserialize)]
pub struct RunsQuery {
    before: Option<i64>,
    after: Option<i64>,
    /// `off`: the page does not load itself again.
    refresh: Option<String>,
    /// The connection check that follows a save: its page comes first.
    check: Option<i64>,
    #[serde(default, rename = "rows")]
    size: PageSize<25>,
}

/// The interval of the page while a run or a check is in process, in seconds.
const SECONDS: u32 = 5;

/// The page of a system.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    path: Path<SystemKey>,
    query: Query<RunsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let key = path.into_inner();
    let wanted = query.refresh.as_deref() != Some("off");
    if let Some(no) = query.check {
        return super::check::answer(grant, &viewer, key, CheckNo(no), wanted, &app).await;
    }
    let place = match (query.before, query.after) {
        (Some(no), _) => RunPlace::Before(RunNo(no)),
        (None, Some(0)) => RunPlace::Oldest,
        (None, Some(no)) => RunPlace::After(RunNo(no)),
        (None, None) => RunPlace::Newest,
    };
    let (portal, now, size) = (app.clone(), viewer.now, query.size);
    let kept_since = app.kept_since(now);
    let loaded = app
        .store
        .read(move |db| load(db, &grant, &key, (place, size, kept_since, now), |run| is_expired(&portal, run, now)))
        .await?;
    let moves = loaded.busy.is_at(&loaded.system, viewer.now) || loaded.open_check.is_some();
    let stop = urls::runs(&loaded.system.key, size, [("refresh", "off")]);
    let refresh = (wanted && moves).then_some(Refresh { seconds: SECONDS, stop });
    let shown = told(&loaded, &viewer, &app);
    Ok(response::refreshing(viewer.shell(Some(Nav::Systems)), refresh, |shell| view(shell, &shown)))
}

struct Loaded {
    system: System,
    group: String,
    busy: Busy,
    progress: Option<Totals>,
    runs: Vec<(Run, Totals)>,
    size: PageSize<25>,
    numbers: HashMap<RunId, RunNo>,
    /// For each of `runs`: the code of the error that it ended in.
    errors: Vec<Option<String>>,
    links: (bool, bool),
    /// The run that the verdict comes from.
    last: Option<(Run, Totals)>,
    begun: Option<Run>,
    failure: Option<crate::store::messages::FirstError>,
    note: Option<HouseNote>,
    plan_waits: bool,
    /// The last one that ended, and the one that has not.
    check: Option<Check>,
    open_check: Option<Check>,
    checks: Vec<(bool, Stamp)>,
    watch: Watch,
    has_replica: bool,
    exposed: Vec<String>,
}

fn load(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    key: &SystemKey,
    (place, size, kept_since, now): (RunPlace, PageSize<25>, Stamp, Stamp),
    expired: impl Fn(&Run) -> bool,
) -> crate::store::Result<Loaded> {
    let (system, group) = systems::find(db, grant, key)?;
    let id = system.id;
    let busy = Busy::of(&runs::open_runs(db, id)?);
    let progress = busy.running.as_ref().map(|run| runs::progress(db, run.id)).transpose()?;
    let (listed, more) = runs::list(db, id, place, kept_since, size.rows())?;
    let newest = listed.first().is_none_or(|(run, _)| run.no.0 >= runs::last_number(db, id).unwrap_or(0));
    let oldest = listed.last().is_none_or(|(run, _)| run.no.0 <= 1);
    let links = match place {
        RunPlace::Newest => (false, more),
        RunPlace::Before(_) => (!newest, more),
        RunPlace::After(_) => (more, !oldest),
        RunPlace::Oldest => (more, false),
    };
    let mut numbers = HashMap::new();
    for (run, _totals) in &listed {
        if let Some(retried) = run.retries_run
            && let Some(no) = runs::number_of(db, retried, kept_since)?
        {
            numbers.insert(retried, no);
        }
    }
    let errors = runs::errors_of(db, &listed)?;
    let last = runs::last_result(db, id, kept_since)?;
    let begun = runs::last_begun(db, id, kept_since)?;
    let failed = last.as_ref().filter(|(run, _)| run.result == Some(RunResult::Error));
    let told = failed.filter(|(run, _)| !expired(run));
    let failure = told.map(|(run, _)| crate::store::messages::first_error(db, run.id)).transpose()?.flatten();
    let code = failed.and_then(|(run, _)| run.end_code.as_ref().or(failure.as_ref().map(|error| &error.code)));
    let note = code.map(|code| house_notes::find(db, code)).transpose()?.flatten();
    let plan_waits = match failed {
        Some((run, _)) => plans::awaits_confirmation(db, run.id, now)?,
        None => false,
    };
    let has_replica = replica::is_published(db, id)?;
    let exposed = super::check::exposed(&system, &credentials::slots(db, id)?);
    let check = checks::last(db, id)?;
    let open_check = checks::open(db, id)?;
    let checks = checks::recent(db, id, STRIP)?;
    let watch = systems::watch(db, id)?;
    Ok(Loaded {
        system,
        group,
        busy,
        progress,
        runs: listed,
        size,
        numbers,
        errors,
        links,
        last,
        begun,
        failure,
        note,
        plan_waits,
        check,
        open_check,
        checks,
        watch,
        has_replica,
        exposed,
    })
}

fn told(loaded: &Loaded, viewer: &Viewer, app: &App) -> SystemView {
    let system = &loaded.system;
    let may = |verb: Verb| viewer.may(&[verb], system.group_id);
    let held = system.hold_since.is_some();
    SystemView {
        key: system.key.clone(),
        name: system.name.clone(),
        kind: registry::of_kind(&system.kind).map_or(system.kind.clone(), |kind| kind.title().to_owned()),
        production: system.production,
        group: loaded.group.clone(),
        overall: present::overall(system),
        exposed: loaded.exposed.clone(),
        sources: present::sources(system),
        hold: hold_of(system),
        last_failure: last_failure(loaded, &may),
        connection: connection(loaded),
        synchronization: synchronization(loaded, viewer),
        queue: queue(loaded, viewer),
        runs: loaded
            .runs
            .iter()
            .zip(&loaded.errors)
            .map(|((run, totals), error)| {
                let retries = run.retries_run.and_then(|id| loaded.numbers.get(&id).copied());
                present::run_row(run, totals, retries, error.as_deref(), viewer.now)
            })
            .collect(),
        links: links(loaded),
        log: if may(Verb::ReadLogs) {
            LogAccess::Granted
        } else {
            LogAccess::Missing(Template::to_ask_for(Verb::ReadLogs).as_str())
        },
        messages_days: app.portal.message_days,
        headers_days: app.portal.header_days,
        settings: if may(Verb::SeeSettings) { present::settings(system) } else { Vec::new() },
        may: May {
            open_runs: may_open_runs(viewer, system.group_id),
            synchronize: may(Verb::RequestRun) && !held && system.paused_since.is_none(),
            check: may(Verb::CheckConnection),
            hold: may(Verb::HoldSystem),
            edit: may(Verb::SpecifySystems),
            delete: may(Verb::SpecifySystems),
            see_replica: loaded.has_replica && may(Verb::ReadLogs),
        },
    }
}

/// The hold that a system is on, if any.
pub(super) fn hold_of(system: &System) -> Option<Hold> {
    system.hold_since.map(|since| Hold {
        reason: system.hold_reason.clone().unwrap_or_default(),
        since,
        by: system.hold_by.clone().unwrap_or_default(),
    })
}

/// Whether the reader may open the pages of a group's runs: whoever only specifies systems may not.
pub(super) fn may_open_runs(viewer: &Viewer, group: GroupId) -> bool {
    viewer.may(verbs::SeeRun::ANY_OF, group)
}

/// Arguments and the peer's words are the log's: without log access, the code alone is told.
fn last_failure(loaded: &Loaded, may: &impl Fn(Verb) -> bool) -> Option<LastFailure> {
    let (run, totals) = loaded.last.as_ref().filter(|(run, _)| run.result == Some(RunResult::Error))?;
    let first = loaded.failure.as_ref();
    let code = run.end_code.clone().or_else(|| first.map(|error| error.code.clone()))?;
    let told = first.filter(|error| may(Verb::ReadLogs) && error.code == code);
    let args = told.map(|error| error.args.clone()).unwrap_or_default();
    let foreign = told.and_then(|error| error.foreign_text.clone());
    let retry = loaded.busy.queued.as_ref().filter(|queued| queued.trigger == Trigger::Retry);
    Some(LastFailure {
        run: run.no,
        at: run.ended_at.unwrap_or(run.queued_at),
        failure: present::failure((&code, loaded.note.as_ref()), run.end_stage, &args, foreign),
        retry_at: retry.map(|queued| queued.not_before),
        errors: totals.counts.error,
        has_plan: loaded.plan_waits && may(Verb::ConfirmDeletions),
    })
}

fn paused(system: &System) -> Option<Paused> {
    let since = system.paused_since?;
    Some(Paused { since, failing_since: system.connection_since.unwrap_or(since) })
}

fn connection(loaded: &Loaded) -> ConnectionTile {
    let (system, check) = (&loaded.system, loaded.check.as_ref());
    let tone = match system.connection {
        Connection::Error => Tone::Error,
        Connection::Ok => Tone::Ok,
        Connection::NotChecked => Tone::Neutral,
    };
    // A run that succeeded counts as a check, and may be newer than the last one.
    let by_check = check.filter(|check| check.ended_at == system.checked_at);
    ConnectionTile {
        status: Badge::new(tone, system.connection.title()),
        checking: loaded.open_check.as_ref().map(|check| check.no),
        checked_at: system.checked_at,
        took: by_check.and_then(|check| check.duration_us).map(span),
        by_run: system.checked_at.is_some() && system.checked_at == system.last_success_at,
        since: system.connection_since,
        next_check: loaded.watch.next_check,
        check: check.map(|check| check.no),
        failed_at: by_check.filter(|check| check.ok == Some(false)).and_then(|check| check.stage),
        recent: loaded.checks.iter().map(|(ok, _at)| if *ok { Tone::Ok } else { Tone::Error }).collect(),
        paused: paused(system),
    }
}

fn span(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

fn synchronization(loaded: &Loaded, viewer: &Viewer) -> SynchronizationTile {
    let system = &loaded.system;
    let begun = loaded.begun.as_ref();
    // The system knows when it was, also when that run is not kept any more.
    let last_attempt = begun.and_then(|run| run.started_at).or(system.last_attempt_at).map(|at| Attempt {
        at,
        run: begun.map(|run| run.no),
        took: begun.and_then(|run| present::duration_of(run, viewer.now)),
        person: begun.and_then(|run| present::origin(run, None).person),
    });
    let moved = loaded.progress.as_ref().and_then(|totals| totals.moved_at);
    let waiting = loaded.busy.queued.as_ref().filter(|run| run.not_before > viewer.now);
    let obstacle = system.hold_since.map(|_| "on hold").or(system.paused_since.map(|_| "when the connection is back"));
    let (next_due, next_note) = match (waiting, system.next_due, obstacle) {
        (_, _, Some(why)) => (None, why.to_owned()),
        (Some(run), _, None) if run.trigger == Trigger::Retry => (Some(run.not_before), "retry".to_owned()),
        (_, Some(due), None) => {
            (Some(due), system.schedule.parse::<Schedule>().map(|schedule| schedule.title()).unwrap_or_default())
        }
        (_, None, None) => (None, "no schedule".to_owned()),
    };
    SynchronizationTile {
        status: present::shown(system, &loaded.busy),
        paused: paused(system),
        silent_since: system.silent_since,
        silent_at: loaded.watch.silent_at.filter(|_at| system.silent_since.is_none()),
        last_attempt,
        last_success: system.last_success_at,
        last_progress: moved.or(system.last_progress_at),
        next_due,
        next_note,
        running: loaded
            .busy
            .running
            .as_ref()
            .zip(loaded.progress.as_ref())
            .map(|(run, totals)| Running { run: run.no, progress: present::progress(totals) }),
    }
}

fn queue(loaded: &Loaded, viewer: &Viewer) -> QueueTile {
    let behind = loaded.busy.running.as_ref().map(|run| run.no);
    let waiting = loaded.busy.queued.iter().map(|run| Waiting {
        run: run.no,
        what: match (run.trigger, present::waits(&loaded.system, run, behind)) {
            (Trigger::Retry, _) => retry_of_all(run.attempt, loaded.system.max_attempts),
            (_, Some(waits)) => waits,
            (Trigger::Manual | Trigger::Confirmed, None) => "by hand".to_owned(),
            (Trigger::Schedule | Trigger::CatchUp, None) => "by schedule".to_owned(),
        },
        not_before: run.not_before,
        overdue: present::overdue(&loaded.system, run, viewer.now),
    });
    QueueTile {
        waiting: waiting
            .filter(|_| loaded.busy.queued.as_ref().is_some_and(|run| run.state == RunState::Queued))
            .collect(),
        paused: paused(&loaded.system),
        failures_in_row: loaded.system.failures_in_row,
        max_attempts: loaded.system.max_attempts,
    }
}

fn links(loaded: &Loaded) -> PageLinks {
    let (key, size) = (&loaded.system.key, loaded.size);
    let (newer, older) = loaded.links;
    let no = |run: Option<&(Run, Totals)>| run.map(|(run, _)| run.no.0);
    let at = |name: &'static str, no: i64| urls::runs(key, size, [(name, no.to_string().as_str())]);
    let first = no(loaded.runs.first()).filter(|_| newer);
    let links = PageLinks {
        first: newer.then(|| urls::runs(key, size, None)),
        previous: first.map(|no| at("after", no)),
        next: no(loaded.runs.last()).filter(|_| older).map(|no| at("before", no)),
        last: older.then(|| at("after", 0)),
        sizes: Vec::new(),
    };
    // The first run stays, whatever the size.
    let below = first.map(|no| no.saturating_add(1).to_string());
    links.sized(loaded.runs.len(), size, |size| urls::runs(key, size, below.as_deref().map(|no| ("before", no))))
}
