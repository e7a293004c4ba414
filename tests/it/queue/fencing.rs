//! Fencing: a worker that stalled past its lease and comes back changes nothing more in the database.

use std::time::Duration;

use syncdesk::clock::Stamp;
use syncdesk::domain::brake::BrakeReason;
use syncdesk::domain::items::{Action, BrakedPlan, Step};
use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::phase::{Phase, PhaseStart};
use syncdesk::domain::progress::RunProgress;
use syncdesk::domain::replica::{Content, Finished, Met, Reading, Tally};
use syncdesk::ids::SetId;
use syncdesk::store::replica;
use syncdesk::store::runs::{self, Claim, Ending, Retry, Totals};
use syncdesk::store::{Db, Result, StoreError, item_states, messages, plans};

use super::depot::{Depot, LEASE};
use crate::database::both_databases;
use crate::proofs::worker;

fn log(db: &mut Db, claim: &Claim, depot: &Depot) -> Result<i64> {
    messages::append(db, claim, &vec![(depot.now(), Message::of_run(Category::Information, "FILE-SUMMARY"))])
}

fn baseline(db: &mut Db, claim: &Claim) -> Result<()> {
    item_states::store(db, claim, vec![(b"a".to_vec(), Some("{}".to_owned()))])
}

fn step(db: &mut Db, claim: &Claim) -> Result<()> {
    plans::spool(db, claim, vec![Step { action: Action::Delete, key: b"a".to_vec(), detail: "{}".to_owned() }])
}

fn brake(db: &mut Db, claim: &Claim) -> Result<()> {
    let plan = BrakedPlan { digest: "digest".to_owned(), deletions: 1, items: 1, reason: BrakeReason::All };
    plans::brake(db, claim, &plan, Duration::from_hours(1))
}

/// What the worker does every half second.
fn beat(db: &mut Db, claim: &Claim) -> Result<()> {
    runs::heartbeat(db, claim, LEASE)?;
    runs::store_progress(
        db,
        claim,
        &Totals {
            progress: RunProgress { items_done: 77, ..RunProgress::default() },
            phases: vec![PhaseStart { phase: Phase::Compare, began: Stamp(1) }],
            ..Totals::default()
        },
    )
}

/// What the worker does at the end.
fn end(db: &mut Db, claim: &Claim) -> Result<()> {
    claim.hold(db)?;
    runs::finish(db, claim, &Ending::Whole, Some(Retry { after: Duration::from_mins(1) })).map(drop)
}

/// Tries everything that a worker writes; each must be refused.
fn is_fenced(depot: &Depot, claim: &Claim) {
    let refused = |what: &str, outcome: Result<()>| {
        assert!(matches!(outcome, Err(StoreError::Fenced)), "{what}: {outcome:?}");
    };
    refused("a message", depot.store.write_here(|db| log(db, claim, depot).map(drop)));
    refused("a baseline", depot.store.write_here(|db| baseline(db, claim)));
    refused("a step", depot.store.write_here(|db| step(db, claim)));
    refused("a brake", depot.store.write_here(|db| brake(db, claim)));
    let set = SetId(1);
    let key = vec![b"a".to_vec()];
    let page = || vec![met(b"b")];
    let end_of_set = with_one(set, "late");
    refused("sweeping", depot.store.write_here(|db| replica::sweep(db, claim).map(drop)));
    refused("beginning", depot.store.write_here(|db| replica::begin(db, claim, &[set_named("late")]).map(drop)));
    for reading in [Reading::Whole, Reading::Changes] {
        refused("staging", depot.store.write_here(|db| replica::stage(db, claim, set, reading, page()).map(drop)));
    }
    refused("orphaning", depot.store.write_here(|db| replica::orphan(db, claim, set, &key).map(drop)));
    refused("discarding", depot.store.write_here(|db| replica::discard(db, claim, set).map(drop)));
    refused("withdrawing", depot.store.write_here(|db| replica::withdraw(db, claim, set, &key).map(drop)));
    refused("forgetting", depot.store.write_here(|db| replica::forget(db, claim, set)));
    let ends = std::slice::from_ref(&end_of_set);
    refused("publishing", depot.store.write_here(|db| replica::publish(db, claim, "late", ends)));
    refused("a heartbeat", depot.store.write_here(|db| beat(db, claim)));
    refused("the end", depot.store.write_here(|db| end(db, claim)));
}

