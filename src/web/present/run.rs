//! Runs as pages show them.

use std::time::Duration;

use super::system::obstacle;
use crate::clock::Stamp;
use crate::domain::phase::PhaseStart;
use crate::domain::run::{RunResult, RunState, Trigger};
use crate::domain::schedule::CATCH_UP_AFTER;
use crate::domain::status::Obstacle;
use crate::ids::RunNo;
use crate::queries::runs::{ListedRun, Run};
use crate::queries::systems::System;
use crate::web::ui::phases::{PhaseView, phase_views};
use crate::web::ui::run_row::RunRow;
use crate::web::ui::runs::{ErrorCause, Origin};

/// What started a run. `retries` is the number of the run that it retries, where known.
#[must_use]
pub fn origin(run: &Run, retries: Option<RunNo>) -> Origin {
    let person = match run.trigger {
        Trigger::Manual | Trigger::Confirmed => Some(run.principal.clone()),
        Trigger::Schedule | Trigger::Retry | Trigger::CatchUp => None,
    };
    Origin { trigger: run.trigger, person, attempt: i32::try_from(run.attempt).unwrap_or(i32::MAX), retries }
}

/// How long a run took, or takes so far.
#[must_use]
pub fn duration_of(run: &Run, now: Stamp) -> Option<Duration> {
    run.started_at.map(|started| run.ended_at.unwrap_or(now).since(started))
}

/// Whether a queued run should have been claimed by now. On hold nobody is alarmed.
#[must_use]
pub fn overdue(system: &System, run: &Run, now: Stamp) -> bool {
    let waits = run.state == RunState::Queued && system.hold_since.is_none();
    waits && now.since(run.not_before) > CATCH_UP_AFTER
}

/// What a queued run waits for, if it is more than its time or a free worker: `after run 16`.
#[must_use]
pub fn waits(system: &System, run: &Run, running: Option<RunNo>) -> Option<String> {
    match (run.state, obstacle(system), running) {
        (RunState::Running | RunState::Ended, _, _) | (RunState::Queued, Obstacle::None, None) => None,
        (RunState::Queued, Obstacle::OnHold, _) => Some("until the system is released".to_owned()),
        (RunState::Queued, Obstacle::Paused, _) => Some("until the connection is back".to_owned()),
        (RunState::Queued, Obstacle::None, Some(running)) => Some(format!("after run {running}")),
    }
}

/// What a run did, phase by phase.
#[must_use]
pub fn phases(run: &Run, starts: &[PhaseStart], now: Stamp) -> Vec<PhaseView> {
    let is_early = run.end_code.is_some() || run.result == Some(RunResult::Canceled);
    phase_views(starts, run.ended_at.map(|at| (at, is_early)), now)
}

/// A row of the table of runs.
#[must_use]
pub fn run_row(listed: &ListedRun, now: Stamp) -> RunRow {
    let ListedRun { run, totals, retries, error } = listed;
    RunRow {
        error: error.as_deref().map(ErrorCause::of),
        no: run.no,
        state: run.state,
        result: run.result,
        queued: run.queued_at,
        started: run.started_at,
        origin: origin(run, *retries),
        duration: duration_of(run, now),
        counts: totals.counts,
    }
}
