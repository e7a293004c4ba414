//! A run that succeeds counts as a successful connection check.

use syncdesk::domain::run::RunResult;
use syncdesk::domain::status::{Connection, Overall, Verdict};
use syncdesk::store::runs::{self, Claim, Ending};
use syncdesk::store::systems;

use super::{HOUR, MINUTE, ends, tick, wait};
use crate::database::both_databases;
use crate::queue::depot::{Depot, ada, failed};

/// The run ends as its log says: without a message it completes.
fn completes(depot: &Depot, claim: &Claim) {
    let result = depot.write(|db| runs::finish(db, claim, &Ending::Whole, None));
    assert_eq!(result, RunResult::Completed);
}

both_databases! {
    /// A successful run clears a connection error immediately.
    async fn a_connection_error_immediately(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        assert_eq!(depot.found().overall, Overall::Error);
        depot.advance(MINUTE * 5);
        let claim = depot.started("by hand");
        depot.advance(MINUTE);
        completes(&depot, &claim);
        let system = depot.found();
        assert_eq!((system.connection, system.synchronization, system.overall), (Connection::Ok, Verdict::Completed, Overall::Ok));
        assert_eq!((system.checked_at, system.connection_since), (system.last_success_at, system.last_success_at));
        let next = wait(&depot, depot.tree).expect("a next check");
        assert!((HOUR * 27 / 10..=HOUR * 3).contains(&next), "as after a good check: {next:?}");
        let watch = depot.read(|db| systems::times(db, &depot.found()));
        assert_eq!(watch.pause_at, None, "nothing pauses it");
        // A second one moves only the time of the check.
        depot.advance(MINUTE);
        completes(&depot, &depot.started("again"));
        let again = depot.found();
        assert_eq!(again.connection_since, system.connection_since);
        assert_eq!(again.checked_at, again.last_success_at);
    }

    /// A successful run shows that an unchecked system is connected.
    async fn what_was_never_checked(depot: Depot) {
        completes(&depot, &depot.started("by hand"));
        assert_eq!((depot.found().connection, depot.found().overall), (Connection::Ok, Overall::Ok));
    }

    /// A run that fails or is canceled does not clear a connection error.
    async fn not_by_another_end(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        for (number, ending) in [failed(), Ending::Canceled].into_iter().enumerate() {
            let claim = depot.started(&number.to_string());
            depot.write(|db| runs::finish(db, &claim, &ending, None));
            assert_eq!(depot.found().connection, Connection::Error, "{ending:?}");
        }
    }

    /// A run with older settings does not clear a connection error.
    async fn not_with_older_settings(depot: Depot) {
        tick(&depot).await;
        ends(&depot, true);
        let claim = depot.started("by hand");
        depot.database.connect().execute("UPDATE systems SET settings_version = settings_version + 1; UPDATE watches SET next_check = 0");
        tick(&depot).await;
        ends(&depot, false);
        completes(&depot, &claim);
        let system = depot.found();
        assert_eq!((system.connection, system.synchronization), (Connection::Error, Verdict::Completed));
        assert_ne!(system.checked_at, system.last_success_at);
    }

    /// The success of a run that began before a pause ends the pause.
    async fn a_pause(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        let claim = depot.started("by hand");
        depot.advance(HOUR * 3 + MINUTE);
        tick(&depot).await;
        assert!(depot.found().paused_since.is_some());
        depot.write(|db| runs::heartbeat(db, &claim, HOUR));
        completes(&depot, &claim);
        let system = depot.found();
        assert_eq!((system.paused_since, system.connection, system.overall), (None, Connection::Ok, Overall::Ok));
        depot.started("the next one starts");
    }

    /// A run that was in process when the hold began finishes: the connection is known, and nothing is planned.
    async fn on_hold_without_a_next_check(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        let claim = depot.started("by hand");
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
        completes(&depot, &claim);
        let system = depot.found();
        assert_eq!((system.connection, system.overall), (Connection::Ok, Overall::OnHold));
        assert_eq!(wait(&depot, depot.tree), None);
    }
}
