//! One run, from the claim to its end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::connector::Context;
use super::engine::{Engine, Limits, Prepared};
use super::journal::Journal;
use super::late_end::{LateEnd, end_late};
use super::outlast;
use super::ports::Ports;
use super::progress::Progress;
use super::recorder::record;
use super::stop::{Stop, StopReason, Stopped};
use crate::clock::{RunClock, since_boot};
use crate::domain::message::{Category, Message};
use crate::domain::retry;
use crate::domain::run::{EndReason, PeerFailure, Stage};
use crate::net::secrets::Secrets;
use crate::ops::random;
use crate::store::messages::append;
use crate::store::runs::{self, Claim, Ending, FollowUp, Retry, Totals};
use crate::store::{self, StoreError};

/// How often a running run is looked after: cancellation must be answered within two seconds.
const LOOK_AFTER: Duration = Duration::from_millis(500);

/// Carries out a run that was claimed by a request made at `asked` (since boot): the lease counts from there.
/// Returns when the run has ended, or when another worker holds it.
pub async fn carry_out(engine: Engine, claim: Claim, asked: Duration) {
    let stop = Stop::leased(asked, engine.limits.lease);
    if claim.canceled {
        stop.stop(Stopped::Canceled);
    }
    let clock = Arc::new(RunClock::new(claim.claimed_at, since_boot()));
    let secrets = Secrets::default();
    let (journal, entries) = Journal::open(clock.clone());
    let journal = journal.masking(secrets.clone());
    let progress = Arc::new(Progress::default());
    let closed = CancellationToken::new();
    let recorder = tokio::spawn(record(engine.store.clone(), claim.clone(), stop.clone(), entries, closed.clone()));
    let (outcome, max_attempts, allowed) = {
        let prepared = engine.prepare(claim.system, &secrets, || stop.holds()).await;
        match prepared {
            // Of a system that cannot be read, how often it may be tried cannot either.
            Err(failure) => (Err(StopReason::Failed(failure)), retry::DEFAULT_MAX_ATTEMPTS, Duration::ZERO),
            Ok(prepared) => {
                let max_attempts = prepared.system.max_attempts;
                let allowed = Duration::from_micros(u64::try_from(prepared.system.timeout_us).unwrap_or(u64::MAX));
                // An operator may have set a lower limit since the system was specified.
                let allowed = allowed.min(engine.limits.longest_timeout);
                let watch = RunMonitor {
                    engine: &engine,
                    claim: &claim,
                    stop: &stop,
                    clock: &clock,
                    progress: &progress,
                    journal: &journal,
                    allowed,
                };
                let outcome = tokio::select! {
                    outcome = synchronize(&watch, prepared, &clock, &progress) => outcome,
                    stopped = disobeys(&stop, &engine.limits) => Err(StopReason::Stopped(stopped)),
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
    let last = progress.totals(&clock, journal.emitted());
    let ended = match (stored, verdict.ending) {
        (Ok(()), Some(ending)) => end(&engine, &claim, &stop, &last, ending, verdict.retry).await,
        (Err(error), _) => Err(error),
        (Ok(()), None) => Err(StoreError::Fenced),
    };
    let Err(error) = ended else { return };
    // Also a lease that ran out: the database may be why it could not be renewed.
    let fault = error.fault().or_else(|| engine.store.fault_within(engine.limits.lease));
    match fault {
        Some(fault) => end_late(&engine, &claim, LateEnd { fault, last, max_attempts }).await,
        None => log::warn!("run {}: its end could not be stored: {error}", claim.run),
    }
}

async fn synchronize(
    watch: &RunMonitor<'_>,
    prepared: Prepared,
    clock: &Arc<RunClock>,
    progress: &Arc<Progress>,
) -> Result<(), StopReason> {
    let RunMonitor { engine, claim, stop, journal, .. } = *watch;
    stop.check()?;
    let secrets = prepared.peer.net.secrets().clone();
    let ports = Ports::new(engine.store.clone(), claim.clone(), stop.clone()).masking(secrets);
    let context = Context {
        peer: prepared.peer,
        journal: journal.clone(),
        progress: progress.clone(),
        stop: stop.clone(),
        clock: clock.clone(),
        confirmed: claim.plan_digest.clone(),
        run: claim.run.0,
    };
    let work = AbortOnDropHandle::new(tokio::spawn(async move { prepared.connector.sync(&context, &ports).await }));
    match work.await {
        Ok(outcome) => outcome,
        // The process ends before the run could: it is found by its lease.
        Err(error) if error.is_cancelled() => Err(StopReason::Stopped(Stopped::LeaseLost)),
        Err(_panic) => {
            let id: String = random::token().chars().take(10).collect();
            // Not the error itself: it may quote what the service sent.
            log::error!("run {} ({id}): the connector stopped unexpectedly; see the panic before this line", claim.run);
            Err(StopReason::Failed(PeerFailure::new(Stage::Content, "RUN-INTERNAL").arg(id)))
        }
    }
}

/// Returns when the run was stopped and has not ended in time.
async fn disobeys(stop: &Stop, limits: &Limits) -> Stopped {
    let reason = stop.stopped().await;
    let patience = match reason {
        Stopped::ShutDown => limits.grace,
        Stopped::Canceled | Stopped::NoProgress | Stopped::LeaseLost => limits.obey,
    };
    tokio::time::sleep(patience).await;
    reason
}

/// Monitors a run in process.
struct RunMonitor<'a> {
    engine: &'a Engine,
    claim: &'a Claim,
    stop: &'a Stop,
    clock: &'a RunClock,
    progress: &'a Progress,
    journal: &'a Journal,
    allowed: Duration,
}

impl RunMonitor<'_> {
    /// Renews the lease, stores progress, and stops the run when it is canceled, stuck or shut down.
    async fn look_after(&self) -> Infallible {
        loop {
            // A lease that ran out stops the run.
            let goes_on = self.stop.check().is_ok();
            tokio::select! {
                () = tokio::time::sleep(LOOK_AFTER) => {}
                () = self.engine.end.cancelled(), if goes_on => self.stop.stop(Stopped::ShutDown),
            }
            if self.progress.snapshot().1 > self.allowed {
                self.stop.stop(Stopped::NoProgress);
            }
            let asked = since_boot();
            let (claim, lease) = (self.claim.clone(), self.engine.limits.lease);
            let now = self.progress.totals(self.clock, self.journal.emitted());
            let beat = self
                .engine
                .store
                .write(move |db| {
                    let canceled = runs::heartbeat(db, &claim, lease)?;
                    runs::store_progress(db, &claim, &now)?;
                    Ok(canceled)
                })
                .await;
            self.engine.failures.note("cannot store a heartbeat", &beat);
            match beat {
                Ok(canceled) => {
                    self.stop.extend(asked, lease);
                    if canceled {
                        self.stop.stop(Stopped::Canceled);
                    }
                }
                Err(StoreError::Fenced) => self.stop.stop(Stopped::LeaseLost),
                // The lease holds until it expires; a database that comes back in time changes nothing.
                Err(_error) => {}
            }
        }
    }
}

/// What follows from how `sync` came back.
struct Verdict {
    /// None: the run is somebody else's by now.
    ending: Option<Ending>,
    message: Option<Message>,
    retry: Option<Retry>,
}

fn judge(outcome: &Result<(), StopReason>, claim: &Claim, max_attempts: i64) -> Verdict {
    let again =
        |transient: bool| retry::next_attempt(claim.attempt, max_attempts, transient).map(|after| Retry { after });
    let error = |reason: EndReason, code: &str, stage: Option<Stage>| {
        Some(Ending::Error { reason, code: code.to_owned(), stage })
    };
    match outcome {
        Ok(()) => Verdict { ending: Some(Ending::Whole), message: None, retry: None },
        Err(StopReason::Braked) => {
            Verdict { ending: error(EndReason::Brake, "FILE-BRAKE", None), message: None, retry: None }
        }
        Err(StopReason::Failed(failure)) => Verdict {
            ending: error(EndReason::Failed, failure.code, Some(failure.stage)),
            retry: again(failure.transient),
            message: Some(to_message(failure)),
        },
        Err(StopReason::Stopped(Stopped::Canceled)) => Verdict {
            ending: Some(Ending::Canceled),
            message: Some(Message::of_run(Category::Information, "RUN-CANCELED")),
            retry: None,
        },
        Err(StopReason::Stopped(Stopped::ShutDown)) => Verdict {
            ending: error(EndReason::ShutDown, "RUN-SHUT-DOWN", None),
            message: Some(Message::of_run(Category::Error, "RUN-SHUT-DOWN")),
            retry: retry::next_attempt_at_once(claim.attempt, max_attempts).map(|after| Retry { after }),
        },
        Err(StopReason::Stopped(Stopped::NoProgress)) => Verdict {
            ending: error(EndReason::NoProgress, "RUN-NO-PROGRESS", None),
            message: Some(Message::of_run(Category::Error, "RUN-NO-PROGRESS")),
            retry: again(EndReason::NoProgress.heals_by_retry()),
        },
        Err(StopReason::Stopped(Stopped::LeaseLost)) => Verdict { ending: None, message: None, retry: None },
    }
}

/// How a run was stopped, with who or what stopped it.
async fn named(
    engine: &Engine,
    claim: &Claim,
    outcome: &Result<(), StopReason>,
    allowed: Duration,
    message: Message,
) -> Message {
    let Err(StopReason::Stopped(stopped)) = outcome else { return message };
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
fn to_message(failure: &PeerFailure) -> Message {
    let mut message = Message::of_run(Category::Error, failure.code);
    message.args.clone_from(&failure.args);
    message.foreign_text.clone_from(&failure.foreign_text);
    message
}

async fn end(
    engine: &Engine,
    claim: &Claim,
    stop: &Stop,
    last: &Totals,
    ending: Ending,
    retry: Option<Retry>,
) -> Result<(), StoreError> {
    let cadence = engine.limits.cadence.clone();
    let (held, last, what) = (claim.clone(), last.clone(), format!("run {}: its end", claim.run));
    outlast::write(
        &engine.store,
        &what,
        || stop.holds(),
        move |db| {
            held.hold(db)?;
            runs::store_progress(db, &held, &last)?;
            runs::finish(db, &held, &ending, FollowUp { retry, cadence }).map(|_result| ())
        },
    )
    .await
}

/// Ends a run whose worker is gone, and queues the retry, which starts at once.
///
/// # Errors
/// Why the database did not take it as long as the claim held; a later look tries again.
pub async fn reap(engine: &Engine, claim: Claim) -> Result<(), StoreError> {
    let (until, worker) = (since_boot() + engine.limits.lease, engine.worker);
    let what = format!("run {}: its end", claim.run);
    outlast::write(
        &engine.store,
        &what,
        || since_boot() < until,
        move |db| {
            let now = store::now(db)?;
            let system = crate::store::systems::by_id(db, worker, claim.system)?;
            let mut message = Message::of_run(Category::Error, "RUN-LOST-WORKER");
            message.args.extend(claim.worker.clone());
            append(db, &claim, &vec![(now, message)])?;
            runs::count_emitted(db, &claim, 1)?;
            // A canceled run is not retried.
            let again = retry::next_attempt_at_once(claim.attempt, system.max_attempts).filter(|_wait| !claim.canceled);
            let retry = again.map(|after| Retry { after });
            let ending =
                Ending::Error { reason: EndReason::LostWorker, code: "RUN-LOST-WORKER".to_owned(), stage: None };
            runs::finish(db, &claim, &ending, retry).map(|_result| ())
        },
    )
    .await?;
    engine.wake.notify_one();
    Ok(())
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
