//! One run, from the claim to its end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::connector::{Context, Halt};
use super::engine::{Engine, Limits, Prepared};
use super::journal::Journal;
use super::ports::Ports;
use super::progress::Progress;
use super::recorder::record;
use super::stop::{Stop, Stopped};
use crate::clock::{Stamp, since_boot};
use crate::domain::message::{Category, Message};
use crate::domain::retry;
use crate::domain::run::{EndReason, Failure, Stage};
use crate::net::secrets::Secrets;
use crate::ops::random;
use crate::store::StoreError;
use crate::store::messages::append;
use crate::store::runs::{self, Claim, Ending, Retry, Sequel, Totals};

/// How often a running run is looked after: cancellation must be answered within two seconds.
const LOOK_AFTER: Duration = Duration::from_millis(500);

/// How long a stopped connector may take to come back before it is dropped; at the end of the process it has the
/// grace.
const OBEY: Duration = Duration::from_secs(15);

/// Carries out a run that was claimed by a request made at `asked` (since boot): the lease counts from there.
/// Comes back when the run has ended, or when somebody else holds it.
pub async fn carry_out(engine: Engine, claim: Claim, asked: Duration) {
    let stop = Stop::leased(asked, engine.limits.lease);
    if claim.canceled {
        stop.stop(Stopped::Canceled);
    }
    let secrets = Secrets::default();
    let (journal, entries) = Journal::open(engine.clock.clone());
    let journal = journal.masking(secrets.clone());
    let progress = Arc::new(Progress::default());
    let closed = CancellationToken::new();
    let recorder = tokio::spawn(record(engine.store.clone(), claim.clone(), entries, closed.clone()));
    let (outcome, max_attempts, allowed) = {
        let prepared = engine.prepare(claim.system, &secrets).await;
        match prepared {
            // Of a system that cannot be read, how often it may be tried cannot either.
            Err(failure) => (Err(Halt::Failed(failure)), retry::DEFAULT_MAX_ATTEMPTS, Duration::ZERO),
            Ok(prepared) => {
                let max_attempts = prepared.system.max_attempts;
                let allowed = Duration::from_micros(u64::try_from(prepared.system.timeout_us).unwrap_or(u64::MAX));
                let watch = Watch {
                    engine: &engine,
                    claim: &claim,
                    stop: &stop,
                    progress: &progress,
                    journal: &journal,
                    allowed,
                };
                let outcome = tokio::select! {
                    outcome = synchronize(&engine, &claim, prepared, &journal, &progress, &stop) => outcome,
                    stopped = disobeys(&stop, &engine.limits) => Err(Halt::Stopped(stopped)),
                    never = watch.look_after() => match never {},
                };
                (outcome, max_attempts, allowed)
            }
        }
    };
    let verdict = judge(&outcome, &claim, max_attempts);
    if let Some(message) = verdict.message {
        let message = named(&engine, &claim, &outcome, allowed, message).await;
        // Where the journal is gone, the recorder has the reason.
        let _ = journal.log(message).await;
    }
    // A connector that was dropped may still have the journal.
    closed.cancel();
    let stored = match recorder.await {
        Ok(outcome) => outcome,
        Err(error) => Err(StoreError::Database(error.to_string())),
    };
    let emitted = journal.emitted();
    let Some(ending) = verdict.ending else { return };
    match stored {
        Ok(()) => end(&engine, &claim, &progress, emitted, ending, verdict.retry).await,
        Err(StoreError::Fenced) => log::warn!("run {} is held by another worker now", claim.run),
        // The lease runs out, and the reaper ends the run when the database takes writes again.
        Err(error) => log::error!("run {}: the log could not be stored: {error}", claim.run),
    }
}

async fn synchronize(
    engine: &Engine,
    claim: &Claim,
    prepared: Prepared,
    journal: &Journal,
    progress: &Arc<Progress>,
    stop: &Stop,
) -> Result<(), Halt> {
    stop.check()?;
    let secrets = prepared.peer.net.secrets().clone();
    let ports = Arc::new(Ports::new(engine.store.clone(), claim.clone()).masking(secrets));
    let context = Context {
        peer: prepared.peer,
        journal: journal.clone(),
        progress: progress.clone(),
        stop: stop.clone(),
        clock: engine.clock.clone(),
        state: ports.clone(),
        plan: ports.clone(),
        replica: ports,
        confirmed: claim.plan_digest.clone(),
        run: claim.run.0,
    };
    let work = AbortOnDropHandle::new(tokio::spawn(async move { prepared.connector.sync(&context).await }));
    match work.await {
        Ok(outcome) => outcome,
        // The process ends before the run could: it is found by its lease.
        Err(error) if error.is_cancelled() => Err(Halt::Stopped(Stopped::LeaseLost)),
        Err(_panic) => {
            let id: String = random::token().chars().take(10).collect();
            // Not the error itself: it may quote what the service sent.
            log::error!("run {} ({id}): the connector ended early, see the panic before this line", claim.run);
            Err(Halt::Failed(Failure::new(Stage::Content, "RUN-INTERNAL").arg(id)))
        }
    }
}

