//! Carries out one item of a bulk action: as the button of one system does, with the rights that the person has now.

use crate::access::{Actor, Grant, Internal, Permission, Verb, verbs};
use crate::domain::bulk::{BulkAction, ItemResult};
use crate::ids::{BulkItemId, GroupId, SystemKey};
use crate::ops::audit::AuditLog;
use crate::ops::check_connection;
use crate::ops::error::OpError;
use crate::ops::hold::{self, HoldError};
use crate::ops::obstruction::Obstruction;
use crate::ops::request_run::{self, RequestRunError};
use crate::store::bulk::{Bulk, BulkItem, finish, take};
use crate::store::runs::Queued;
use crate::store::{Db, Result, Store, StoreError, people, systems};

/// What became of it, and the number of the run or the check that it led to.
type Outcome = (ItemResult, Option<i64>);

/// Does an item in one transaction, unless another process has done it. Returns whether this one has.
///
/// # Errors
/// As the store; the item waits on then.
pub async fn carry_out(store: &Store, worker: Internal, id: BulkItemId) -> Result<bool> {
    store
        .write(move |db| {
            let Some((bulk, item)) = take(db, worker, id)? else { return Ok(false) };
            let (result, no) = outcome(db, &bulk, &item)?;
            finish(db, worker, id, result, no)?;
            Ok(true)
        })
        .await
}

fn outcome(db: &mut Db, bulk: &Bulk, item: &BulkItem) -> Result<Outcome> {
    let Some(person) = people::person(db, bulk.person_id)? else { return Ok((ItemResult::NoPermission, None)) };
    let actor = person.actor;
    let (Some(key), Ok(sees)) = (SystemKey::parse(&item.subject), actor.authorize::<verbs::SeeSystem>()) else {
        return Ok((ItemResult::NotFound, None));
    };
    let group = match systems::find(db, &sees, &key) {
        Ok(system) => system.group_id,
        Err(StoreError::NotFound) => return Ok((ItemResult::NotFound, None)),
        Err(error) => return Err(error),
    };
    let request_key = format!("bulk {}", bulk.key);
    match bulk.action {
        BulkAction::Synchronize => with(&actor, group, bulk, |grant, audit| {
            let queued = request_run::queue_here(db, grant, &key, &request_key, audit);
            result_of(queued.map(|(_system, queued)| of_runs(&queued)), |refusal| match refusal {
                RequestRunError::Obstructed { by: Obstruction::OnHold { .. }, group: _ } => ItemResult::OnHold,
                RequestRunError::Obstructed { by: Obstruction::Paused { .. }, group: _ } => ItemResult::Paused,
                RequestRunError::AnotherWasFirst | RequestRunError::Canceled(_) => ItemResult::Failed,
            })
        }),
        BulkAction::Check => with(&actor, group, bulk, |grant, audit| {
            let does = [Verb::RequestRun, Verb::SpecifySystems];
            let queued = check_connection::queue_here(db, grant, &key, |group| !actor.may(&does, group), audit);
            let done = queued.map(|no| (ItemResult::Done, Some(no.0)));
            result_of(done, |_too_soon| ItemResult::CheckedRecently)
        }),
        BulkAction::Hold => with(&actor, group, bulk, |grant, audit| {
            let held = hold::hold_here(db, grant, &key, &bulk.reason, audit);
            result_of(held.map(|()| (ItemResult::Done, None)), of_hold)
        }),
        BulkAction::Release => with(&actor, group, bulk, |grant, audit| {
            let released = hold::release_here(db, grant, &key, audit);
            result_of(released.map(|_next| (ItemResult::Done, None)), of_hold)
        }),
    }
}

/// Acts with the permission in this group, if the person has it.
fn with<P: Permission>(
    actor: &Actor,
    group: GroupId,
    bulk: &Bulk,
    act: impl FnOnce(&Grant<P>, &AuditLog) -> Result<Outcome>,
) -> Result<Outcome> {
    let Some(grant) = actor.grant_in::<P>(group) else { return Ok((ItemResult::NoPermission, None)) };
    act(&grant, &AuditLog::new(grant.principal(), bulk.address.clone()))
}

fn result_of<R>(done: crate::ops::error::Result<Outcome, R>, refused: impl FnOnce(R) -> ItemResult) -> Result<Outcome> {
    match done {
        Ok(outcome) => Ok(outcome),
        Err(OpError::NotFound) => Ok((ItemResult::NotFound, None)),
        Err(OpError::Refused(refusal)) => Ok((refused(refusal), None)),
        Err(OpError::Store(error)) => Err(error),
        Err(OpError::Invalid(_) | OpError::Busy | OpError::Internal(_)) => Ok((ItemResult::Failed, None)),
    }
}

/// Of several lanes, the first one counts.
fn of_runs(queued: &[(Queued, bool)]) -> Outcome {
    match queued.first() {
        None => (ItemResult::Failed, None),
        Some((Queued::New { run, .. } | Queued::Same { run, .. }, _) | (Queued::Already(run), true)) => {
            (ItemResult::Done, Some(run.no.0))
        }
        Some((Queued::Already(run), false)) => (ItemResult::AlreadyQueued, Some(run.no.0)),
    }
}

const fn of_hold(refusal: HoldError) -> ItemResult {
    match refusal {
        HoldError::AlreadyOnHold => ItemResult::AlreadyOnHold,
        HoldError::NotOnHold => ItemResult::NotOnHold,
    }
}
