//! The schedule: due times become queued runs, and queued checks; what time alone changes is changed. Whoever moves
//! a due time on queues what was due, in one transaction, so that two replicas never queue two.

use super::engine::Engine;
use crate::access::Internal;
use crate::domain::run::CheckTrigger;
use crate::domain::schedule::Schedule;
use crate::store::runs::{self, Due};
use crate::store::{Db, Result, checks, systems};

/// How many systems one look takes on.
const AT_ONCE: i64 = 200;

/// Queues what is due.
///
/// # Errors
/// Why due times cannot be read; what was queued before stays queued.
pub async fn tick(engine: &Engine) -> Result<()> {
    // One that fails does not keep the others from being done.
    let done = [pass_time(engine).await, queue_checks(engine).await, queue_runs(engine).await];
    done.into_iter().collect()
}

/// Pauses what has had no connection for too long, and calls silent what has been so.
async fn pass_time(engine: &Engine) -> Result<()> {
    // One transaction each: it holds the row of counts at its end, for which others wait with a system of their own.
    for id in engine.store.read(|db| systems::changing(db, &Internal::schedule(), AT_ONCE)).await? {
        engine.store.write(move |db| systems::pass_time(db, &Internal::schedule(), id)).await?;
    }
    Ok(())
}

/// Queues the connection checks that are due.
async fn queue_checks(engine: &Engine) -> Result<()> {
    let mut due = engine.store.read(|db| systems::due_checks(db, &Internal::schedule(), AT_ONCE)).await?;
    // Everybody takes systems in this order, so that nobody waits for each other.
    due.sort_unstable();
    if due.is_empty() {
        return Ok(());
    }
    let (now, cadence) = (engine.clock.now(), engine.limits.cadence.clone());
    let queue = move |db: &mut Db| {
        let principal = Internal::schedule().principal().to_string();
        for (system, was) in due {
            if systems::take_check(db, system, was, &cadence)? {
                checks::queue(db, system, CheckTrigger::Regular, &principal, now)?;
            }
        }
        Ok(())
    };
    engine.store.write(queue).await?;
    engine.wake.notify_one();
    Ok(())
}

/// Queues the runs that are due.
async fn queue_runs(engine: &Engine) -> Result<()> {
    let now = engine.clock.now();
    let due = engine.store.read(move |db| runs::due_systems(db, &Internal::schedule(), now, AT_ONCE)).await?;
    for (system, was, text, zone) in due {
        let planned = text.parse::<Schedule>().ok().zip(zone.parse().ok());
        let Some((schedule, zone)) = planned else {
            log::error!("system {system}: its schedule cannot be read: {text} in {zone}");
            engine.store.write(move |db| runs::set_due(db, system, was, None)).await?;
            continue;
        };
        let Some(came) = schedule.due(was, now, zone, system.seed()) else { continue };
        let queued = engine
            .store
            .write(move |db| {
                if !runs::set_due(db, system, was, came.next)? {
                    return Ok(false);
                }
                let due = Due {
                    system,
                    lane: "main".to_owned(),
                    request_key: None,
                    trigger: came.trigger,
                    principal: Internal::schedule().principal().to_string(),
                    attempt: 1,
                    retries_run: None,
                    plan_digest: None,
                    not_before: now,
                };
                // A run that is queued already (a retry that waits, a press of the button) is this one too.
                runs::try_queue(db, &due, now)?;
                Ok(true)
            })
            .await?;
        if queued {
            engine.wake.notify_one();
        }
    }
    Ok(())
}