/// Comes back when the run was stopped and has not ended by itself in time.
async fn disobeys(stop: &Stop, limits: &Limits) -> Stopped {
    let reason = stop.stopped().await;
    let patience = match reason {
        Stopped::ShutDown => limits.grace,
        Stopped::Canceled | Stopped::NoProgress | Stopped::LeaseLost => OBEY,
    };
    tokio::time::sleep(patience).await;
    reason
}

/// Looks after a run while it goes on.
struct Watch<'a> {
    engine: &'a Engine,
    claim: &'a Claim,
    stop: &'a Stop,
    progress: &'a Progress,
    journal: &'a Journal,
    allowed: Duration,
}

impl Watch<'_> {
    /// Renews the lease, stores progress, and stops the run when it is canceled, stuck or shut down.
    async fn look_after(&self) -> Infallible {
        loop {
            // A lease that ran out stops the run.
            let goes_on = self.stop.check().is_ok();
            tokio::select! {
                () = tokio::time::sleep(LOOK_AFTER) => {}
                () = self.engine.end.cancelled(), if goes_on => self.stop.stop(Stopped::ShutDown),
            }
            let (snapshot, idle) = self.progress.snapshot();
            if idle > self.allowed {
                self.stop.stop(Stopped::NoProgress);
            }
            let asked = since_boot();
            let (claim, lease) = (self.claim.clone(), self.engine.limits.lease);
            let now = totals(&snapshot, self.engine.clock.now().minus(idle), self.journal.emitted());
            let beat = self
                .engine
                .store
                .write(move |db| {
                    let canceled = runs::heartbeat(db, &claim, lease)?;
                    runs::store_progress(db, &claim, &now)?;
                    Ok(canceled)
                })
                .await;
            match beat {
                Ok(canceled) => {
                    self.stop.extend(asked, lease);
                    if canceled {
                        self.stop.stop(Stopped::Canceled);
                    }
                }
                Err(StoreError::Fenced) => self.stop.stop(Stopped::LeaseLost),
                // The lease goes on until it runs out; a database that comes back in time changes nothing.
                Err(error) => log::warn!("run {}: heartbeat: {error}", self.claim.run),
            }
        }
    }
}

fn totals(snapshot: &super::progress::Snapshot, moved_at: Stamp, emitted: i64) -> Totals {
    Totals {
        moved_at: snapshot.has_moved().then_some(moved_at),
        phase: snapshot.phase.to_owned(),
        items_done: snapshot.items_done,
        items_total: snapshot.items_total,
        bytes_done: snapshot.bytes_done,
        bytes_total: snapshot.bytes_total,
        total_final: snapshot.total_final,
        unchanged: snapshot.unchanged,
        emitted,
        ..Totals::default()
    }
}

/// What follows from how `sync` came back.
struct Verdict {
    /// None: the run is somebody else's by now.
    ending: Option<Ending>,
    message: Option<Message>,
    retry: Option<Retry>,
}

