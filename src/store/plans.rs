//! Spooled plans, and those that wait for a person.

use std::time::Duration;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::backend::{db_now, insert_rows};
use super::connection::Db;
use super::error::Result;
use super::runs::{Claim, Run};
use super::schema::{braked_plans, plan_steps, run_counts, runs};
use super::systems::{InReach, System};
use crate::access::{Grant, Internal, verbs};
use crate::clock::Stamp;
use crate::domain::brake::BrakeReason;
use crate::domain::message::{Category, Operation};
use crate::domain::run::{RunResult, RunState, Trigger};
use crate::ids::{RunId, RunNo};

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = plan_steps)]
struct PlanRow {
    run_id: i64,
    action: String,
    item_key: Vec<u8>,
    detail: String,
}

/// Key and detail of a step.
pub type KeyDetail = (Vec<u8>, String);

/// Adds steps of one action, under the claim; a step that the plan has already stays.
pub fn spool(db: &mut Db, claim: &Claim, action: &str, steps: Vec<KeyDetail>) -> Result<()> {
    claim.hold(db)?;
    let rows: Vec<PlanRow> = steps
        .into_iter()
        .map(|(item_key, detail)| PlanRow { run_id: claim.run.0, action: action.to_owned(), item_key, detail })
        .collect();
    insert_rows!(db, &rows, |values| diesel::insert_into(plan_steps::table).values(values).on_conflict_do_nothing());
    Ok(())
}

