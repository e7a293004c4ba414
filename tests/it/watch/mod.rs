//! What time alone does: checks come due, a bad connection pauses a system, nothing for too long makes it silent.

mod checks;
mod clears;
mod held;
mod pages;
mod pauses;
mod silence;

use std::time::Duration;

use syncdesk::domain::cadence::Cadence;
use syncdesk::domain::run::{CheckTrigger, Stage};
use syncdesk::ids::SystemId;
use syncdesk::store::checks::{Check, CheckResult, claim_next, finish};
use syncdesk::store::systems::{self, Draft};
use syncdesk::sync::scheduler;

use crate::proofs::worker;
use crate::queue::depot::{Depot, ada};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

async fn tick(depot: &Depot) {
    scheduler::tick(&depot.engine()).await.expect("due times are read");
}

/// The check that waits, claimed.
fn claimed(depot: &Depot) -> Option<Check> {
    depot.write(|db| claim_next(db, worker(), CheckTrigger::Manual, MINUTE))
}

/// The check that waits comes to this end.
fn ends(depot: &Depot, ok: bool) {
    let check = claimed(depot).expect("a check waits");
    let (stage, code) = if ok { (None, None) } else { (Some(Stage::Tcp), Some("PEER-AWAY")) };
    let outcome = CheckResult { ok, stage, code, detail: None, took: Duration::from_millis(5) };
    depot.write(|db| finish(db, &check, &outcome, &Cadence::default()));
}

/// How long until the next check of a system is due.
fn wait(depot: &Depot, system: SystemId) -> Option<Duration> {
    let watch = depot.read(|db| {
        let system = systems::by_id(db, worker(), system)?;
        systems::times(db, &system)
    });
    watch.next_check.map(|at| at.since(depot.now()))
}

/// Time passes until the next check is due, and it is queued.
async fn until_the_next_check(depot: &Depot, system: SystemId) {
    depot.advance(wait(depot, system).expect("a check is to come") + Duration::from_secs(1));
    tick(depot).await;
}

/// The tree is saved, with what this changes.
fn save(depot: &Depot, change: impl FnOnce(&mut Draft)) {
    let system = depot.found();
    let mut draft = Draft {
        name: system.name.clone(),
        kind: system.kind.clone(),
        group: system.group_id,
        parent: system.parent_id,
        lanes: &["main"],
        production: system.production,
        settings: system.settings.clone(),
        time_zone: system.time_zone.clone(),
        schedule: system.schedule.clone(),
        next_due: system.next_due,
        timeout_us: system.timeout_us,
        max_attempts: system.max_attempts,
        freshness_us: None,
        admin_url: None,
    };
    change(&mut draft);
    assert!(depot.write(|db| systems::save(db, &ada(), &system, &draft, system.settings_version, depot.now())));
}
