//! A system that has not succeeded within its freshness budget is silent.

use syncdesk::domain::progress::RunProgress;
use syncdesk::domain::status::Overall;
use syncdesk::ids::SystemId;
use syncdesk::store::runs::{self, Ending, Totals};
use syncdesk::store::systems::{self, InReach, System};

use super::{HOUR, MINUTE, save, tick};
use crate::database::both_databases;
use crate::proofs::worker;
use crate::queue::depot::{Depot, ada, failed};

fn found(depot: &Depot, id: SystemId) -> InReach<System> {
    depot.read(|db| systems::by_id(db, worker(), id))
}

/// The tree gets a schedule without coming due.
fn hourly(depot: &Depot) {
    let far = depot.now().plus(HOUR * 24 * 365).0;
    depot.database.connect().execute(&format!("UPDATE systems SET schedule = 'every 60', next_due = {far}"));
    depot.write(|db| systems::hold(db, &ada(), &depot.key, "A schedule.", depot.now()));
    depot.write(|db| systems::release(db, &ada(), &depot.key, Some(depot.now().plus(HOUR * 24 * 365)), depot.now()));
}

fn succeed(depot: &Depot, request: &str) {
    let claim = depot.started(request);
    depot.write(|db| runs::finish(db, &claim, &Ending::Whole, None));
}

both_databases! {
    /// A system is silent after twice its interval without a success.
    async fn after_twice_its_interval(depot: Depot) {
        hourly(&depot);
        depot.advance(MINUTE * 119);
        tick(&depot).await;
        assert_eq!((depot.found().silent_since, depot.found().overall), (None, Overall::Open));
        depot.advance(MINUTE * 2);
        tick(&depot).await;
        let silent = depot.found();
        assert!(silent.silent_since.is_some());
        assert_eq!(silent.overall, Overall::Error);
        let counted = depot.database.connect().texts("SELECT overall AS value FROM system_counts WHERE n > 0");
        assert_eq!(counted, ["error"], "the counts of the list follow");
        succeed(&depot, "at last");
        assert_eq!((depot.found().silent_since, depot.found().overall), (None, Overall::Ok));
        depot.advance(HOUR * 2 + MINUTE);
        tick(&depot).await;
        assert_eq!(depot.found().overall, Overall::Error, "the budget counts from the last success");
    }

    /// A canceled run does not keep a system from being silent.
    async fn a_failure_does_not_help(depot: Depot) {
        hourly(&depot);
        depot.advance(MINUTE * 119);
        let claim = depot.started("fails");
        depot.write(|db| runs::finish(db, &claim, &Ending::Canceled, None));
        depot.advance(MINUTE * 2);
        tick(&depot).await;
        assert!(depot.found().silent_since.is_some());
    }

    /// A run that fails does not either: a system that always fails becomes silent.
    async fn an_error_does_not_help(depot: Depot) {
        hourly(&depot);
        depot.advance(MINUTE * 119);
        let claim = depot.started("fails");
        depot.write(|db| runs::finish(db, &claim, &failed(), None));
        depot.advance(MINUTE * 2);
        tick(&depot).await;
        assert!(depot.found().silent_since.is_some());
    }

    /// The last progress is of the last run that made any.
    async fn a_run_without_progress_has_not_made_the_last(depot: Depot) {
        let claim = depot.started("moves");
        let moved_at = Some(depot.now());
        depot.write(|db| runs::store_progress(db, &claim, &Totals { progress: RunProgress { moved_at, items_done: 1, ..RunProgress::default() }, ..Totals::default() }));
        depot.write(|db| runs::finish(db, &claim, &Ending::Whole, None));
        assert_eq!(depot.found().last_progress_at, moved_at);
        succeed(&depot, "moves nothing");
        assert_eq!(depot.found().last_progress_at, moved_at);
    }

    /// A system without a schedule is never silent.
    async fn never_without_a_schedule(depot: Depot) {
        depot.advance(HOUR * 24 * 365);
        tick(&depot).await;
        assert_eq!(depot.found().silent_since, None);
    }

    /// A system is not silent on hold, nor right after the release.
    async fn not_on_hold_and_not_right_after(depot: Depot) {
        hourly(&depot);
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
        depot.advance(HOUR * 24);
        tick(&depot).await;
        assert_eq!((depot.found().silent_since, depot.found().overall), (None, Overall::OnHold));
        depot.write(|db| systems::release(db, &ada(), &depot.key, None, depot.now()));
        depot.advance(HOUR);
        tick(&depot).await;
        assert_eq!(found(&depot, depot.tree).silent_since, None, "its budget is whole again");
        depot.advance(HOUR * 2);
        tick(&depot).await;
        assert!(depot.found().silent_since.is_some());
    }

    /// Renaming a system does not end its silence; a longer interval does.
    async fn another_name_does_not_help(depot: Depot) {
        hourly(&depot);
        depot.advance(HOUR * 2 + MINUTE);
        tick(&depot).await;
        let silent = depot.found();
        assert!(silent.silent_since.is_some());
        depot.advance(MINUTE);
        save(&depot, |draft| "renamed".clone_into(&mut draft.name));
        let renamed = depot.found();
        assert_eq!((renamed.name.as_str(), renamed.overall), ("renamed", Overall::Error));
        assert_eq!(renamed.silent_since, silent.silent_since);
        save(&depot, |draft| "every 120".clone_into(&mut draft.schedule));
        assert_eq!((depot.found().silent_since, depot.found().overall), (None, Overall::Open));
    }
}
