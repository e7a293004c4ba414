//! The end of a run that could not be stored because the database was broken: stored once the database works again, with
//! the code of what was wrong. Without this the run would be found by its lease, as if its worker were lost.

use std::time::Duration;

use super::engine::Engine;
use super::ports::store_code;
use crate::domain::message::{Category, Message};
use crate::domain::retry;
use crate::domain::run::{EndReason, Stage};
use crate::store::messages::append;
use crate::store::runs::{self, Claim, Ending, Retry, Totals};
use crate::store::{self, Db, Fault, Result, StoreError};

/// How often it is tried.
const AGAIN: Duration = Duration::from_millis(500);

/// What is needed to end a run late.
pub(super) struct LateEnd {
    pub fault: Fault,
    pub last: Totals,
    pub max_attempts: i64,
}

/// Ends the run when the database takes it, unless another worker has taken the run over, or the process ends.
pub(super) async fn end_late(engine: &Engine, claim: &Claim, late: LateEnd) {
    log::warn!("run {}: its end will be stored when the database works again", claim.run);
    loop {
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = engine.end.cancelled() => return,
        }
        let (own, lease) = (claim.clone(), engine.limits.lease);
        let (fault, last, max_attempts) = (late.fault, late.last.clone(), late.max_attempts);
        match engine.store.write(move |db| write(db, &own, lease, fault, &last, max_attempts)).await {
            Ok(()) => return engine.wake.notify_one(),
            Err(StoreError::Fenced) => return log::warn!("run {} is now held by another worker", claim.run),
            Err(error) if error.fault().is_some() => {}
            Err(error) => return log::error!("run {}: its end could not be stored: {error}", claim.run),
        }
    }
}

fn write(db: &mut Db, claim: &Claim, lease: Duration, fault: Fault, last: &Totals, max_attempts: i64) -> Result<()> {
    let canceled = runs::heartbeat(db, claim, lease)?;
    runs::store_progress(db, claim, last)?;
    let code = store_code(fault);
    let message = (store::now(db)?, Message::of_run(Category::Error, code));
    append(db, claim, &vec![message])?;
    runs::count_emitted(db, claim, 1)?;
    let ending = if canceled {
        Ending::Canceled
    } else {
        Ending::Error { reason: EndReason::Failed, code: code.to_owned(), stage: Some(Stage::Content) }
    };
    let retry = retry::next_attempt(claim.attempt, max_attempts, !canceled).map(|after| Retry { after });
    runs::finish(db, claim, &ending, retry).map(|_result| ())
}

/// Whether a lease that has run out says nothing about its worker yet: the database was broken until just now, so that no
/// worker could renew it.
pub(super) fn workers_have_respite(engine: &Engine) -> bool {
    match engine.store.fault_within(engine.limits.respite) {
        Some(Fault::Damaged | Fault::DiskError | Fault::Full | Fault::ReadOnly | Fault::Unavailable) => true,
        // A lock that somebody holds stops one row, or ends with its process.
        Some(Fault::Locked) | None => false,
    }
}