fn met(key: &[u8]) -> Met {
    Met { key: key.to_vec(), content: Some(Content { digest: key.to_vec(), data: "{}".to_owned() }) }
}

/// A set into which one record came.
fn with_one(set: SetId, state: &str) -> Finished {
    Finished { set, tally: Tally { inserted: 1, ..Tally::default() }, state: state.to_owned() }
}

fn set_named(name: &str) -> (String, String) {
    (name.to_owned(), String::new())
}

/// A replica with a set of one published record, and another that the claim has staged, and a state.
fn with_replica(depot: &Depot, claim: &Claim) {
    depot.write(|db| replica::begin(db, claim, &[set_named("Things")]).map(drop));
    let of = |key: &[u8]| vec![met(key)];
    depot.write(|db| replica::stage(db, claim, SetId(1), Reading::Whole, of(b"a")).map(drop));
    let end = with_one(SetId(1), "kept");
    depot.write(|db| replica::publish(db, claim, "model", std::slice::from_ref(&end)));
}

/// All that a worker can have left behind.
fn traces(depot: &Depot) -> Vec<String> {
    let mut bare = depot.database.connect();
    let mut traces = Vec::new();
    for table in ["messages", "item_states", "plan_steps", "braked_plans", "run_counts"] {
        traces.extend(bare.texts(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}")));
    }
    for query in [
        "SELECT state || ' ' || CAST(active AS TEXT) AS value FROM replica_sets ORDER BY id",
        "SELECT model || ' ' || CAST(published_run AS TEXT) AS value FROM replicas",
        "SELECT data || ' ' || CAST(from_run AS TEXT) || coalesce(CAST(to_run AS TEXT), '-') AS value FROM replica_records ORDER BY record_key, from_run",
    ] {
        traces.extend(bare.texts(query));
    }
    let counters =
        "SELECT CAST(items_done + stored + emitted AS TEXT) || phases AS value FROM run_progress ORDER BY run_id";
    traces.extend(bare.texts(counters));
    traces
}

both_databases! {
    fn while_the_claim_holds_all_is_stored(depot: Depot) {
        let claim = depot.started("a");
        depot.write(|db| log(db, &claim, &depot));
        depot.write(|db| baseline(db, &claim));
        depot.write(|db| step(db, &claim));
        depot.write(|db| brake(db, &claim));
        depot.write(|db| beat(db, &claim));
        assert_eq!(traces(&depot), ["1", "1", "1", "1", "1", "78[[\"compare\",1]]"]);
        depot.write(|db| end(db, &claim));
        assert_eq!(traces(&depot).last().map(String::as_str), Some("0[]"), "the retry has its own counters");
    }

    fn a_claim_that_was_taken_over_stores_nothing(depot: Depot) {
        let stalled = depot.started("a");
        with_replica(&depot, &stalled);
        depot.advance(LEASE + Duration::from_secs(1));
        let taken = depot.write(|db| runs::lost(db, worker(), LEASE));
        let before = traces(&depot);
        is_fenced(&depot, &stalled);
        assert_eq!(traces(&depot), before);
        assert_eq!(depot.all_runs().len(), 1, "no retry either");
        depot.write(|db| log(db, &taken[0], &depot));
        depot.write(|db| end(db, &taken[0]));
    }

    fn a_run_that_has_ended_takes_nothing_more(depot: Depot) {
        let claim = depot.started("a");
        with_replica(&depot, &claim);
        depot.write(|db| end(db, &claim));
        let before = traces(&depot);
        is_fenced(&depot, &claim);
        assert_eq!(traces(&depot), before);
    }

    /// The reaper comes between two writes of a worker that is late, not gone: each of the two is whole.
    fn a_late_worker_is_overtaken_between_two_batches(depot: Depot) {
        let late = depot.started("a");
        with_replica(&depot, &late);
        depot.write(|db| log(db, &late, &depot));
        depot.advance(LEASE + Duration::from_secs(1));
        depot.write(|db| log(db, &late, &depot));
        assert_eq!(depot.totals(late.run).stored, 2, "nobody has taken the run over yet");
        depot.write(|db| runs::lost(db, worker(), LEASE));
        is_fenced(&depot, &late);
        assert_eq!(depot.totals(late.run).stored, 2);
    }
}
