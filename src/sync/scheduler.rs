//! The schedule: due times become queued runs. Whoever moves the due time on queues the run, in one
//! transaction, so that two replicas never queue two.

use super::engine::Engine;
use crate::access::Internal;
use crate::domain::schedule::Schedule;
use crate::store::Result;
use crate::store::runs::{self, Due};

/// How many systems one look takes on.
const AT_ONCE: i64 = 200;

/// Queues what is due.
///
/// # Errors
/// Why due times cannot be read; what was queued before stays queued.
pub async fn tick(engine: &Engine) -> Result<()> {
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
