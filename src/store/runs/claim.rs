//! Claims: held with a lease by the database's clock, fenced by a claim number.

use std::time::Duration;

use diesel::prelude::*;

use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::run::RunState;
use crate::ids::{RunId, RunNo, SystemId};
use crate::store::backend::{Lockable, db_now, try_lock};
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::runs;
use crate::store::systems::OfSystem;

/// The proof that this worker holds a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub run: RunId,
    pub system: SystemId,
    pub lane: String,
    pub no: RunNo,
    pub attempt: i64,
    pub plan_digest: Option<String>,
    /// Somebody asked for the run to be canceled.
    pub canceled: bool,
    /// Who carries it out; of a lost run, who did.
    pub worker: Option<String>,
    /// When it was claimed or taken over, by the database's clock.
    pub claimed_at: Stamp,
    number: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = runs)]
pub(super) struct ClaimRow {
    id: RunId,
    system_id: SystemId,
    lane: String,
    no: RunNo,
    attempt: i64,
    plan_digest: Option<String>,
    cancel_at: Option<Stamp>,
    worker: Option<String>,
    claim_no: i64,
}

impl Claim {
    /// The run that is held.
    #[must_use]
    pub const fn held_run(&self) -> OfSystem<RunId> {
        OfSystem::new(self.run)
    }

    pub(super) fn of(row: ClaimRow, claimed_at: Stamp) -> Self {
        Self {
            run: row.id,
            system: row.system_id,
            lane: row.lane,
            no: row.no,
            attempt: row.attempt,
            plan_digest: row.plan_digest,
            canceled: row.cancel_at.is_some(),
            worker: row.worker,
            claimed_at,
            number: row.claim_no,
        }
    }

    /// Fails unless the claim still holds, and keeps it held until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Fenced`].
    pub fn hold(&self, db: &mut Db) -> Result<()> {
        let held = diesel::update(
            runs::table
                .filter(runs::id.eq(self.run))
                .filter(runs::state.eq(RunState::Running))
                .filter(runs::claim_no.eq(self.number)),
        )
        .set(runs::claim_no.eq(self.number))
        .execute(db)?;
        if held == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }

    pub(super) const fn number(&self) -> i64 {
        self.number
    }
}

/// Renews the lease; says whether the run is to be canceled.
///
/// # Errors
/// [`StoreError::Fenced`] when the run is somebody else's by now.
pub fn heartbeat(db: &mut Db, claim: &Claim, lease: Duration) -> Result<bool> {
    let now = db_now(db)?;
    let cancel: Option<Option<Stamp>> = diesel::update(
        runs::table
            .filter(runs::id.eq(claim.run))
            .filter(runs::state.eq(RunState::Running))
            .filter(runs::claim_no.eq(claim.number)),
    )
    .set(runs::lease_until.eq(now.plus(lease)))
    .returning(runs::cancel_at)
    .get_result(db)
    .optional()?;
    cancel.map(|at| at.is_some()).ok_or(StoreError::Fenced)
}

/// Who asked for a run to be canceled.
pub fn canceled_by(db: &mut Db, claim: &Claim) -> Result<Option<String>> {
    Ok(runs::table.find(claim.run).select(runs::cancel_by).first(db)?)
}

/// Whether any lease has run out: a look before the write.
pub fn any_lost(db: &mut Db) -> Result<bool> {
    let now = db_now(db)?;
    let expired = runs::table.filter(runs::state.eq(RunState::Running)).filter(runs::lease_until.lt(now));
    Ok(diesel::select(diesel::dsl::exists(expired)).get_result(db)?)
}

/// The runs in process of all workers.
pub fn in_process(db: &mut Db, _claim: &Claim) -> Result<Vec<RunId>> {
    Ok(runs::table.filter(runs::state.eq(RunState::Running)).select(runs::id).load(db)?)
}

/// Takes over the runs whose lease has run out, so that they can be ended: under the next claim number. A run that
/// another transaction holds, perhaps of the very worker that is lost, is left to the next look.
pub fn lost(db: &mut Db, _worker: Internal, lease: Duration) -> Result<Vec<Claim>> {
    let now = db_now(db)?;
    let expired: Vec<RunId> = runs::table
        .filter(runs::state.eq(RunState::Running))
        .filter(runs::lease_until.lt(now))
        .limit(100)
        .select(runs::id)
        .load(db)?;
    let mut taken = Vec::new();
    for id in expired {
        if !try_lock(db, Lockable::RunningRun(id))? {
            continue;
        }
        // As it is under the lock: the worker may have renewed its lease since.
        let row: Option<ClaimRow> = runs::table
            .filter(runs::id.eq(id))
            .filter(runs::state.eq(RunState::Running))
            .filter(runs::lease_until.lt(now))
            .select(ClaimRow::as_select())
            .first(db)
            .optional()?;
        let Some(mut row) = row else { continue };
        row.claim_no += 1;
        diesel::update(runs::table.find(id))
            .set((runs::claim_no.eq(row.claim_no), runs::lease_until.eq(now.plus(lease)), runs::worker.eq("reaper")))
            .execute(db)?;
        taken.push(Claim::of(row, now));
    }
    Ok(taken)
}

/// Shortens leases that end later than two leases from now: they were given by a clock that was set back since. A worker
/// that is alive renews its own; the run of one that is gone ends one lease later. How many there were.
pub fn shorten_leases(db: &mut Db, _worker: Internal, lease: Duration) -> Result<usize> {
    let now = db_now(db)?;
    let wrong: Vec<RunId> = runs::table
        .filter(runs::state.eq(RunState::Running))
        .filter(runs::lease_until.gt(now.plus(lease * 2)))
        .limit(1_000)
        .select(runs::id)
        .load(db)?;
    let mut shortened = 0;
    for id in wrong {
        if try_lock(db, Lockable::RunningRun(id))? {
            let wrong = runs::table.filter(runs::id.eq(id)).filter(runs::lease_until.gt(now.plus(lease * 2)));
            shortened += diesel::update(wrong).set(runs::lease_until.eq(now.plus(lease))).execute(db)?;
        }
    }
    Ok(shortened)
}
