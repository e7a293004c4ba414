//! The worker of production: carries out runs and checks concurrently, and looks after due times and lost runs.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

use super::engine::Engine;
use super::run::{carry_out, reap};
use super::set_back::{self, Memory};
use super::step::{Stepper, lost_runs};
use super::{bulk, scheduler};
use crate::ops::maintenance;
use crate::store::Result;

/// How often due times and lost leases are looked at.
const TICK: Duration = Duration::from_secs(1);

/// How long storing the results of runs that were stopped after their grace period may take.
const SETTLE: Duration = Duration::from_secs(5);

/// Works until the process ends, then gives what is on its way its grace. A run that has not ended by then ends as
/// shut down.
pub async fn work(engine: Engine, name: String) {
    let (mut running, mut checking): (JoinSet<()>, JoinSet<()>) = (JoinSet::new(), JoinSet::new());
    let mut stepper = Stepper::new(engine.clone(), name);
    // Beside the claims: whatever these wait for must not keep a run from being claimed.
    let _beside = [
        AbortOnDropHandle::new(tokio::spawn(tick_forever(engine.clone()))),
        AbortOnDropHandle::new(tokio::spawn(keep_up_forever(engine.clone()))),
        AbortOnDropHandle::new(tokio::spawn(carry_out_bulk_actions(engine.clone()))),
    ];
    loop {
        let woken = engine.wake.notified();
        tokio::select! {
            () = engine.end.cancelled() => break,
            () = woken => {}
            () = tokio::time::sleep(engine.limits.poll) => {}
            Some(_ended) = running.join_next(), if !running.is_empty() => {}
            Some(_ended) = checking.join_next(), if !checking.is_empty() => {}
        }
        // Checks have separate slots: each may last a minute, and people who may only request checks must not be able
        // to keep runs waiting.
        while checking.len() < engine.limits.checks_at_once && start_check(&engine, &mut stepper, &mut checking).await {
        }
        while running.len() < engine.limits.runs_at_once && start_run(&engine, &stepper, &mut running).await {}
    }
    let grace = tokio::time::timeout(engine.limits.grace + SETTLE, async {
        while running.join_next().await.is_some() {}
        while checking.join_next().await.is_some() {}
    });
    if grace.await.is_err() {
        let (runs, checks) = (running.len(), checking.len());
        log::warn!(
            "some work did not end in time (runs: {runs}, checks: {checks}); it is ended when its leases expire"
        );
    }
}

/// Starts the next check, if there is any.
async fn start_check(engine: &Engine, stepper: &mut Stepper, checking: &mut JoinSet<()>) -> bool {
    let claimed = stepper.claim_check().await;
    engine.failures.note("cannot read the queue of checks", &claimed);
    let Ok(Some(check)) = claimed else { return false };
    checking.spawn(check.carry_out(engine.clone()));
    true
}

/// Starts the next run, if there is any.
async fn start_run(engine: &Engine, stepper: &Stepper, running: &mut JoinSet<()>) -> bool {
    let claimed = stepper.claim_run().await;
    engine.failures.note("cannot read the queue of runs", &claimed);
    let Ok(Some((claim, asked))) = claimed else { return false };
    running.spawn(carry_out(engine.clone(), claim, asked));
    true
}

/// How often upkeep is done.
const UPKEEP: Duration = Duration::from_mins(1);

/// One round at a time: there may be much to delete.
async fn keep_up_forever(engine: Engine) {
    let mut rounds = tokio::time::interval(UPKEEP);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let (engine, failures) = (engine.clone(), engine.failures.clone());
        let round = AbortOnDropHandle::new(tokio::spawn(async move {
            maintenance::round(&engine.store, &engine.vault, &engine.config, engine.worker, engine.clock.now()).await
        }));
        match round.await {
            Ok(result) => failures.note("cannot complete maintenance", &result),
            Err(error) => log::error!("maintenance stopped unexpectedly: {error}"),
        }
    }
}

/// One look at bulk actions at a time.
async fn carry_out_bulk_actions(engine: Engine) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (engine, failures) = (engine.clone(), engine.failures.clone());
        match AbortOnDropHandle::new(tokio::spawn(async move { bulk::tick(&engine).await })).await {
            Ok(result) => failures.note("cannot complete a bulk action yet", &result),
            Err(error) => log::error!("processing of bulk actions stopped unexpectedly: {error}"),
        }
    }
}

/// One look at due times and leases at a time.
async fn tick_forever(engine: Engine) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut memory = Memory::default();
    let mut ends = JoinSet::new();
    loop {
        ticks.tick().await;
        match AbortOnDropHandle::new(tokio::spawn(tick(engine.clone(), memory, ends))).await {
            Ok(after) => (memory, ends) = after,
            Err(error) => {
                ends = JoinSet::new();
                log::error!("processing of due times and leases stopped unexpectedly: {error}");
            }
        }
    }
}

/// `ends` are the lost runs that are being ended.
async fn tick(engine: Engine, mut memory: Memory, mut ends: JoinSet<()>) -> (Memory, JoinSet<()>) {
    let failures = &engine.failures;
    failures.note("cannot read stored times", &set_back::watch(&engine, &mut memory).await);
    failures.note("cannot read due times", &scheduler::tick(&engine).await);
    failures.note("cannot read leases", &end_lost_runs(&engine, &mut ends).await);
    (memory, ends)
}

/// Ends the runs whose workers are gone.
async fn end_lost_runs(engine: &Engine, ends: &mut JoinSet<()>) -> Result<()> {
    while ends.try_join_next().is_some() {}
    for claim in lost_runs(engine).await? {
        let engine = engine.clone();
        // Concurrently with each other and the next tick: a run whose system is locked blocks nothing else.
        ends.spawn(async move {
            let ended = reap(&engine, claim).await;
            engine.failures.note("cannot end a run that lost its worker yet", &ended);
        });
    }
    Ok(())
}
