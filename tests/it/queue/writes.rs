//! What every write relies on: transactions that lose nothing, and leave nothing when they fail.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use syncdesk::clock::Stamp;
use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::domain::run::CheckTrigger;
use syncdesk::ops::error::OpError;
use syncdesk::store::messages::{self, Dictionary, Log, MessageFilter};
use syncdesk::store::runs::{self, Claim};
use syncdesk::store::{Store, StoreError, checks, portal};

use super::depot::{Depot, ada, at_once, by, claim, due};
use crate::database::{Database, both_databases};
use crate::proofs::known;

/// Code of each message of a run, in order.
fn codes(depot: &Depot, claim: &Claim) -> Vec<String> {
    let (words, grant) = (Dictionary::default(), ada());
    let run = depot.held(claim);
    let log = Log { words: &words, grant: &grant, run: &run };
    let page =
        depot.read(|db| messages::page(db, log, &MessageFilter::default(), &PageRequest::new(Start::First, 100)));
    page.rows.into_iter().map(|row| row.code).collect()
}

fn batch(codes: &[&'static str]) -> messages::Batch {
    codes.iter().map(|code| (Stamp(1), Message::of_run(Category::Information, code))).collect()
}

/// A value that is read, raised and written back.
fn raise(store: &Store) {
    let raised = store.write_here(|db| {
        let before: i64 = portal::get(db, "n")?.and_then(|text| text.parse().ok()).unwrap_or(0);
        portal::set(db, "n", &(before + 1).to_string())
    });
    raised.expect("the database is not locked");
}

/// Concurrent changes of one row are not lost on SQLite.
#[test]
fn sqlite_loses_no_read_modify_write() {
    let depot = Depot::on(Database::Sqlite);
    let processes = [depot.store.clone(), depot.replica(), depot.replica(), depot.replica()];
    at_once(&processes, 2, |store, _number| (0..100).for_each(|_| raise(store)));
    assert_eq!(depot.read(|db| portal::get(db, "n")).as_deref(), Some("800"));
}

/// Two transactions that take the same rows in opposite order: Postgres ends one of them.
#[test]
fn the_loser_of_a_deadlock_tries_again() {
    let depot = Depot::on(Database::Postgres);
    depot.write(|db| portal::set(db, "a", "").and_then(|()| portal::set(db, "b", "")));
    let met = Barrier::new(2);
    let tries = at_once(&[depot.store.clone(), depot.replica()], 1, |store, number| {
        let (one, other) = if number == 0 { ("a", "b") } else { ("b", "a") };
        let tries = AtomicUsize::new(0);
        let both = store.write_here(|db| {
            portal::set(db, one, &number.to_string())?;
            if tries.fetch_add(1, Ordering::SeqCst) == 0 {
                met.wait();
            }
            portal::set(db, other, &number.to_string())
        });
        both.expect("both are written in the end");
        tries.into_inner()
    });
    // The loser's second try takes its row before the winner has committed, if the winner is slow: it may lose to it
    // once more, or the winner to it. So there are more than three tries on a busy machine, and each has at most five.
    assert!(tries.iter().any(|tries| *tries > 1), "one of them lost: {tries:?}");
    assert!(tries.iter().all(|tries| (1..=5).contains(tries)), "{tries:?}");
    let written = ["a", "b"].map(|name| depot.read(|db| portal::get(db, name)).expect("it is written"));
    assert!(
        written == ["0", "0"] || written == ["1", "1"],
        "all of one transaction, and nothing of the other: {written:?}"
    );
}

/// A serialization failure, as often as the trigger says: its sequence is not taken back with the transaction.
#[test]
fn a_serialization_failure_is_tried_again_a_few_times() {
    let depot = Depot::on(Database::Postgres);
    depot.database.connect().execute(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF nextval('tries') < NEW.value::int THEN RAISE 'collided' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER collide BEFORE INSERT ON portal FOR EACH ROW EXECUTE FUNCTION collide()",
    );
    depot.write(|db| portal::set(db, "the fifth time", "5"));
    let never = depot.store.write_here(|db| portal::set(db, "never", "1000"));
    assert!(matches!(never, Err(StoreError::Collided(_))), "{never:?}");
    let tries = depot.database.connect().texts("SELECT last_value::text AS value FROM tries");
    assert_eq!(tries, ["10"], "nobody tries for ever");
    assert_eq!(depot.read(|db| portal::get(db, "never")), None);
}

both_databases! {
    fn counters_lose_nothing(depot: Depot) {
        let claim = depot.started("a");
        at_once(&[depot.store.clone(), depot.replica()], 4, |store, _number| {
            for _ in 0..50 {
                store.write_here(|db| runs::count_emitted(db, &claim, 1)).expect("it is counted");
            }
        });
        assert_eq!(depot.totals(claim.run).emitted, 400);
    }

    fn a_transaction_that_fails_leaves_nothing(depot: Depot) {
        let claim = depot.started("a");
        let failed = depot.store.write_here(|db| {
            portal::set(db, "n", "1")?;
            messages::append(db, &claim, &batch(&["FILE-SUMMARY"]))?;
            runs::queue(db, &due(depot.tree, Some("b"), depot.now()), depot.now())?;
            Err::<(), _>(StoreError::Fenced)
        });
        assert!(matches!(failed, Err(StoreError::Fenced)));
        assert_eq!(depot.read(|db| portal::get(db, "n")), None);
        assert_eq!(codes(&depot, &claim), [""; 0]);
        assert_eq!((depot.all_runs().len(), depot.totals(claim.run).stored), (1, 0));
        assert_eq!(depot.found().last_run_no, 1, "its number was given back");
        depot.write(|db| messages::append(db, &claim, &batch(&["FILE-SUMMARY"])));
        assert_eq!(codes(&depot, &claim), ["FILE-SUMMARY"], "the connection still works");
    }

    /// A refusal of a command rolls its transaction back.
    async fn a_refusal_of_a_command_leaves_nothing(depot: Depot) {
        let refused: Result<(), OpError<&str>> = depot.store.write(|db| {
            portal::set(db, "n", "1")?;
            Err(OpError::Refused("not today"))
        }).await;
        assert!(matches!(refused, Err(OpError::Refused("not today"))), "{refused:?}");
        assert_eq!(depot.read(|db| portal::get(db, "n")), None);
    }

    /// On Postgres a transaction is dead after an error, unless there was a savepoint.
    fn a_transaction_continues_after_something_was_there_already(depot: Depot) {
        let first = depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
        let second = depot.write(|db| {
            let same = checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("mona"), depot.now())?;
            portal::set(db, "n", "1")?;
            Ok(same)
        });
        assert_eq!((first.0, false), second);
        assert_eq!(depot.read(|db| portal::get(db, "n")).as_deref(), Some("1"));
    }

    /// The word that a failed batch brought was not kept, and its number goes to another word.
    fn words_of_a_batch_that_failed_are_forgotten(depot: Depot) {
        let claim = depot.started("a");
        let failed = depot.store.write_here(|db| {
            messages::append(db, &claim, &batch(&["PEER-AWAY", "PEER-AWAY"]))?;
            messages::append(db, &claim, &batch(&["PEER-AWAY"]))?;
            Err::<(), _>(StoreError::Fenced)
        });
        assert!(failed.is_err());
        depot.write(|db| messages::append(db, &claim, &batch(&["PEER-SLOW"])));
        depot.write(|db| messages::append(db, &claim, &batch(&["PEER-AWAY", "PEER-SLOW"])));
        assert_eq!(codes(&depot, &claim), ["PEER-SLOW", "PEER-AWAY", "PEER-SLOW"]);
    }

    /// The first runs of many systems bring the same words, each in its own order.
    fn runs_that_bring_the_same_words_do_not_wait_for_each_other(depot: Depot) {
        const NEW: [&str; 6] = ["FILE-COPIED", "FILE-DENIED", "FILE-GONE", "FILE-LINK", "FILE-NAME", "PEER-LIMIT"];
        let claims: Vec<Claim> = (1..=8)
            .map(|number| {
                let system = depot.system(number, "none");
                depot.write(|db| runs::queue(db, &due(system, None, depot.now()), depot.now()));
                claim(&depot.store).expect("it waits")
            })
            .collect();
        let claims = Arc::new(claims);
        let stored = at_once(&[depot.store.clone(), depot.replica()], 4, |store, number| {
            let mut turned = NEW;
            turned.rotate_left(number % NEW.len());
            if number % 2 == 1 {
                turned.reverse();
            }
            store.write_here(|db| messages::append(db, &claims[number], &batch(&turned))).expect("it is stored")
        });
        assert_eq!(stored, [6; 8]);
        let words = depot.database.connect().texts("SELECT word AS value FROM words WHERE kind = 'code' ORDER BY word");
        assert_eq!(words, NEW);
    }
}
