//! Claims: compare-and-set with a lease by the database's clock, fenced by a claim number.

use std::time::Duration;

use diesel::prelude::*;

use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::run::RunState;
use crate::ids::{RunId, RunNo, SystemId};
use crate::store::backend::{db_now, unless_duplicate};
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{runs, systems};

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
    number: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = runs)]
struct Row {
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

impl From<Row> for Claim {
    fn from(row: Row) -> Self {
        Self {
            run: row.id,
            system: row.system_id,
            lane: row.lane,
            no: row.no,
            attempt: row.attempt,
            plan_digest: row.plan_digest,
            canceled: row.cancel_at.is_some(),
            worker: row.worker,
            number: row.claim_no,
        }
    }
}

impl Claim {
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

/// How many candidates to try before leaving the rest to the next look.
const TRIES: i64 = 8;

/// Whether any queued run has come to its time: a look before the write.
pub fn any_waiting(db: &mut Db) -> Result<bool> {
    let now = db_now(db)?;
    let waiting = runs::table.filter(runs::state.eq(RunState::Queued)).filter(runs::not_before.le(now));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(db)?)
}

/// Whether any lease has run out: a look before the write.
pub fn any_lost(db: &mut Db) -> Result<bool> {
    let now = db_now(db)?;
    let expired = runs::table.filter(runs::state.eq(RunState::Running)).filter(runs::lease_until.lt(now));
    Ok(diesel::select(diesel::dsl::exists(expired)).get_result(db)?)
}

/// Claims the run that has waited longest, if any may start now.
pub fn claim_next(db: &mut Db, _worker: &Internal, name: &str, lease: Duration) -> Result<Option<Claim>> {
    let now = db_now(db)?;
    let running = diesel::alias!(runs as running);
    let in_lane = running
        .filter(running.field(runs::system_id).eq(runs::system_id))
        .filter(running.field(runs::lane).eq(runs::lane))
        .filter(running.field(runs::state).eq(RunState::Running));
    let candidates: Vec<(RunId, i64, i64)> = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .filter(runs::state.eq(RunState::Queued))
        .filter(runs::not_before.le(now))
        .filter(systems::hold_since.is_null())
        .filter(systems::paused_since.is_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(in_lane)))
        .order((runs::not_before, runs::id))
        .limit(TRIES)
        .select((runs::id, runs::claim_no, systems::settings_version))
        .load(db)?;
    for (id, number, version) in candidates {
        let claimed = unless_duplicate(db, |db| {
            let taken = diesel::update(
                runs::table
                    .filter(runs::id.eq(id))
                    .filter(runs::state.eq(RunState::Queued))
                    .filter(runs::claim_no.eq(number)),
            )
            .set((
                runs::state.eq(RunState::Running),
                runs::claim_no.eq(number + 1),
                runs::worker.eq(name),
                runs::lease_until.eq(now.plus(lease)),
                runs::started_at.eq(now),
                runs::settings_version.eq(version),
            ))
            .execute(db)?;
            Ok(taken == 1)
        })?;
        if claimed == Some(true) {
            let row: Row = runs::table.find(id).select(Row::as_select()).first(db)?;
            crate::store::systems::note_attempt(db, row.system_id, now)?;
            return Ok(Some(row.into()));
        }
    }
    Ok(None)
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

/// Takes over the runs whose lease has run out, so that they can be ended: under the next claim number.
pub fn lost(db: &mut Db, _worker: &Internal, lease: Duration) -> Result<Vec<Claim>> {
    let now = db_now(db)?;
    let expired: Vec<Row> = runs::table
        .filter(runs::state.eq(RunState::Running))
        .filter(runs::lease_until.lt(now))
        .limit(100)
        .select(Row::as_select())
        .load(db)?;
    let mut taken = Vec::new();
    for mut row in expired {
        let moved = diesel::update(
            runs::table
                .filter(runs::id.eq(row.id))
                .filter(runs::state.eq(RunState::Running))
                .filter(runs::claim_no.eq(row.claim_no)),
        )
        .set((runs::claim_no.eq(row.claim_no + 1), runs::lease_until.eq(now.plus(lease)), runs::worker.eq("reaper")))
        .execute(db)?;
        if moved == 1 {
            row.claim_no += 1;
            taken.push(row.into());
        }
    }
    Ok(taken)
}
