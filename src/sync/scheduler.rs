//! The schedule: queues the runs and checks that are due, and updates states that depend only on the time. A due time moves on
//! in the transaction that queues the run, so that two processes never queue it twice. All of it uses the clock of the
//! database, and nothing waits for a system that another transaction has locked.

use super::engine::Engine;
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::run::CheckTrigger;
use crate::domain::schedule::{self, Schedule};
use crate::ids::SystemId;
use crate::store::runs::{self, NewRun};
use crate::store::systems::InReach;
use crate::store::{self, Db, Result, StoreError, checks, systems};

/// How many systems one look takes on.
const AT_ONCE: i64 = 200;

/// Queues what is due. Returns how many systems, checks and runs it found.
///
/// # Errors
/// Why due times cannot be read; what was queued before stays queued.
pub async fn tick(engine: &Engine) -> Result<usize> {
    // One that fails does not keep the others from being done.
    let done = [pass_time(engine).await, queue_checks(engine).await, queue_runs(engine).await];
    done.into_iter().sum()
}

/// Pauses systems without a good check for too long, and marks systems silent that exceeded their freshness budget.
async fn pass_time(engine: &Engine) -> Result<usize> {
    // One transaction each: it holds the row of counts at its end, for which transactions of other systems wait.
    let (mut done, schedule) = (Ok(()), engine.schedule);
    let changing = engine.store.read(move |db| systems::changing(db, schedule, AT_ONCE)).await?;
    let found = changing.len();
    for id in changing {
        done = engine.store.write(move |db| systems::pass_time(db, schedule, id)).await.and(done);
    }
    done.map(|()| found)
}

/// Queues the connection checks that are due.
async fn queue_checks(engine: &Engine) -> Result<usize> {
    let schedule = engine.schedule;
    let mut due = engine.store.read(move |db| systems::due_checks(db, schedule, AT_ONCE)).await?;
    // Everybody takes systems in this order, so that nobody waits for each other.
    due.sort_unstable();
    if due.is_empty() {
        return Ok(0);
    }
    let (found, cadence) = (due.len(), engine.limits.cadence.clone());
    let queue = move |db: &mut Db| {
        let now = store::now(db)?;
        let principal = schedule.principal();
        for (system, was) in due {
            if systems::take_check(db, schedule, system, was, &cadence)? {
                checks::queue(db, InReach::for_syncdesk(schedule, system), CheckTrigger::Regular, &principal, now)?;
            }
        }
        Ok::<_, StoreError>(())
    };
    engine.store.write(queue).await?;
    engine.wake.notify_one();
    Ok(found)
}

/// Queues the runs that are due.
async fn queue_runs(engine: &Engine) -> Result<usize> {
    let by = engine.schedule;
    let due = move |db: &mut Db| {
        let now = store::now(db)?;
        Ok((now, runs::due_systems(db, by, now, AT_ONCE)?))
    };
    let (now, due) = engine.store.read(due).await?;
    let (mut done, mut count) = (Ok(()), 0);
    for (system, was, text, zone) in due {
        let planned = text.parse::<Schedule>().ok().zip(zone.parse().ok());
        if planned.is_none() {
            log::error!("system {system}: cannot read its schedule: {text} in {zone}");
        }
        let came = planned.map(|(schedule, zone)| schedule.due(was, now, zone, system.seed()));
        let queued = match came {
            None => engine.store.write(move |db| runs::set_due(db, by, system, was, None)).await.map(|_moved| false),
            Some(None) => continue,
            Some(Some(came)) => engine.store.write(move |db| queue_run(db, by, (system, was), came)).await,
        };
        match queued {
            Ok(true) => {
                count += 1;
                engine.wake.notify_one();
            }
            Ok(false) => {}
            // One that fails does not keep the others from being queued.
            Err(error) => done = Err(error),
        }
    }
    done.map(|()| count)
}

/// Moves the due time of a system on and queues a run in each of its lanes, unless another process has, or is doing it.
fn queue_run(db: &mut Db, by: Internal, (system, was): (SystemId, Stamp), came: schedule::DueTime) -> Result<bool> {
    if !runs::set_due(db, by, system, was, came.next)? {
        return Ok(false);
    }
    let now = store::now(db)?;
    for lane in systems::lanes_to_queue(db, by, system)? {
        let due = NewRun {
            system: InReach::for_syncdesk(by, system),
            lane,
            request_key: None,
            trigger: came.trigger,
            principal: by.principal(),
            attempt: 1,
            retries_run: None,
            plan_digest: None,
            not_before: now,
        };
        // A run that is queued already (a retry that waits, a press of the button) is this one too.
        runs::try_queue(db, &due, now)?;
    }
    Ok(true)
}
