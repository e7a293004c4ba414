//! When connections are checked.

use std::time::Duration;

use futures_util::future::join_all;
use syncdesk::domain::cadence::Cadence;
use syncdesk::domain::run::{CheckTrigger, EndReason, Stage};
use syncdesk::domain::status::Connection;
use syncdesk::store::checks::CheckResult;
use syncdesk::store::runs::{self, Ending};
use syncdesk::store::{StoreError, checks, systems};
use syncdesk::sync::scheduler;

use super::{HOUR, MINUTE, claimed, ends, save, tick, until_the_next_check, wait};
use crate::database::both_databases;
use crate::proofs::{known, worker};
use crate::queue::depot::{Depot, ada, by};

const AWAY: CheckResult =
    CheckResult { ok: false, stage: Some(Stage::Tcp), code: Some("PEER-AWAY"), detail: None, took: MINUTE };

/// The checks of the only system.
fn states(depot: &Depot) -> Vec<String> {
    depot.database.connect().texts("SELECT state AS value FROM checks ORDER BY id")
}

both_databases! {
    async fn a_new_system_is_checked_at_once_and_then_every_three_hours(depot: Depot) {
        for _ in 0..2 {
            tick(&depot).await;
        }
        assert_eq!(states(&depot), ["queued"]);
        ends(&depot, true);
        let next = wait(&depot, depot.tree).expect("a next one");
        assert!((MINUTE * 161..=HOUR * 3).contains(&next), "{next:?}");
        depot.advance(MINUTE * 160);
        tick(&depot).await;
        assert_eq!(states(&depot), ["ended"]);
        depot.advance(MINUTE * 20);
        tick(&depot).await;
        assert_eq!(states(&depot), ["ended", "queued"]);
    }

    async fn a_bad_connection_is_checked_often_at_first(depot: Depot) {
        tick(&depot).await;
        ends(&depot, false);
        let began = depot.now();
        let mut waits = Vec::new();
        while depot.now().since(began) < HOUR * 24 * 40 {
            let next = wait(&depot, depot.tree).expect("a next one");
            waits.push((depot.now().since(began), next));
            until_the_next_check(&depot, depot.tree).await;
            ends(&depot, false);
        }
        for (age, next) in waits {
            let most = match age.as_secs() / 86_400 {
                0 => MINUTE * 15,
                1 => HOUR,
                2..6 => HOUR * 2,
                6..13 => HOUR * 4,
                13..20 => HOUR * 8,
                20..30 => HOUR * 12,
                _ => HOUR * 24,
            };
            // SQLite's clock counts whole milliseconds, and a due time is told from the end of the present one.
            let latest = most + Duration::from_millis(1);
            assert!((most * 8 / 10..=latest).contains(&next), "after {age:?}: {next:?}");
        }
    }

    /// A manual check postpones the next automatic one.
    async fn a_check_by_hand_counts(depot: Depot) {
        tick(&depot).await;
        ends(&depot, true);
        depot.advance(HOUR * 2);
        depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
        ends(&depot, true);
        let next = wait(&depot, depot.tree).expect("a next one");
        assert!(next > HOUR * 2, "{next:?}");
    }

    async fn several_schedulers_queue_a_check_once(depot: Depot) {
        let other = depot.another();
        let engines = [depot.engine(), other.engine(std::sync::Arc::default(), tokio_util::sync::CancellationToken::new())];
        let ticks = (0..6).map(|number| {
            let engine = engines[number % 2].clone();
            tokio::spawn(async move { scheduler::tick(&engine).await })
        });
        for tick in join_all(ticks).await {
            tick.expect("no panic").expect("due times are read");
        }
        assert_eq!(states(&depot), ["queued"]);
    }

    async fn what_a_person_asks_for_comes_first(depot: Depot) {
        for number in 1..=20 {
            depot.system(number, "none");
        }
        tick(&depot).await;
        let asked = depot.system(21, "none");
        depot.write(|db| checks::queue(db, known(asked), CheckTrigger::Manual, &by("ada"), depot.now()));
        assert_eq!(claimed(&depot).expect("checks wait").system_id, asked);
        // Also when it is due and waits already: it is theirs then, and only once.
        let due = depot.system(22, "none");
        tick(&depot).await;
        let ask = || depot.write(|db| checks::queue(db, known(due), CheckTrigger::Manual, &by("ada"), depot.now())).1;
        assert_eq!([ask(), ask()], [true, false]);
        let check = claimed(&depot).expect("checks wait");
        assert_eq!((check.system_id, check.principal.as_str()), (due, "ada"));
    }

    /// However much people ask for, what is due has its turn.
    async fn what_is_due_has_its_turn(depot: Depot) {
        tick(&depot).await;
        for number in 1..=9 {
            let system = depot.system(number, "none");
            depot.write(|db| checks::queue(db, known(system), CheckTrigger::Manual, &by("wim"), depot.now()));
        }
        let due = depot.write(|db| checks::claim_next(db, worker(), CheckTrigger::Regular, MINUTE));
        assert_eq!(due.expect("one is due").system_id, depot.tree);
    }

    /// A check that was under way when its system was deleted changes nothing any more, and none comes after it.
    async fn a_deleted_system_stays_deleted(depot: Depot) {
        tick(&depot).await;
        let check = claimed(&depot).expect("a check waits");
        depot.write(|db| systems::delete(db, &ada(), &depot.key, depot.now()));
        let counted = || depot.database.connect().texts("SELECT overall AS value FROM system_counts WHERE n <> 0");
        assert_eq!(counted(), [""; 0]);
        let outcome = CheckResult { ok: false, stage: Some(Stage::Tcp), code: Some("PEER-AWAY"), detail: None, took: MINUTE };
        depot.write(|db| checks::finish(db, &check, &outcome, &Cadence::default()));
        assert_eq!(counted(), [""; 0], "it is in no count");
        assert_eq!(wait(&depot, depot.tree), None);
        depot.advance(HOUR * 24 * 60);
        tick(&depot).await;
        assert_eq!(states(&depot), ["ended"]);
    }

    /// A run that finds no connection asks for one check within a quarter of an hour; what the peer sent does not.
    async fn a_run_without_a_connection_asks_for_a_check(depot: Depot) {
        tick(&depot).await;
        ends(&depot, true);
        for (stage, soon) in [(Stage::Content, false), (Stage::Tcp, true), (Stage::SignIn, true)] {
            let claim = depot.started(stage.as_str());
            let ending = Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: Some(stage) };
            depot.write(|db| runs::finish(db, &claim, &ending, None));
            let next = wait(&depot, depot.tree).expect("a next one");
            assert_eq!(next <= MINUTE * 15, soon, "{stage:?}: {next:?}");
        }
        until_the_next_check(&depot, depot.tree).await;
        assert_eq!(states(&depot), ["ended", "queued"], "one check for both");
    }

    /// A system on hold has no automatic checks.
    async fn on_hold_there_are_none(depot: Depot) {
        tick(&depot).await;
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
        assert!(claimed(&depot).is_none(), "also not the one that waited");
        depot.advance(HOUR * 24);
        tick(&depot).await;
        assert_eq!(states(&depot), [""; 0]);
        depot.write(|db| systems::release(db, &ada(), &depot.key, None, depot.now()));
        tick(&depot).await;
        assert_eq!(states(&depot), ["queued"], "it is looked at when it is released");
    }

    /// A check that is under way when a hold begins ends, and no other follows.
    async fn on_hold_a_check_ends_and_no_other_follows(depot: Depot) {
        tick(&depot).await;
        let check = claimed(&depot).expect("a check waits");
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
        depot.write(|db| checks::finish(db, &check, &AWAY, &Cadence::default()));
        assert_eq!(depot.found().connection, Connection::Error, "what it found counts");
        assert_eq!(wait(&depot, depot.tree), None);
        depot.advance(HOUR * 24);
        tick(&depot).await;
        assert_eq!(states(&depot), ["ended"]);
    }

    /// A check whose worker is lost is carried out by another.
    async fn a_check_whose_worker_is_gone_is_taken_again(depot: Depot) {
        tick(&depot).await;
        let lost = claimed(&depot).expect("a check waits");
        assert!(claimed(&depot).is_none() && !depot.read(checks::any_open), "it is under way");
        depot.advance(MINUTE * 2);
        assert!(depot.read(checks::any_open));
        let again = claimed(&depot).expect("its lease has run out");
        assert_eq!(again.id, lost.id);
        let late = depot.store.write_here(|db| checks::finish(db, &lost, &AWAY, &Cadence::default()));
        assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
        assert_eq!(states(&depot), ["running"]);
        depot.write(|db| checks::finish(db, &again, &AWAY, &Cadence::default()));
        assert_eq!(states(&depot), ["ended"]);
    }

    /// New settings are checked immediately.
    async fn other_settings_are_checked_at_once(depot: Depot) {
        tick(&depot).await;
        ends(&depot, true);
        assert!(wait(&depot, depot.tree) > Some(HOUR * 2));
        save(&depot, |draft| draft.production = true);
        assert!(wait(&depot, depot.tree) > Some(HOUR * 2), "nothing that matters was changed");
        save(&depot, |draft| r#"{"other":true}"#.clone_into(&mut draft.settings));
        assert_eq!(wait(&depot, depot.tree), Some(Duration::ZERO));
    }

    /// The last fifty checks of a system are kept.
    async fn the_last_fifty_are_kept(depot: Depot) {
        for _ in 0..53 {
            depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
            ends(&depot, true);
        }
        let kept = depot.database.connect().texts("SELECT CAST(no AS TEXT) AS value FROM checks ORDER BY no");
        assert_eq!((kept.len(), kept.first().map(String::as_str)), (50, Some("4")));
        assert_eq!(depot.read(|db| checks::recent(db, &depot.found(), 22)).len(), 22);
        assert!(wait(&depot, depot.tree) > Some(Duration::ZERO));
    }
}
