//! What became of a deletion plan, as later runs tell.

use diesel::prelude::*;

use super::record::Run;
use crate::domain::message::{Category, Operation};
use crate::domain::run::{RunResult, Trigger};
use crate::ids::RunNo;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{braked_plans, run_counts, runs};
use crate::store::systems::{InReach, OfSystem, System};

/// The first run after `no` that carries out a confirmed plan with this digest.
pub fn carried_out_by(db: &mut Db, system: &InReach<System>, no: RunNo, digest: &str) -> Result<Option<OfSystem<Run>>> {
    let found = runs::table
        .filter(runs::system_id.eq(system.id))
        .filter(runs::no.gt(no))
        .filter(runs::trigger.eq(Trigger::Confirmed))
        .filter(runs::plan_digest.eq(digest))
        .order(runs::no)
        .select(Run::as_select())
        .first(db)
        .optional()?;
    Ok(found.map(OfSystem::new))
}

/// The newest run after `no` that has made another plan than this one.
pub fn replaced_by(db: &mut Db, system: &InReach<System>, no: RunNo, digest: &str) -> Result<Option<RunNo>> {
    let newest: Option<(RunNo, String)> = runs::table
        .inner_join(braked_plans::table.on(braked_plans::run_id.eq(runs::id)))
        .filter(runs::system_id.eq(system.id))
        .filter(runs::no.gt(no))
        .order(runs::no.desc())
        .select((runs::no, braked_plans::digest))
        .first(db)
        .optional()?;
    Ok(newest.filter(|(_no, other)| other != digest).map(|(no, _)| no))
}

/// The newest run after `no` that completed: it found nothing to stop for.
pub fn outdated_by(db: &mut Db, system: &InReach<System>, no: RunNo) -> Result<Option<RunNo>> {
    Ok(runs::table
        .filter(runs::system_id.eq(system.id))
        .filter(runs::no.gt(no))
        .filter(runs::result.eq_any([RunResult::Completed, RunResult::CompletedWithWarnings]))
        .order(runs::no.desc())
        .select(runs::no)
        .first(db)
        .optional()?)
}

/// How many items a run has deleted.
pub fn deleted_by(db: &mut Db, run: &OfSystem<Run>) -> Result<i64> {
    let counts: Vec<i64> = run_counts::table
        .filter(run_counts::run_id.eq(run.id))
        .filter(run_counts::category.eq(Category::Success))
        .filter(run_counts::operation.eq(Operation::Delete))
        .select(run_counts::n)
        .load(db)?;
    Ok(counts.into_iter().sum())
}
