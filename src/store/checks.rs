//! Connection checks: queue rows that workers execute.

use std::time::Duration;

use diesel::prelude::*;

use super::backend::{Lockable, db_now, try_lock, unless_duplicate};
use super::connection::Db;
use super::error::{Result, StoreError};
use super::schema::checks;
use super::systems::{InReach, System};
use crate::access::{Internal, Principal};
use crate::clock::{Stamp, micros};
use crate::domain::cadence::Cadence;
use crate::domain::run::{CheckTrigger, RunState, Stage};
use crate::ids::{CheckId, CheckNo, SystemId};

/// Number of checks that are kept for a system.
const KEPT: i64 = 50;

/// A check as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = checks)]
pub struct Check {
    pub id: CheckId,
    pub system_id: SystemId,
    pub no: CheckNo,
    pub state: RunState,
    pub trigger: CheckTrigger,
    pub principal: String,
    pub queued_at: Stamp,
    pub ended_at: Option<Stamp>,
    pub duration_us: Option<i64>,
    pub ok: Option<bool>,
    pub stage: Option<Stage>,
    pub code: Option<String>,
    /// JSON: arguments of the code's text, and the peer's words.
    pub detail: Option<String>,
    claim_no: i64,
}

/// Queues a check, or tells which open one answers the request; whether anything was changed. What is due and waits
/// becomes that of the person who asks for it, and comes first as such.
pub fn queue(
    db: &mut Db,
    system: InReach<SystemId>,
    trigger: CheckTrigger,
    principal: &Principal,
    now: Stamp,
) -> Result<(CheckNo, bool)> {
    let of_system = checks::table.filter(checks::system_id.eq(*system));
    let last: Option<i64> = of_system.select(diesel::dsl::max(checks::no)).first(db)?;
    let made = unless_duplicate(db, |db| {
        Ok(diesel::insert_into(checks::table)
            .values((
                checks::system_id.eq(*system),
                checks::no.eq(last.unwrap_or(0) + 1),
                checks::state.eq(RunState::Queued),
                checks::trigger.eq(trigger),
                done_by!(principal => checks::principal_kind, checks::principal_id, checks::principal),
                checks::queued_at.eq(now),
                checks::claim_no.eq(0),
            ))
            .returning(checks::no)
            .get_result(db)?)
    })?;
    if let Some(no) = made {
        return Ok((no, true));
    }
    let no = of_system.filter(checks::state.ne(RunState::Ended)).select(checks::no).first(db)?;
    if trigger != CheckTrigger::Manual {
        return Ok((no, false));
    }
    let due = of_system.filter(checks::state.eq(RunState::Queued)).filter(checks::trigger.ne(trigger));
    let taken_over = diesel::update(due)
        .set((
            checks::trigger.eq(trigger),
            done_by!(principal => checks::principal_kind, checks::principal_id, checks::principal),
            checks::queued_at.eq(now),
        ))
        .execute(db)?;
    Ok((no, taken_over == 1))
}

/// A check of a system that was found through a grant.
pub fn find(db: &mut Db, system: &InReach<System>, no: CheckNo) -> Result<Check> {
    let of_system = checks::table.filter(checks::system_id.eq(system.id));
    Ok(of_system.filter(checks::no.eq(no)).select(Check::as_select()).first(db)?)
}

/// The last check of a system that ended.
pub fn last(db: &mut Db, system: &InReach<System>) -> Result<Option<Check>> {
    Ok(checks::table
        .filter(checks::system_id.eq(system.id))
        .filter(checks::state.eq(RunState::Ended))
        .order(checks::no.desc())
        .select(Check::as_select())
        .first(db)
        .optional()?)
}

/// Queues the check that follows a change of the settings. An open check that has begun starts over: what it finds is
/// about the old settings.
pub fn queue_after_change(
    db: &mut Db,
    system: InReach<SystemId>,
    principal: &Principal,
    now: Stamp,
) -> Result<CheckNo> {
    let open = checks::table.filter(checks::system_id.eq(*system)).filter(checks::state.ne(RunState::Ended));
    let restarted = diesel::update(open)
        .set((
            checks::state.eq(RunState::Queued),
            // Fences off the worker that has it.
            checks::claim_no.eq(checks::claim_no + 1),
            checks::lease_until.eq(None::<Stamp>),
            done_by!(principal => checks::principal_kind, checks::principal_id, checks::principal),
            checks::queued_at.eq(now),
        ))
        .returning(checks::no)
        .get_result(db)
        .optional()?;
    match restarted {
        Some(no) => Ok(no),
        None => Ok(queue(db, system, CheckTrigger::Regular, principal, now)?.0),
    }
}

/// Takes back the regular check of a system that no worker has begun; one that a person asked for stays.
pub(in crate::store) fn withdraw_regular(db: &mut Db, system: SystemId) -> Result<()> {
    let waiting = checks::table.filter(checks::system_id.eq(system)).filter(checks::state.eq(RunState::Queued));
    diesel::delete(waiting.filter(checks::trigger.eq(CheckTrigger::Regular))).execute(db)?;
    Ok(())
}

/// Takes back every check of a system that no worker has begun.
pub(in crate::store) fn withdraw_all(db: &mut Db, system: SystemId) -> Result<()> {
    let waiting = checks::table.filter(checks::system_id.eq(system)).filter(checks::state.eq(RunState::Queued));
    diesel::delete(waiting).execute(db)?;
    Ok(())
}