fn judge(outcome: &Result<(), Halt>, claim: &Claim, max_attempts: i64) -> Verdict {
    let again =
        |transient: bool| retry::next_attempt(claim.attempt, max_attempts, transient).map(|after| Retry { after });
    let error = |reason: EndReason, code: &str, stage: Option<Stage>| {
        Some(Ending::Error { reason, code: code.to_owned(), stage })
    };
    match outcome {
        Ok(()) => Verdict { ending: Some(Ending::Whole), message: None, retry: None },
        Err(Halt::Braked) => {
            Verdict { ending: error(EndReason::Brake, "FILE-BRAKE", None), message: None, retry: None }
        }
        Err(Halt::Failed(failure)) => Verdict {
            ending: error(EndReason::Failed, failure.code, Some(failure.stage)),
            retry: again(failure.transient),
            message: Some(told(failure)),
        },
        Err(Halt::Stopped(Stopped::Canceled)) => Verdict {
            ending: Some(Ending::Canceled),
            message: Some(Message::of_run(Category::Information, "RUN-CANCELED")),
            retry: None,
        },
        Err(Halt::Stopped(Stopped::ShutDown)) => Verdict {
            ending: error(EndReason::ShutDown, "RUN-SHUT-DOWN", None),
            message: Some(Message::of_run(Category::Error, "RUN-SHUT-DOWN")),
            retry: again(EndReason::ShutDown.heals_by_retry()),
        },
        Err(Halt::Stopped(Stopped::NoProgress)) => Verdict {
            ending: error(EndReason::NoProgress, "RUN-NO-PROGRESS", None),
            message: Some(Message::of_run(Category::Error, "RUN-NO-PROGRESS")),
            retry: again(EndReason::NoProgress.heals_by_retry()),
        },
        Err(Halt::Stopped(Stopped::LeaseLost)) => Verdict { ending: None, message: None, retry: None },
    }
}

/// How a run was stopped, with who or what stopped it.
async fn named(
    engine: &Engine,
    claim: &Claim,
    outcome: &Result<(), Halt>,
    allowed: Duration,
    message: Message,
) -> Message {
    let Err(Halt::Stopped(stopped)) = outcome else { return message };
    let name = match stopped {
        Stopped::Canceled => {
            let claim = claim.clone();
            engine.store.read(move |db| runs::canceled_by(db, &claim)).await.ok().flatten()
        }
        Stopped::ShutDown => claim.worker.clone(),
        Stopped::NoProgress => minutes(allowed),
        Stopped::LeaseLost => None,
    };
    match name {
        Some(name) => message.arg(name),
        None => message,
    }
}

/// Whole minutes; none for less than one, which settings do not allow.
fn minutes(span: Duration) -> Option<String> {
    Some(span.as_secs() / 60).filter(|minutes| *minutes > 0).map(|minutes| minutes.to_string())
}

/// A failure as the Error message of its run.
fn told(failure: &Failure) -> Message {
    let mut message = Message::of_run(Category::Error, failure.code);
    message.args.clone_from(&failure.args);
    message.foreign_text.clone_from(&failure.foreign_text);
    message
}

async fn end(engine: &Engine, claim: &Claim, progress: &Progress, emitted: i64, ending: Ending, retry: Option<Retry>) {
    let (snapshot, idle) = progress.snapshot();
    let last = totals(&snapshot, engine.clock.now().minus(idle), emitted);
    let check_within = engine.limits.cadence.extra_check;
    let held = claim.clone();
    let ended = engine
        .store
        .write(move |db| {
            held.hold(db)?;
            runs::store_progress(db, &held, &last)?;
            runs::finish(db, &held, &ending, Sequel { retry, check_within })
        })
        .await;
    match ended {
        Ok(_result) => {}
        Err(StoreError::Fenced) => log::warn!("run {} is held by another worker now", claim.run),
        Err(error) => log::error!("run {}: its end could not be stored: {error}", claim.run),
    }
}

/// Ends a run whose worker is gone, and queues the retry.
///
/// # Errors
/// Why the database did not take it; the next look tries again.
pub async fn bury(engine: &Engine, claim: Claim) -> Result<(), StoreError> {
    let now = engine.clock.now();
    engine
        .store
        .write(move |db| {
            let (system, _group) = crate::store::systems::by_id(db, &crate::access::Internal::worker(), claim.system)?;
            let mut message = Message::of_run(Category::Error, "RUN-LOST-WORKER");
            message.args.extend(claim.worker.clone());
            append(db, &claim, &vec![(now, message)])?;
            runs::count_emitted(db, &claim, 1)?;
            // Whoever asked for it to be canceled does not want it tried again.
            let transient = EndReason::LostWorker.heals_by_retry() && !claim.canceled;
            let retry = retry::next_attempt(claim.attempt, system.max_attempts, transient).map(|after| Retry { after });
            let ending =
                Ending::Error { reason: EndReason::LostWorker, code: "RUN-LOST-WORKER".to_owned(), stage: None };
            runs::finish(db, &claim, &ending, retry).map(|_result| ())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_minutes() {
        assert_eq!(minutes(Duration::from_hours(1)).as_deref(), Some("60"));
        assert_eq!(minutes(Duration::from_millis(100)), None);
    }
}
