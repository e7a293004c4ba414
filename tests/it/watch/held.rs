//! A connection check of a system on hold: it updates the connection, plans nothing and changes no status.

use syncdesk::domain::run::CheckTrigger;
use syncdesk::domain::status::{Connection, Overall};
use syncdesk::store::{checks, systems};

use super::{HOUR, MINUTE, claimed, ends, tick};
use crate::database::both_databases;
use crate::proofs::known;
use crate::queue::depot::{Depot, ada, by};

fn hold(depot: &Depot) {
    depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
}

fn ask(depot: &Depot) {
    depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
}

/// Whether a check or a run of the system is due.
fn is_planned(depot: &Depot) -> bool {
    let planned = "SELECT 'x' AS value FROM watches WHERE next_check IS NOT NULL OR next_change_at IS NOT NULL";
    !depot.database.connect().texts(planned).is_empty()
}

both_databases! {
    async fn it_updates_the_connection_and_plans_nothing(depot: Depot) {
        depot.database.connect().execute("UPDATE systems SET schedule = 'every 5', next_due = 1");
        tick(&depot).await;
        ends(&depot, true);
        let before = depot.all_runs().len();
        hold(&depot);
        for good in [false, true, false] {
            depot.advance(MINUTE);
            ask(&depot);
            ends(&depot, good);
            let system = depot.found();
            let connection = if good { Connection::Ok } else { Connection::Error };
            assert_eq!((system.connection, system.overall), (connection, Overall::OnHold));
            assert!(system.checked_at > Some(system.created_at) && !is_planned(&depot), "{good}");
        }
        // Neither time nor a tick of the scheduler brings anything.
        depot.advance(HOUR * 30);
        tick(&depot).await;
        assert!(claimed(&depot).is_none() && depot.all_runs().len() == before, "no check, no run");
        let system = depot.found();
        assert_eq!((system.paused_since, system.silent_since, system.overall), (None, None, Overall::OnHold));
        assert_eq!(system.hold_reason.as_deref(), Some("Repairs."));
    }

    /// A hold takes back what was due, and leaves what a person has asked for.
    async fn what_waits_when_the_hold_begins(depot: Depot) {
        tick(&depot).await;
        hold(&depot);
        assert!(claimed(&depot).is_none(), "the regular check is withdrawn");
        ask(&depot);
        hold(&depot);
        let check = claimed(&depot).expect("the check that Ada asked for");
        assert_eq!(check.trigger, CheckTrigger::Manual);
    }

    /// Automatic checks resume after the release.
    async fn a_release_begins_again(depot: Depot) {
        tick(&depot).await;
        ends(&depot, true);
        hold(&depot);
        ask(&depot);
        ends(&depot, true);
        depot.write(|db| systems::release(db, &ada(), &depot.key, None, depot.now()));
        assert!(is_planned(&depot));
        tick(&depot).await;
        ends(&depot, true);
        assert_eq!(depot.found().connection, Connection::Ok);
    }
}
