//! When the clock of the database is set back: times that were stored before lie later than they can, and are corrected.

use std::time::Duration;

use super::engine::Engine;
use super::ports::PLAN_LIFE;
use super::{checker, trials};
use crate::clock::{Stamp, since_boot};
use crate::store::{self, Result, checks, plans, runs, systems};

/// How many systems one look takes on.
const AT_ONCE: i64 = 200;

/// How often stored times are looked at although no clock was seen to go back: it may have while nothing ran.
const OFTEN: Duration = Duration::from_mins(1);

/// A clock that is behind by more than this was set back. Slewing, as NTP does, is no matter.
const TOLERANCE: Duration = Duration::from_secs(2);

/// What is remembered between two looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// The clock of the database, and the time since boot, at the last look.
    seen: Option<(Stamp, Duration)>,
    /// Since boot.
    corrected: Option<Duration>,
}

/// Corrects stored times, if the clock was set back since the last look, at the first look, and each minute.
///
/// # Errors
/// Why the database cannot be read or written; the next look tries again.
pub async fn watch(engine: &Engine, memory: &mut Memory) -> Result<()> {
    let (now, at) = (engine.store.read(store::now).await?, since_boot());
    let went_back = memory.seen.is_some_and(|(then, when)| {
        let expected = then.plus(at.saturating_sub(when));
        expected.since(now) > TOLERANCE
    });
    memory.seen = Some((now, at));
    let is_time = memory.corrected.is_none_or(|last| at.saturating_sub(last) >= OFTEN);
    if went_back || is_time {
        memory.corrected = None;
        correct(engine).await?;
        memory.corrected = Some(at);
    }
    Ok(())
}

/// Corrects what lies later than it can.
///
/// # Errors
/// As for [`watch`]; what was corrected before stays corrected.
pub async fn correct(engine: &Engine) -> Result<()> {
    let (worker, schedule, lease) = (engine.worker, engine.schedule, engine.limits.lease);
    let leases = engine.store.write(move |db| runs::shorten_leases(db, worker, lease)).await?;
    let checks = engine.store.write(move |db| checks::shorten_leases(db, worker, checker::LEASE)).await?;
    let trials =
        engine.store.write(move |db| store::connect::trials::shorten_leases(db, worker, trials::LEASE)).await?;
    let checks = checks + trials;
    let waits = engine.store.write(move |db| runs::correct_waits(db, worker)).await?;
    let plans = engine.store.write(move |db| plans::shorten(db, worker, PLAN_LIFE)).await?;
    let (mut found, mut after) = (0, None);
    loop {
        let cadence = engine.limits.cadence.clone();
        let look = move |db: &mut store::Db| systems::too_late(db, schedule, after, &cadence, AT_ONCE);
        let (wrong, next) = engine.store.read(look).await?;
        for id in wrong {
            let cadence = engine.limits.cadence.clone();
            let correct = move |db: &mut store::Db| systems::correct_times(db, schedule, id, &cadence);
            found += usize::from(engine.store.write(correct).await?);
        }
        if next.is_none() {
            break;
        }
        after = next;
    }
    if leases + checks + waits + plans + found > 0 {
        log::warn!(
            "stored times were too late, as if the clock of the database had been set back; corrected: {found} \
             systems, {} leases, {waits} queued runs, {plans} deletion plans",
            leases + checks
        );
        engine.wake.notify_one();
    }
    Ok(())
}
