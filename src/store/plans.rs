//! Spooled plans, and those that wait for a person.

use std::time::Duration;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::backend::{db_now, insert_rows};
use super::connection::Db;
use super::error::Result;
use super::paging::keyset;
use super::runs::Claim;
use super::schema::{braked_plans, plan_steps, runs};
use super::systems::OfSystem;
use crate::access::{Grant, Internal, verbs};
use crate::clock::Stamp;
use crate::domain::brake::BrakeReason;
use crate::domain::items::{Action, BrakedPlan, Step};
use crate::domain::paging::{Page, PageRequest};
use crate::domain::run::RunState;
use crate::ids::RunId;

/// A row of the table.
#[derive(Insertable)]
#[diesel(table_name = plan_steps)]
struct PlanRow {
    run_id: i64,
    action: Action,
    item_key: Vec<u8>,
    detail: String,
}

/// Adds steps, under the claim; a step that the plan has already stays.
pub fn spool(db: &mut Db, claim: &Claim, steps: Vec<Step>) -> Result<()> {
    claim.hold(db)?;
    let row = |Step { action, key, detail }| PlanRow { run_id: claim.run.0, action, item_key: key, detail };
    let rows: Vec<PlanRow> = steps.into_iter().map(row).collect();
    insert_rows!(db, &rows, |values| diesel::insert_into(plan_steps::table).values(values).on_conflict_do_nothing());
    Ok(())
}

/// A page of the steps of one action, in the order of their keys.
pub fn page(
    db: &mut Db,
    run: OfSystem<RunId>,
    action: Action,
    request: &PageRequest<Vec<u8>>,
) -> Result<Page<Step, Vec<u8>>> {
    let query =
        plan_steps::table.filter(plan_steps::run_id.eq(*run)).filter(plan_steps::action.eq(action)).into_boxed();
    let columns = (plan_steps::item_key, plan_steps::detail);
    let rows: Vec<(Vec<u8>, String)> = keyset!(asc query, plan_steps::item_key, request).select(columns).load(db)?;
    let steps = rows.into_iter().map(|(key, detail)| Step { action, key, detail }).collect();
    Ok(request.page(steps, |step: &Step| step.key.clone()))
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
pub fn brake(db: &mut Db, claim: &Claim, plan: &BrakedPlan, life: Duration) -> Result<()> {
    claim.hold(db)?;
    let now = db_now(db)?;
    diesel::insert_into(braked_plans::table)
        .values((
            braked_plans::run_id.eq(claim.run),
            braked_plans::digest.eq(&plan.digest),
            braked_plans::deletions.eq(plan.deletions),
            braked_plans::items.eq(plan.items),
            braked_plans::reason.eq(plan.reason),
            braked_plans::expires_at.eq(now.plus(life)),
        ))
        .execute(db)?;
    Ok(())
}

/// The braked plan of a run.
pub fn braked(db: &mut Db, run: OfSystem<RunId>) -> Result<Option<Braked>> {
    Ok(braked_plans::table.find(*run).select(Braked::as_select()).first(db).optional()?)
}

/// Marks a plan as confirmed. `false` when it has expired, was confirmed already, or has another digest.
pub fn confirm(
    db: &mut Db,
    grant: &Grant<verbs::ConfirmDeletions>,
    run: OfSystem<RunId>,
    digest: &str,
    now: Stamp,
) -> Result<bool> {
    let confirmed = diesel::update(
        braked_plans::table
            .filter(braked_plans::run_id.eq(*run))
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
        for action in Action::ALL.iter().filter(|action| !(waits && **action == Action::Delete)) {
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
