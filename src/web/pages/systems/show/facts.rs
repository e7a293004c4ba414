//! From what is stored of a system to what its page says: what happens, the four times, and the tiles.

use std::time::Duration;

use super::super::check;
use super::super::stages::{CheckEnd, stage_rows};
use super::view::busy::{BusyView, Running};
use super::view::tiles::{ConnectionTile, Paused, QueueTile, Waiting};
use super::view::times::{Attempt, TimesView};
use super::{Shown, may_open_runs};
use crate::clock::Stamp;
use crate::domain::run::{RunState, Trigger};
use crate::domain::schedule::Schedule;
use crate::domain::status::{Connection, Obstacle};
use crate::queries::runs::{Run, Totals};
use crate::queries::systems::{Check, System};
use crate::web::extract::Viewer;
use crate::web::present;
use crate::web::ui::chart::RunBar;
use crate::web::ui::runs::retry_of_all;
use crate::web::ui::{Badge, Tone};
use crate::web::urls;

/// The run that is in process, or that waits for nothing but a worker.
pub(super) fn busy(loaded: &Shown, now: Stamp) -> Option<BusyView> {
    if !loaded.busy.is_at(loaded.system(), now) {
        return None;
    }
    let running = loaded.busy.running.as_ref().zip(loaded.progress());
    let run = running.map(|(run, _totals)| run).or(loaded.busy.queued.as_ref())?;
    let running = running.map(|(_run, totals)| Running { progress: totals.progress.clone() });
    Some(BusyView { run: run.no, running })
}

fn paused(system: &System) -> Option<Paused> {
    let since = system.paused_since?;
    Some(Paused { since, failing_since: system.connection_since.unwrap_or(since) })
}

/// The last check, if nothing is known of the connection that is newer.
fn newest(loaded: &Shown) -> Option<&Check> {
    loaded.overview.check.as_ref().filter(|check| check.ended_at == loaded.system().checked_at)
}

pub(super) fn connection(loaded: &Shown) -> ConnectionTile {
    let system = loaded.system();
    let tone = match system.connection {
        Connection::Error => Tone::Error,
        Connection::Ok => Tone::Ok,
        Connection::NotChecked => Tone::Neutral,
    };
    let failed = newest(loaded).filter(|check| check.ok == Some(false));
    let end = match (system.connection, failed) {
        (Connection::Ok, _) => Some(CheckEnd::Good),
        (Connection::Error, Some(check)) => Some(CheckEnd::Failed(check.stage, check.code.as_deref().unwrap_or(""))),
        (Connection::Error, None) | (Connection::NotChecked, _) => None,
    };
    let has = check::has(system, &loaded.overview.details.slots);
    ConnectionTile {
        status: Badge::new(tone, system.connection.title()),
        checking: loaded.overview.open_check.as_ref().map(|check| check.no),
        was_checked: system.checked_at.is_some(),
        since: system.connection_since,
        next_check: loaded.overview.details.watch.next_check,
        check: loaded.overview.check.as_ref().map(|check| check.no),
        failed_at: failed.and_then(|check| check.stage),
        stages: end.map(|end| stage_rows(end, &has)).unwrap_or_default(),
        recent: loaded.overview.connection_results.iter().map(|ok| if *ok { Tone::Ok } else { Tone::Error }).collect(),
        paused: paused(system),
    }
}

fn span(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

pub(super) fn times(loaded: &Shown, viewer: &Viewer) -> TimesView {
    let (system, watch) = (loaded.system(), &loaded.overview.details.watch);
    let begun = loaded.overview.begun.as_ref();
    // The system knows when it was, also when that run is not kept any more.
    let last_attempt = begun.and_then(|run| run.started_at).or(system.last_attempt_at).map(|at| Attempt {
        at,
        run: begun.map(|run| run.no),
        took: begun.and_then(|run| present::duration_of(run, viewer.now)),
        person: begun.and_then(|run| present::origin(run, None).person),
    });
    let waiting = loaded.busy.queued.as_ref().filter(|run| run.not_before > viewer.now);
    let (next_due, next_note) = match (present::obstacle(system), waiting, system.next_due) {
        (Obstacle::OnHold, _, _) => (None, "When released".to_owned()),
        (Obstacle::Paused, _, _) => (None, "When the connection is back".to_owned()),
        (Obstacle::None, Some(run), _) if run.trigger == Trigger::Retry => (Some(run.not_before), "retry".to_owned()),
        (Obstacle::None, _, Some(due)) => {
            (Some(due), system.schedule.parse::<Schedule>().map(|schedule| schedule.title()).unwrap_or_default())
        }
        (Obstacle::None, _, None) => (None, "No schedule".to_owned()),
    };
    TimesView {
        status: present::synchronization_badge(system, &loaded.busy),
        last_attempt,
        last_success: system.last_success_at,
        limit: watch.silent_at.map(|at| (at.since(watch.fresh_from), at)),
        silent_since: system.silent_since,
        last_progress: system.last_progress_at,
        checked_at: system.checked_at,
        check_took: newest(loaded).and_then(|check| check.duration_us).map(span),
        // A run that succeeded counts as a check, and may be newer than the last one.
        checked_by_run: system.checked_at.is_some() && system.checked_at == system.last_success_at,
        next_due,
        next_note,
    }
}

pub(super) fn queue(loaded: &Shown, viewer: &Viewer) -> QueueTile {
    let system = loaded.system();
    let behind = loaded.busy.running.as_ref().map(|run| run.no);
    let waiting = loaded.busy.queued.iter().map(|run| Waiting {
        run: run.no,
        what: match (run.trigger, present::waits(system, run, behind)) {
            (Trigger::Retry, None) => retry_of_all(run.attempt, system.max_attempts),
            (Trigger::Retry, Some(waits)) => format!("{}, {waits}", retry_of_all(run.attempt, system.max_attempts)),
            (_, Some(waits)) => waits,
            (Trigger::Manual | Trigger::Confirmed, None) => "manual".to_owned(),
            (Trigger::Schedule | Trigger::CatchUp, None) => "by schedule".to_owned(),
        },
        due: Some(run.not_before).filter(|_at| present::obstacle(system) == Obstacle::None),
        overdue: present::overdue(system, run, viewer.now),
    });
    QueueTile {
        waiting: waiting
            .filter(|_| loaded.busy.queued.as_ref().is_some_and(|run| run.state == RunState::Queued))
            .collect(),
        failures_in_row: system.failures_in_row,
        max_attempts: system.max_attempts,
    }
}

pub(super) fn bar((run, totals): &(Run, Totals), viewer: &Viewer, loaded: &Shown) -> RunBar {
    let system = loaded.system();
    RunBar {
        no: run.no,
        at: run.started_at.unwrap_or(run.queued_at),
        href: may_open_runs(viewer, system.group_id).then(|| urls::run(&system.key, run.no)),
        state: run.state,
        result: run.result,
        duration: present::duration_of(run, viewer.now),
        counts: totals.counts,
    }
}
