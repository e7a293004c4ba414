//! Rows that another transaction holds, perhaps of a worker that is frozen: nobody waits for them. (SQLite locks files.)

use std::time::Duration;

use syncdesk::domain::run::{CheckTrigger, RunState};
use syncdesk::ids::SystemId;
use syncdesk::store::runs::{self, Claim};
use syncdesk::store::{Fault, StoreError, checks};
use syncdesk::sync::scheduler;

use super::depot::{Depot, LEASE, by, claim, due};
use crate::database::{Bare, Database};
use crate::proofs::{known, worker};
use crate::wait::wait_until;

/// A transaction that goes on and has these rows.
fn holding(depot: &Depot, rows: &str) -> Bare {
    let mut bare = depot.database.connect();
    bare.execute(&format!("BEGIN; SELECT 1 FROM {rows} FOR UPDATE"));
    bare
}

fn two_systems(depot: &Depot) -> [SystemId; 2] {
    [1, 2].map(|number| {
        let system = depot.system(number, "none");
        depot.write(|db| runs::queue(db, &due(system, None, depot.now()), depot.now()));
        system
    })
}

#[test]
fn a_run_that_is_held_is_claimed_later() {
    let depot = Depot::on(Database::Postgres);
    let [first, second] = two_systems(&depot);
    for rows in [format!("systems WHERE id = {first}"), format!("runs WHERE system_id = {first}")] {
        let mut frozen = holding(&depot, &rows);
        let claimed = claim(&depot.store).expect("the other one is free");
        assert_eq!(claimed.system, second, "{rows}");
        assert_eq!(claim(&depot.store), None, "{rows}");
        depot.write(|db| runs::finish(db, &claimed, &runs::Ending::Canceled, None));
        depot.write(|db| runs::queue(db, &due(second, None, depot.now()), depot.now()));
        frozen.execute("ROLLBACK");
    }
    assert_eq!(claim(&depot.store).expect("nobody holds it any more").system, first);
}

/// Between choosing a run and locking it: the choice waits where it tries another run first.
#[test]
fn a_hold_comes_before_a_run_that_was_chosen() {
    let depot = Depot::on(Database::Postgres);
    let [first, second] = two_systems(&depot);
    let mut bare = depot.database.connect();
    bare.execute(&format!(
        "CREATE FUNCTION waits() RETURNS trigger AS $$ BEGIN
           PERFORM pg_advisory_xact_lock(8); RETURN NULL; END $$ LANGUAGE plpgsql;
         CREATE TRIGGER waits BEFORE UPDATE ON runs FOR EACH ROW WHEN (NEW.system_id = {first}) EXECUTE FUNCTION waits();
         SELECT pg_advisory_lock(8)"
    ));
    let store = depot.store.clone();
    let claims = std::thread::spawn(move || claim(&store));
    let mut other = depot.database.connect();
    let waits = "SELECT CAST(count(*) AS TEXT) AS value FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    wait_until("the choice", || (other.texts(waits) == ["1"]).then_some(()));
    other.execute(&format!("UPDATE systems SET hold_since = 1, hold_reason = 'x' WHERE id = {second}"));
    bare.execute("SELECT pg_advisory_unlock(8)");
    assert_eq!(claims.join().expect("no panic"), None);
    assert!(depot.all_runs().iter().all(|run| run.state == RunState::Queued));
}

#[test]
fn a_lost_run_that_is_held_keeps_no_other_from_its_end() {
    let depot = Depot::on(Database::Postgres);
    let [first, second] = two_systems(&depot);
    let claimed: Vec<Claim> = std::iter::from_fn(|| claim(&depot.store)).collect();
    assert_eq!(claimed.len(), 2);
    depot.advance(LEASE + Duration::from_secs(1));
    let lost = || depot.write(|db| runs::lost(db, worker(), LEASE));
    let mut frozen = holding(&depot, &format!("runs WHERE system_id = {first}"));
    let found: Vec<SystemId> = lost().iter().map(|claim| claim.system).collect();
    assert_eq!(found, [second]);
    frozen.execute("ROLLBACK");
    let found: Vec<SystemId> = lost().iter().map(|claim| claim.system).collect();
    assert_eq!(found, [first]);
}

#[test]
fn a_check_that_is_held_is_claimed_later() {
    let depot = Depot::on(Database::Postgres);
    let systems = two_systems(&depot);
    for system in systems {
        depot.write(|db| checks::queue(db, known(system), CheckTrigger::Manual, &by("ada"), depot.now()));
    }
    let _frozen = holding(&depot, &format!("checks WHERE system_id = {}", systems[0]));
    let next = || depot.write(|db| checks::claim_next(db, worker(), CheckTrigger::Manual, LEASE));
    assert_eq!(next().map(|check| check.system_id), Some(systems[1]));
    assert!(next().is_none());
}

/// Runs that are due, checks that are due and what time alone changes: of all systems but the one that is held.
#[tokio::test]
async fn a_look_at_due_times_leaves_out_what_is_held() {
    let depot = tokio::task::spawn_blocking(|| Depot::on(Database::Postgres)).await.expect("no panic");
    for number in 1..=2 {
        depot.system(number, "every 60");
    }
    let watched = format!("UPDATE watches SET silent_at = {now}, next_change_at = {now}", now = depot.now().0);
    depot.database.connect().execute(&watched);
    let mut frozen = holding(&depot, "systems WHERE name = 'tree 1'");
    scheduler::tick(&depot.engine()).await.expect("nothing is waited for");
    let mut bare = depot.database.connect();
    let mut names = |of: &str| bare.texts(&format!("SELECT s.name AS value FROM systems s {of} ORDER BY s.name"));
    let (runs, checks) = ("JOIN runs r ON r.system_id = s.id", "JOIN checks c ON c.system_id = s.id");
    assert_eq!(names(runs), ["tree 2"]);
    assert_eq!(names(checks), ["tree", "tree 2"]);
    assert_eq!(names("WHERE silent_since IS NOT NULL"), ["tree", "tree 2"]);
    frozen.execute("ROLLBACK");
    scheduler::tick(&depot.engine()).await.expect("nothing is waited for");
    assert_eq!(names(runs), ["tree 1", "tree 2"]);
    assert_eq!(names(checks), ["tree", "tree 1", "tree 2"]);
    assert_eq!(names("WHERE silent_since IS NOT NULL"), ["tree", "tree 1", "tree 2"]);
}

/// A call that needs the row fails after a while because it is locked; nothing waits forever.
#[test]
fn a_lock_is_waited_for_a_while() {
    let depot = Depot::on(Database::Postgres);
    depot.ask("a");
    let _frozen = holding(&depot, "runs");
    let refused =
        depot.store.write_here(|db| runs::cancel(db, &depot.found_run(&depot.all_runs()[0]), &by("ada"), depot.now()));
    assert_eq!(refused.err().and_then(|error| error.fault()), Some(Fault::Locked));
    assert_eq!(depot.all_runs()[0].state, RunState::Queued);
}

/// A change fails for the moment, and not for good, while a frozen process has locked the database file.
#[test]
fn a_file_that_is_locked_says_so() {
    let depot = Depot::on(Database::Sqlite);
    depot.ask("a");
    let mut frozen = depot.database.connect();
    frozen.execute("BEGIN IMMEDIATE");
    let refused =
        depot.store.write_here(|db| runs::cancel(db, &depot.found_run(&depot.all_runs()[0]), &by("ada"), depot.now()));
    assert!(refused.as_ref().is_err_and(StoreError::may_pass), "{refused:?}");
    frozen.execute("ROLLBACK");
    claim(&depot.store).expect("it goes on afterwards");
}
