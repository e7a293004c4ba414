//! The worker: claims runs and checks, carries them out side by side, buries what others lost.

use std::time::Duration;

use tokio::task::JoinSet;

use super::engine::Engine;
use super::run::{bury, carry_out};
use super::{checker, scheduler};
use crate::access::Internal;
use crate::clock::since_boot;
use crate::domain::run::CheckTrigger;
use crate::ops::upkeep;
use crate::store::runs;

/// How often due times and lost leases are looked at.
const TICK: Duration = Duration::from_secs(1);

/// How long it may take to store how runs ended that did not end by themselves within their grace.
const SETTLE: Duration = Duration::from_secs(5);

/// Works until the process ends, then gives what is on its way its grace. A run that has not ended by then ends as
/// shut down.
pub async fn work(engine: Engine, name: String) {
    let (mut running, mut checking): (JoinSet<()>, JoinSet<()>) = (JoinSet::new(), JoinSet::new());
    let mut chores: JoinSet<()> = JoinSet::new();
    let mut first = CheckTrigger::Manual;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut rounds = tokio::time::interval(UPKEEP);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let woken = engine.wake.notified();
        tokio::select! {
            () = engine.end.cancelled() => break,
            () = woken => {}
            () = tokio::time::sleep(engine.limits.poll) => {}
            _ = ticks.tick() => tick(&engine).await,
            // One round at a time, and beside the work: there may be much to delete.
            _ = rounds.tick(), if chores.is_empty() => drop(chores.spawn(keep_up(engine.clone()))),
            Some(_ended) = chores.join_next(), if !chores.is_empty() => {}
            Some(_ended) = running.join_next(), if !running.is_empty() => {}
            Some(_ended) = checking.join_next(), if !checking.is_empty() => {}
        }
        // Checks have places of their own: each may last a minute, and whoever may ask for checks must not be able
        // to keep runs waiting.
        while checking.len() < engine.limits.checks_at_once && start_check(&engine, first, &mut checking).await {
            first = turn(first);
        }
        while running.len() < engine.limits.runs_at_once && start_run(&engine, &name, &mut running).await {}
    }
    let grace = tokio::time::timeout(engine.limits.grace + SETTLE, async {
        while running.join_next().await.is_some() {}
        while checking.join_next().await.is_some() {}
    });
    if grace.await.is_err() {
        let (runs, checks) = (running.len(), checking.len());
        log::warn!("{runs} runs and {checks} checks did not end in time; they will be found by their leases");
    }
}

/// By turns: what people ask for is soon begun, and however much they ask, half of the places go to what is due.
const fn turn(first: CheckTrigger) -> CheckTrigger {
    match first {
        CheckTrigger::Manual => CheckTrigger::Regular,
        CheckTrigger::Regular => CheckTrigger::Manual,
    }
}

/// Starts the next check, if there is any.
async fn start_check(engine: &Engine, first: CheckTrigger, checking: &mut JoinSet<()>) -> bool {
    match checker::claim(engine, first).await {
        Ok(Some(check)) => {
            checking.spawn(checker::carry_out(engine.clone(), check));
            true
        }
        Ok(None) => false,
        Err(error) => {
            log::warn!("the queue of checks cannot be read: {error}");
            false
        }
    }
}

/// Starts the next run, if there is any.
async fn start_run(engine: &Engine, name: &str, running: &mut JoinSet<()>) -> bool {
    match engine.store.read(runs::any_waiting).await {
        Ok(true) => {}
        Ok(false) => return false,
        Err(error) => {
            log::warn!("the queue of runs cannot be read: {error}");
            return false;
        }
    }
    let (worker, lease, asked) = (name.to_owned(), engine.limits.lease, since_boot());
    match engine.store.write(move |db| runs::claim_next(db, &Internal::worker(), &worker, lease)).await {
        Ok(Some(claim)) => {
            running.spawn(carry_out(engine.clone(), claim, asked));
            true
        }
        Ok(None) => false,
        Err(error) => {
            log::warn!("the queue of runs cannot be read: {error}");
            false
        }
    }
}

/// How often upkeep is done.
const UPKEEP: Duration = Duration::from_mins(1);

async fn keep_up(engine: Engine) {
    if let Err(error) = upkeep::round(&engine.store, &engine.vault, &engine.config, engine.clock.now()).await {
        log::warn!("upkeep: {error}");
    }
}

async fn tick(engine: &Engine) {
    if let Err(error) = scheduler::tick(engine).await {
        log::warn!("due times cannot be read: {error}");
    }
    match engine.store.read(runs::any_lost).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => return log::warn!("leases cannot be read: {error}"),
    }
    let lease = engine.limits.lease;
    match engine.store.write(move |db| runs::lost(db, &Internal::worker(), lease)).await {
        Ok(lost) => {
            for claim in lost {
                let run = claim.run;
                if let Err(error) = bury(engine, claim).await {
                    log::warn!("run {run} lost its worker and could not be ended yet: {error}");
                }
            }
        }
        Err(error) => log::warn!("leases cannot be read: {error}"),
    }
}
