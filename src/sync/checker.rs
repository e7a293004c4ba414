//! Connection checks, carried out by workers.

use std::time::Duration;

use super::engine::Engine;
use super::outlast;
use crate::clock::since_boot;
use crate::domain::message::shortened;
use crate::domain::run::{CheckTrigger, PeerFailure, Stage};
use crate::net::secrets::Secrets;
use crate::store::checks::{self, Check, CheckResult};
use crate::store::{Db, Result, StoreError};

/// How long a check may take.
pub(super) const ALLOWED: Duration = Duration::from_mins(1);

/// How long a claim of a check holds.
pub const LEASE: Duration = Duration::from_mins(2);

/// The next check that waits, if any. A look without a write comes first: mostly there is none.
///
/// # Errors
/// Why the queue cannot be read.
pub async fn claim(engine: &Engine, first: CheckTrigger) -> Result<Option<Check>> {
    if !engine.store.read(checks::any_open).await? {
        return Ok(None);
    }
    let worker = engine.worker;
    engine.store.write(move |db| checks::claim_next(db, worker, first, LEASE)).await
}

/// Carries out a claimed check and stores what it found.
pub async fn carry_out(engine: Engine, check: Check) {
    let (began, secrets) = (since_boot(), Secrets::default());
    let found = tokio::time::timeout(ALLOWED, async {
        let prepared = engine.prepare(check.system_id, &secrets, || true).await?;
        prepared.connector.check(&prepared.peer).await
    })
    .await
    .unwrap_or_else(|_elapsed| Err(PeerFailure::new(Stage::Protocol, "PEER-SLOW")));
    let took = since_boot().saturating_sub(began);
    let outcome = result_of(found, &secrets, took);
    let (id, cadence) = (check.id, engine.limits.cadence.clone());
    let (holds, what) = (|| since_boot() < began + LEASE, format!("check {id}"));
    let finish = move |db: &mut Db| checks::finish(db, &check, &outcome, &cadence);
    match outlast::write(&engine.store, &what, holds, finish).await {
        Ok(()) => {}
        Err(StoreError::Fenced) => log::warn!("check {id} is now held by another worker"),
        Err(error) => log::warn!("check {id}: its end could not be stored: {error}"),
    }
}

/// What is stored of a check, without credentials.
pub(super) fn result_of(found: Result<(), PeerFailure>, secrets: &Secrets, took: Duration) -> CheckResult {
    match found {
        Ok(()) => CheckResult { ok: true, stage: None, code: None, detail: None, took },
        Err(failure) => {
            let failure = secrets.failure(failure);
            let (stage, code) = (Some(failure.stage), Some(failure.code));
            CheckResult { ok: false, stage, code, detail: detail(&failure), took }
        }
    }
}

/// What a failure tells besides its code: as long as a message of a run may be, and no longer.
fn detail(failure: &PeerFailure) -> Option<String> {
    let short = |text: &String| shortened(text, &mut false);
    let args: Vec<String> = failure.args.iter().map(short).collect();
    serde_json::to_string(&(args, failure.foreign_text.as_ref().map(short))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::MAX_TEXT_BYTES;

    #[test]
    fn what_a_check_tells_is_bounded() {
        let long = "ä".repeat(1 << 20);
        let failure = PeerFailure::new(Stage::Protocol, "PEER-NONSENSE").arg(&long).quoting(&long);
        let detail = detail(&failure).unwrap();
        assert!(detail.len() < 2 * MAX_TEXT_BYTES + 100, "{}", detail.len());
        let (args, words): (Vec<String>, Option<String>) = serde_json::from_str(&detail).unwrap();
        assert_eq!((args[0].len(), words.unwrap().len()), (MAX_TEXT_BYTES, MAX_TEXT_BYTES));
    }
}
