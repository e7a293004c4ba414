//! Claims: who may start what, and how long a claim holds.

use std::time::Duration;

use syncdesk::ids::{RunNo, SystemId};
use syncdesk::store::runs::{self, Claim};
use syncdesk::store::{Store, systems};

use super::depot::{Depot, LEASE, ada, at_once, by, claim, due};
use crate::database::both_databases;
use crate::proofs::worker;

const A_SECOND: Duration = Duration::from_secs(1);

/// What a reaper takes over.
fn lost(store: &Store) -> Vec<Claim> {
    store.write_here(|db| runs::lost(db, worker(), LEASE)).expect("leases are read")
}

both_databases! {
    fn the_run_that_has_waited_longest_comes_first(depot: Depot) {
        let order: [(u8, u64); 3] = [(1, 20), (2, 40), (3, 30)];
        let mut systems: Vec<SystemId> = Vec::new();
        for (number, ago) in order {
            let system = depot.system(number, "none");
            let asked = depot.now().minus(Duration::from_secs(ago));
            depot.write(|db| runs::queue(db, &due(system, None, asked), asked));
            systems.push(system);
        }
        let claimed: Vec<SystemId> = std::iter::from_fn(|| claim(&depot.store)).map(|claim| claim.system).collect();
        assert_eq!(claimed, [systems[1], systems[2], systems[0]]);
    }

    fn a_claim_tells_what_was_asked_for(depot: Depot) {
        let claimed = depot.started("a");
        assert_eq!((claimed.no, claimed.system, claimed.attempt), (RunNo(1), depot.tree, 1));
        assert!(!claimed.canceled && claimed.plan_digest.is_none());
        let run = depot.run(claimed.run);
        assert_eq!(run.settings_version, Some(1), "the run tells with which settings it ran");
        assert_eq!(depot.found().last_attempt_at, run.started_at, "an attempt is noted as such");
        assert_eq!(depot.found().last_success_at, None, "and is no success");
    }

    fn what_is_queued_behind_a_running_run_waits_for_it(depot: Depot) {
        let first = depot.started("a");
        depot.ask("b");
        assert_eq!(claim(&depot.store), None);
        depot.write(|db| runs::finish(db, &first, &runs::Ending::Canceled, None));
        assert_eq!(claim(&depot.store).expect("its turn").no, RunNo(2));
    }

    fn a_run_that_is_not_due_waits(depot: Depot) {
        let later = depot.now().plus(Duration::from_mins(5));
        depot.write(|db| runs::queue(db, &due(depot.tree, None, later), depot.now()));
        assert!(!depot.read(runs::any_waiting));
        assert_eq!(claim(&depot.store), None);
        depot.advance(Duration::from_mins(5));
        assert!(depot.read(runs::any_waiting));
        assert_eq!(claim(&depot.store).expect("it is due").no, RunNo(1));
    }

    fn a_system_on_hold_waits(depot: Depot) {
        depot.ask("a");
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
        assert_eq!(claim(&depot.store), None);
        depot.write(|db| systems::release(db, &ada(), &depot.key, None, depot.now()));
        assert!(claim(&depot.store).is_some());
    }

    fn a_heartbeat_keeps_the_lease(depot: Depot) {
        let claimed = depot.started("a");
        for _ in 0..5 {
            depot.advance(LEASE.saturating_sub(A_SECOND));
            assert!(lost(&depot.store).is_empty());
            depot.write(|db| runs::heartbeat(db, &claimed, LEASE));
        }
        depot.advance(LEASE + A_SECOND);
        assert!(depot.read(runs::any_lost));
        assert_eq!(lost(&depot.store).len(), 1);
    }

    fn a_heartbeat_tells_that_somebody_cancels(depot: Depot) {
        let claimed = depot.started("a");
        assert!(!depot.write(|db| runs::heartbeat(db, &claimed, LEASE)));
        depot.write(|db| runs::cancel(db, &depot.held(&claimed), &by("ada"), depot.now()));
        assert!(depot.write(|db| runs::heartbeat(db, &claimed, LEASE)));
    }

    /// Several reapers see the same silent worker.
    fn a_lost_run_is_taken_over_once(depot: Depot) {
        depot.started("a");
        depot.advance(LEASE + A_SECOND);
        let other = depot.replica();
        other.advance(LEASE + A_SECOND);
        let taken = at_once(&[depot.store.clone(), other], 4, |store, _number| lost(store).len());
        assert_eq!(taken.iter().sum::<usize>(), 1, "{taken:?}");
    }

    /// The clock of the process does not matter: a worker whose host is an hour ahead takes nothing from others, and one
    /// that is an hour behind finds what is lost.
    fn leases_go_by_the_clock_of_the_database(depot: Depot) {
        let claimed = depot.started("a");
        depot.process_is_ahead(Duration::from_hours(1));
        assert!(!depot.read(runs::any_lost) && lost(&depot.store).is_empty());
        depot.process_is_behind(Duration::from_hours(2));
        depot.store.advance(LEASE + A_SECOND);
        assert!(depot.read(runs::any_lost));
        assert_eq!(lost(&depot.store).iter().map(|claim| claim.run).collect::<Vec<_>>(), [claimed.run]);
    }
}
