//! Three hours without a good check pause a system; a good one lets it go on.

use syncdesk::clock::Stamp;
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::domain::run::{CheckTrigger, Trigger};
use syncdesk::domain::status::{Connection, Overall};
use syncdesk::store::runs;
use syncdesk::store::{checks, systems};

use super::{HOUR, MINUTE, ends, tick, until_the_next_check};
use crate::database::both_databases;
use crate::proofs::known;
use crate::queue::depot::{Depot, ada, by, claim};

/// Checks fail for this long, from now on.
async fn fail_for(depot: &Depot, minutes: u32) {
    let until = depot.now().plus(MINUTE * minutes);
    loop {
        let watch = depot.read(|db| syncdesk::store::systems::times(db, &depot.found()));
        if watch.next_check.is_none_or(|next| next > until) {
            break;
        }
        until_the_next_check(depot, depot.tree).await;
        ends(depot, false);
    }
    depot.advance(until.since(depot.now()));
    tick(depot).await;
}

both_databases! {
    /// A system is paused after its connection has failed for a while, counted from the first failure.
    async fn counted_from_the_first_failure(depot: Depot) {
        tick(&depot).await;
        ends(&depot, true);
        until_the_next_check(&depot, depot.tree).await;
        // A regular check that fails after three good hours pauses nothing.
        ends(&depot, false);
        tick(&depot).await;
        let failed = depot.found();
        assert_eq!((failed.connection, failed.paused_since), (Connection::Error, None));
        fail_for(&depot, 178).await;
        assert_eq!(depot.found().paused_since, None, "not yet");
        depot.advance(MINUTE * 3);
        tick(&depot).await;
        let paused = depot.found();
        assert_eq!(paused.paused_since, failed.connection_since.map(|since| since.plus(HOUR * 3)));
        assert_eq!(paused.overall, Overall::Error);
    }

    async fn a_good_check_in_the_meantime_starts_again(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        fail_for(&depot, 170).await;
        depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
        ends(&depot, true);
        until_the_next_check(&depot, depot.tree).await;
        ends(&depot, false);
        depot.advance(MINUTE * 170);
        tick(&depot).await;
        assert_eq!(depot.found().paused_since, None);
    }

    /// Nothing starts during the pause; a successful manual check lifts it, and what was missed is caught up once.
    async fn it_continues_after_a_good_check(depot: Depot) {
        depot.database.connect().execute(&format!(
            "UPDATE systems SET schedule = 'every 60', next_due = {}", depot.now().plus(HOUR * 4).0
        ));
        tick(&depot).await;
        ends(&depot, false);
        fail_for(&depot, 181).await;
        assert!(depot.found().paused_since.is_some());
        depot.ask("by hand");
        assert!(claim(&depot.store).is_none(), "what is queued waits");
        depot.advance(HOUR * 7);
        tick(&depot).await;
        let waiting = depot.read(|db| runs::list(db, &depot.found(), &PageRequest::new(Start::First, 10), Stamp(0))).rows;
        assert_eq!(waiting.len(), 1, "and nothing more comes due");

        depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
        ends(&depot, true);
        let back = depot.found();
        assert_eq!((back.paused_since, back.silent_since, back.overall), (None, None, Overall::Open));
        claim(&depot.store).expect("what waited begins");
        tick(&depot).await;
        tick(&depot).await;
        let runs = depot.read(|db| runs::list(db, &depot.found(), &PageRequest::new(Start::First, 10), Stamp(0))).rows;
        let triggers: Vec<Trigger> = runs.iter().map(|listed| listed.run.trigger).collect();
        assert_eq!(triggers, [Trigger::CatchUp, Trigger::Manual]);
    }

    /// Holding and releasing is no way around a pause.
    async fn a_release_lifts_no_pause(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        fail_for(&depot, 181).await;
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "A trick.", depot.now()));
        assert_eq!(depot.found().paused_since, None, "a hold hides it");
        depot.write(|db| systems::release(db, &ada(), &depot.key, None, depot.now()));
        assert!(depot.found().paused_since.is_some());
        depot.ask("by hand");
        assert!(claim(&depot.store).is_none());
    }
}