/// When somebody last asked for a check of a system.
pub fn last_by_hand(db: &mut Db, system: &InReach<System>) -> Result<Option<Stamp>> {
    Ok(checks::table
        .filter(checks::system_id.eq(system.id))
        .filter(checks::trigger.eq(CheckTrigger::Manual))
        .order(checks::no.desc())
        .select(checks::queued_at)
        .first(db)
        .optional()?)
}

/// The newest checks of a system, newest first. Only the first can be open.
pub fn recent(db: &mut Db, system: &InReach<System>, limit: i64) -> Result<Vec<Check>> {
    Ok(checks::table
        .filter(checks::system_id.eq(system.id))
        .order(checks::no.desc())
        .limit(limit)
        .select(Check::as_select())
        .load(db)?)
}

/// The checks of a system that ended and are kept, newest first.
pub fn kept(db: &mut Db, system: &InReach<System>) -> Result<Vec<Check>> {
    Ok(checks::table
        .filter(checks::system_id.eq(system.id))
        .filter(checks::state.eq(RunState::Ended))
        .order(checks::no.desc())
        .limit(KEPT)
        .select(Check::as_select())
        .load(db)?)
}

/// Whether any check waits to be carried out or finished: a look before the write.
pub fn any_open(db: &mut Db) -> Result<bool> {
    let open = checks::table
        .filter(checks::state.ne(RunState::Ended))
        .filter(checks::lease_until.is_null().or(checks::lease_until.lt(db_now(db)?)));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(db)?)
}

/// Claims the check that has waited longest, of the sort that comes `first` if there is any; one whose worker is gone is
/// taken again.
pub fn claim_next(db: &mut Db, _worker: Internal, first: CheckTrigger, lease: Duration) -> Result<Option<Check>> {
    let now = db_now(db)?;
    let mut open: Vec<Check> = Vec::new();
    let order = match first {
        CheckTrigger::Manual => [CheckTrigger::Manual, CheckTrigger::Regular],
        CheckTrigger::Regular => [CheckTrigger::Regular, CheckTrigger::Manual],
    };
    for trigger in order {
        open.extend(
            checks::table
                .filter(checks::state.ne(RunState::Ended))
                .filter(checks::trigger.eq(trigger))
                .filter(checks::lease_until.is_null().or(checks::lease_until.lt(now)))
                .order(checks::id)
                .limit(8)
                .select(Check::as_select())
                .load::<Check>(db)?,
        );
    }
    for mut check in open {
        if !try_lock(db, Lockable::Check(check.id))? {
            continue;
        }
        let taken = diesel::update(
            checks::table
                .find(check.id)
                .filter(checks::claim_no.eq(check.claim_no))
                .filter(checks::state.ne(RunState::Ended)),
        )
        .set((
            checks::state.eq(RunState::Running),
            checks::claim_no.eq(check.claim_no + 1),
            checks::lease_until.eq(now.plus(lease)),
        ))
        .execute(db)?;
        if taken == 1 {
            check.claim_no += 1;
            return Ok(Some(check));
        }
    }
    Ok(None)
}

/// Shortens leases that end later than two leases from now, which a clock gave that was set back since: how many there
/// were.
pub fn shorten_leases(db: &mut Db, _worker: Internal, lease: Duration) -> Result<usize> {
    let now = db_now(db)?;
    let wrong: Vec<CheckId> = checks::table
        .filter(checks::state.ne(RunState::Ended))
        .filter(checks::lease_until.gt(now.plus(lease * 2)))
        .limit(1_000)
        .select(checks::id)
        .load(db)?;
    let mut shortened = 0;
    for id in wrong {
        if try_lock(db, Lockable::Check(id))? {
            let wrong = checks::table.find(id).filter(checks::lease_until.gt(now.plus(lease * 2)));
            shortened += diesel::update(wrong).set(checks::lease_until.eq(now.plus(lease))).execute(db)?;
        }
    }
    Ok(shortened)
}

/// What a check found.
#[derive(Debug, Clone)]
pub struct CheckResult {
    pub ok: bool,
    pub stage: Option<Stage>,
    pub code: Option<&'static str>,
    pub detail: Option<String>,
    pub took: Duration,
}

/// Ends a check and lets the system's connection follow.
///
/// # Errors
/// [`StoreError::Fenced`] when another worker has it by now.
pub fn finish(db: &mut Db, check: &Check, outcome: &CheckResult, cadence: &Cadence) -> Result<()> {
    let now = db_now(db)?;
    // The system's row before the check's, as everybody does who queues checks: nobody waits for each other.
    super::systems::lock(db, check.system_id)?;
    let ended = diesel::update(
        checks::table
            .find(check.id)
            .filter(checks::claim_no.eq(check.claim_no))
            .filter(checks::state.ne(RunState::Ended)),
    )
    .set((
        checks::state.eq(RunState::Ended),
        checks::lease_until.eq(None::<Stamp>),
        checks::ended_at.eq(now),
        checks::duration_us.eq(micros(outcome.took)),
        checks::ok.eq(outcome.ok),
        checks::stage.eq(outcome.stage),
        checks::code.eq(outcome.code),
        checks::detail.eq(&outcome.detail),
    ))
    .execute(db)?;
    if ended == 0 {
        return Err(StoreError::Fenced);
    }
    let old = checks::table.filter(checks::system_id.eq(check.system_id)).filter(checks::no.le(check.no.0 - KEPT));
    diesel::delete(old.filter(checks::state.eq(RunState::Ended))).execute(db)?;
    super::systems::after_check(db, check.system_id, outcome.ok, cadence, now)
}
