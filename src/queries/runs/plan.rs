//! The deletion plan of a run, and what became of it.

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::items::Action;
use crate::domain::paging::{Page, PageRequest, Start};
use crate::domain::run::{EndReason, RunResult, RunState};
use crate::ids::{RunNo, SystemKey};
use crate::store::plans::{self, Braked};
use crate::store::runs::{self, Run};
use crate::store::systems::{self, InReach, OfSystem, System};
use crate::store::{Db, Result, StoreError};

/// A plan with a page of its deletions.
#[derive(Debug)]
pub struct DeletionPlan {
    pub system: InReach<System>,
    pub plan: Braked,
    pub state: PlanState,
    /// Item keys, in the order of their bytes.
    pub deletions: Page<Vec<u8>, Vec<u8>>,
}

/// What has become of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanState {
    Open {
        expires: Stamp,
    },
    Confirmed {
        by: String,
        at: Stamp,
        /// The run that carries it out, if it is kept.
        run: Option<Carried>,
    },
    Expired {
        at: Stamp,
    },
    /// A later run has made another plan.
    Replaced {
        run: RunNo,
    },
    /// The settings of the system have changed since then.
    SettingsChanged,
    /// A later run completed without one.
    Outdated {
        run: RunNo,
    },
}

/// The run that carries out a confirmed plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    pub run: RunNo,
    pub state: RunState,
    pub result: Option<RunResult>,
    /// It made another plan and stopped as well.
    pub stopped: bool,
    /// How many items it has deleted.
    pub deleted: i64,
}

/// How many deletions a page has.
const PAGE: i64 = 100;

/// Reads the plan of a run, with a page of its deletions.
///
/// # Errors
/// [`StoreError::NotFound`] when the system is out of reach, or the run is not kept or has no plan.
pub fn deletion_plan(
    db: &mut Db,
    grant: &Grant<verbs::ConfirmDeletions>,
    (key, no): (&SystemKey, RunNo),
    start: Start<Vec<u8>>,
    (kept_since, now): (Stamp, Stamp),
) -> Result<DeletionPlan> {
    let system = systems::find(db, grant, key)?;
    let run = runs::find_kept(db, &system, no, kept_since)?;
    let plan = plans::braked(db, run.as_id())?.ok_or(StoreError::NotFound)?;
    let deletions = plans::page(db, run.as_id(), Action::Delete, &PageRequest::new(start, PAGE))?;
    let deletions = deletions.map(|steps| steps.into_iter().map(|step| step.key).collect());
    let state = state(db, &system, &run, &plan, now)?;
    Ok(DeletionPlan { system, plan, state, deletions })
}

/// What has become of a plan. A later confirmation of a plan with the same digest is one of this plan too.
fn state(db: &mut Db, system: &InReach<System>, of: &Run, plan: &Braked, now: Stamp) -> Result<PlanState> {
    let no = of.no;
    let run = runs::carried_out_by(db, system, no, &plan.digest)?;
    if plan.confirmed_at.is_some() || run.is_some() {
        let carried = run.as_ref().map(|run| carried(db, run)).transpose()?;
        let by = plan.confirmed_by.clone().or_else(|| run.as_ref().map(|run| run.principal.clone()));
        let at = plan.confirmed_at.or_else(|| run.as_ref().map(|run| run.queued_at));
        return Ok(PlanState::Confirmed { by: by.unwrap_or_default(), at: at.unwrap_or(now), run: carried });
    }
    if let Some(run) = runs::replaced_by(db, system, no, &plan.digest)? {
        return Ok(PlanState::Replaced { run });
    }
    if let Some(run) = runs::outdated_by(db, system, no)? {
        return Ok(PlanState::Outdated { run });
    }
    if plan.expires_at <= now {
        return Ok(PlanState::Expired { at: plan.expires_at });
    }
    if of.settings_version.is_some_and(|version| version != system.settings_version) {
        return Ok(PlanState::SettingsChanged);
    }
    Ok(PlanState::Open { expires: plan.expires_at })
}

fn carried(db: &mut Db, run: &OfSystem<Run>) -> Result<Carried> {
    Ok(Carried {
        run: run.no,
        state: run.state,
        result: run.result,
        stopped: run.end_reason == Some(EndReason::Brake),
        deleted: runs::deleted_by(db, run)?,
    })
}