/// Which steps to read.
#[derive(Debug, Clone, Copy)]
pub enum Range<'a> {
    After(Option<&'a [u8]>),
    Before(Option<&'a [u8]>),
}

/// Steps of one action in the order that the range gives.
pub fn page(db: &mut Db, run: RunId, action: &str, range: Range<'_>, limit: i64) -> Result<Vec<KeyDetail>> {
    let query = plan_steps::table
        .filter(plan_steps::run_id.eq(run))
        .filter(plan_steps::action.eq(action.to_owned()))
        .limit(limit)
        .into_boxed();
    let query = match range {
        Range::After(None) => query.order(plan_steps::item_key.asc()),
        Range::Before(None) => query.order(plan_steps::item_key.desc()),
        Range::After(Some(key)) => {
            query.filter(plan_steps::item_key.gt(key.to_vec())).order(plan_steps::item_key.asc())
        }
        Range::Before(Some(key)) => {
            query.filter(plan_steps::item_key.lt(key.to_vec())).order(plan_steps::item_key.desc())
        }
    };
    Ok(query.select((plan_steps::item_key, plan_steps::detail)).load(db)?)
}

/// A plan that waits for a person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = braked_plans)]
pub struct Braked {
    pub digest: String,
    pub deletions: i64,
    pub items: i64,
    pub reason: BrakeReason,
    pub expires_at: Stamp,
    pub confirmed_at: Option<Stamp>,
    pub confirmed_by: Option<String>,
}

/// Keeps the deletions of a braked plan for `life`; what else it has goes by [`sweep`].
pub fn brake(
    db: &mut Db,
    claim: &Claim,
    digest: &str,
    numbers: (i64, i64),
    reason: BrakeReason,
    life: Duration,
) -> Result<()> {
    claim.hold(db)?;
    let now = db_now(db)?;
    diesel::insert_into(braked_plans::table)
        .values((
            braked_plans::run_id.eq(claim.run),
            braked_plans::digest.eq(digest),
            braked_plans::deletions.eq(numbers.0),
            braked_plans::items.eq(numbers.1),
            braked_plans::reason.eq(reason),
            braked_plans::expires_at.eq(now.plus(life)),
        ))
        .execute(db)?;
    Ok(())
}

/// The braked plan of a run.
pub fn braked(db: &mut Db, run: RunId) -> Result<Option<Braked>> {
    Ok(braked_plans::table.find(run).select(Braked::as_select()).first(db).optional()?)
}

/// The first run after `no` that carries out a confirmed plan with this digest.
pub fn carried_out_by(db: &mut Db, system: &InReach<System>, no: RunNo, digest: &str) -> Result<Option<Run>> {
    Ok(runs::table
        .filter(runs::system_id.eq(system.id))
        .filter(runs::no.gt(no))
        .filter(runs::trigger.eq(Trigger::Confirmed))
        .filter(runs::plan_digest.eq(digest))
        .order(runs::no)
        .select(Run::as_select())
        .first(db)
        .optional()?)
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
pub fn deleted_by(db: &mut Db, run: RunId) -> Result<i64> {
    let counts: Vec<i64> = run_counts::table
        .filter(run_counts::run_id.eq(run))
        .filter(run_counts::category.eq(Category::Success))
        .filter(run_counts::operation.eq(Operation::Delete))
        .select(run_counts::n)
        .load(db)?;
    Ok(counts.into_iter().sum())
}

/// Marks a plan as confirmed. `false` when it has expired, was confirmed already, or has another digest.
pub fn confirm(
    db: &mut Db,
    grant: &Grant<verbs::ConfirmDeletions>,
    run: RunId,
    digest: &str,
    now: Stamp,
) -> Result<bool> {
    let confirmed = diesel::update(
        braked_plans::table
            .filter(braked_plans::run_id.eq(run))
            .filter(braked_plans::digest.eq(digest))
            .filter(braked_plans::expires_at.gt(now))
            .filter(braked_plans::confirmed_at.is_null()),
    )
    .set((
        braked_plans::confirmed_at.eq(now),
        done_by!(grant.principal() => braked_plans::confirmed_by_kind, braked_plans::confirmed_by_id, braked_plans::confirmed_by),
    ))
    .execute(db)?;
    Ok(confirmed == 1)
}

/// Shortens the life of plans that expire later than `life` from now: the clock was set back since they were kept. How
/// many there were.
pub fn shorten(db: &mut Db, _worker: Internal, life: Duration) -> Result<usize> {
    let latest = db_now(db)?.plus(life);
    let wrong = braked_plans::table.filter(braked_plans::expires_at.gt(latest));
    Ok(diesel::update(wrong).set(braked_plans::expires_at.eq(latest)).execute(db)?)
}

/// Maximum number of steps that one transaction deletes.
const STEPS: i64 = 5_000;

/// Deletes steps of runs that have ended. The deletions of a braked plan stay until it expires; its head stays as long
/// as its run, so that its page can tell what became of it. Some of them: `false` when nothing is left to delete.
pub fn sweep(db: &mut Db, _upkeep: Internal) -> Result<bool> {
    let now = db_now(db)?;
    let mut last = RunId(0);
    // From run to run by the key: a run in process may have a million steps.
    while let Some(run) = after(db, last)? {
        last = run;
        let ended = runs::table.filter(runs::id.eq(run)).filter(runs::state.eq(RunState::Ended));
        if !diesel::select(exists(ended)).get_result(db)? {
            continue;
        }
        let plan = braked_plans::table.find(run).filter(braked_plans::expires_at.gt(now));
        let waits: bool = diesel::select(exists(plan)).get_result(db)?;
        for action in ["transfer", "delete"].into_iter().filter(|action| !(waits && *action == "delete")) {
            let steps = plan_steps::table.filter(plan_steps::run_id.eq(run)).filter(plan_steps::action.eq(action));
            let ordered = steps.order(plan_steps::item_key).select(plan_steps::item_key);
            let beyond: Option<Vec<u8>> = ordered.offset(STEPS).first(db).optional()?;
            let deleted = match beyond {
                Some(key) => diesel::delete(steps.filter(plan_steps::item_key.lt(key))).execute(db)?,
                None => diesel::delete(steps).execute(db)?,
            };
            if deleted > 0 {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The next run that has steps.
fn after(db: &mut Db, run: RunId) -> Result<Option<RunId>> {
    let later = plan_steps::table.filter(plan_steps::run_id.gt(run)).order(plan_steps::run_id);
    Ok(later.select(plan_steps::run_id).first(db).optional()?)
}
