//! The end of a run: its result, and what follows for the system, in one transaction.

use std::time::Duration;

use diesel::prelude::*;

use super::claim::Claim;
use super::queue::{NewRun, Queued, try_queue};
use super::record::Run;
use crate::access::Principal;
use crate::clock::Stamp;
use crate::domain::cadence::{self, Cadence};
use crate::domain::run::{EndReason, RunResult, RunState, Stage, Trigger, result_of};
use crate::domain::status::EndedRun;
use crate::store::backend::db_now;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::runs;
use crate::store::systems::{self, InReach, OfSystem, RunEnd};

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It came to its end; the result follows from what was logged.
    Whole,
    Canceled,
    Error {
        reason: EndReason,
        code: String,
        stage: Option<Stage>,
    },
}

/// A retry that follows the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    pub after: Duration,
}

/// What follows an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    pub retry: Option<Retry>,
    /// When the connection is checked next: soon if it is to blame, later after a success.
    pub cadence: Cadence,
}

impl From<Option<Retry>> for FollowUp {
    fn from(retry: Option<Retry>) -> Self {
        Self { retry, cadence: Cadence::default() }
    }
}

/// Ends a run under its claim and lets the system's verdict follow; queues the retry.
///
/// # Errors
/// [`StoreError::Fenced`] when the run is somebody else's by now.
pub fn finish(db: &mut Db, claim: &Claim, ending: &Ending, sequel: impl Into<FollowUp>) -> Result<RunResult> {
    let now = db_now(db)?;
    let FollowUp { retry, cadence } = sequel.into();
    let totals = super::progress::totals_of(db, claim.run)?;
    // A worker that is gone may have stored more than it came to tell of.
    if totals.stored > totals.emitted {
        super::progress::count_emitted(db, claim, totals.stored - totals.emitted)?;
    }
    let (result, reason, code, stage) = match ending {
        Ending::Whole => match result_of(totals.counts) {
            RunResult::Error => (RunResult::Error, Some(EndReason::Failed), None, None),
            other => (other, None, None, None),
        },
        Ending::Canceled => (RunResult::Canceled, None, None, None),
        Ending::Error { reason, code, stage } => (RunResult::Error, Some(*reason), Some(code.clone()), *stage),
    };
    let used: Option<(Option<i64>, Stamp)> = diesel::update(
        runs::table
            .filter(runs::id.eq(claim.run))
            .filter(runs::state.eq(RunState::Running))
            .filter(runs::claim_no.eq(claim.number())),
    )
    .set((
        runs::state.eq(RunState::Ended),
        runs::lease_until.eq(None::<Stamp>),
        runs::ended_at.eq(now),
        runs::result.eq(result),
        runs::end_reason.eq(reason),
        runs::end_code.eq(code),
        runs::end_stage.eq(stage),
    ))
    .returning((runs::settings_version, runs::queued_at))
    .get_result(db)
    .optional()?;
    let (settings_version, queued_at) = used.ok_or(StoreError::Fenced)?;
    if result != RunResult::Canceled {
        super::comparison::keep(db, claim)?;
    }
    let held = systems::is_held(db, claim.system)?;
    // What is under way when a hold begins comes to its end, and plans nothing further.
    if let Some(retry) = retry.filter(|_retry| !held) {
        let due = NewRun {
            system: InReach::new(claim.system),
            lane: claim.lane.clone(),
            request_key: None,
            trigger: Trigger::Retry,
            principal: Principal::Schedule,
            attempt: claim.attempt + 1,
            retries_run: Some(claim.run),
            plan_digest: None,
            not_before: now.plus(retry.after),
        };
        match try_queue(db, &due, now)? {
            // A queued run is there already: it will do what the retry would have done.
            None | Some(Queued::New { .. } | Queued::Same { .. } | Queued::Already(_)) => {}
        }
    }
    let ended = EndedRun { result, attempt: claim.attempt, at: now };
    let check_at = cadence::extra_check(stage, cadence.extra_check, now, claim.system.seed());
    let progress_at = totals.progress.moved_at;
    let end = RunEnd { lane: &claim.lane, settings_version, check_at, progress_at, cadence: &cadence };
    systems::after_run(db, claim.system, ended, end)?;
    systems::count_run(db, claim.system, queued_at, result, now)?;
    Ok(result)
}

/// Ends a queued run that was canceled before anybody claimed it.
pub fn withdraw(db: &mut Db, run: &OfSystem<Run>, by: &Principal, now: Stamp) -> Result<bool> {
    let ended = diesel::update(runs::table.filter(runs::id.eq(run.id)).filter(runs::state.eq(RunState::Queued)))
        .set((
            runs::state.eq(RunState::Ended),
            runs::ended_at.eq(now),
            runs::result.eq(RunResult::Canceled),
            runs::cancel_at.eq(now),
            done_by!(by => runs::cancel_by_kind, runs::cancel_by_id, runs::cancel_by),
        ))
        .execute(db)?;
    if ended == 1 {
        systems::count_run(db, run.system_id, run.queued_at, RunResult::Canceled, now)?;
    }
    Ok(ended == 1)
}
