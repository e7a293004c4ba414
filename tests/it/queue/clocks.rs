//! The clock of a process decides nothing: requests, checks, retries and schedules go by the clock of the database.

use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::{Clock, SystemClock};
use syncdesk::domain::run::Trigger;
use syncdesk::ids::{PersonId, RunNo};
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::{check_connection, hold};
use syncdesk::store::runs::{self, Retry};
use syncdesk::store::systems;
use syncdesk::sync::scheduler;
use tokio::sync::Notify;

use super::answers::press;
use super::depot::{Depot, ada, claim, failed};
use crate::database::{Database, both_databases};

const MINUTE: Duration = Duration::from_mins(1);

fn audit() -> AuditLog {
    AuditLog::new(&syncdesk::access::Principal::Person { id: PersonId(1), name: "ada".to_owned() }, None)
}

/// How many rows there are.
fn count(depot: &Depot, rows: &str) -> String {
    depot.database.connect().texts(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {rows}")).concat()
}

/// Whatever the process believes, what is asked for is due at once.
async fn all_is_on_time(depot: &Depot) {
    press(depot, "a", &Notify::new()).await.expect("it is asked for");
    let first = claim(&depot.store).expect("a run that is asked for is due");
    assert_eq!(first.no, RunNo(1));
    // A retry is due after its minute, by the clock of the database.
    depot.write(|db| runs::finish(db, &first, &failed(), Some(Retry { after: MINUTE })));
    assert_eq!(claim(&depot.store), None, "it waits for its minute");
    depot.store.advance(MINUTE);
    assert!(claim(&depot.store).is_some(), "and no longer");

    // What was due is checked, and a release asks for a check.
    scheduler::tick(&depot.engine()).await.expect("due times are read");
    assert_eq!(count(depot, "checks"), "1", "a new system is checked at once");
    depot.database.connect().execute("DELETE FROM checks");
    hold::hold(&depot.store, &ada(), &depot.key, "Repairs.", audit()).await.expect("it is held");
    hold::release(&depot.store, &ada(), &depot.key, audit()).await.expect("it is released");
    scheduler::tick(&depot.engine()).await.expect("due times are read");
    assert_eq!(count(depot, "checks"), "1");
    depot.database.connect().execute("DELETE FROM checks");

    // A minute after a check the next one may be asked for, and not before.
    let (wake, grant) = (Notify::new(), ada());
    let check = || check_connection::check_connection(&depot.store, &wake, &grant, &depot.key, |_group| true, audit());
    check().await.expect("the first");
    depot.database.connect().execute("UPDATE checks SET state = 'ended', ok = TRUE");
    check().await.expect_err("less than a minute ago");
    depot.store.advance(MINUTE + Duration::from_secs(1));
    check().await.expect("a minute ago");

    // A due time comes when the database says so.
    let due = depot.read(syncdesk::store::now).plus(MINUTE);
    depot.database.connect().execute(&format!("UPDATE systems SET schedule = 'every 60', next_due = {}", due.0));
    let scheduled = format!("runs WHERE trigger = '{}'", Trigger::Schedule.as_str());
    depot.database.connect().execute(
        "UPDATE runs SET state = 'ended', ended_at = 1, result = 'error', lease_until = NULL WHERE state <> 'ended'",
    );
    scheduler::tick(&depot.engine()).await.expect("due times are read");
    assert_eq!(count(depot, &scheduled), "0", "not yet");
    depot.store.advance(MINUTE);
    scheduler::tick(&depot.engine()).await.expect("due times are read");
    assert_eq!(count(depot, &scheduled), "1");
}

both_databases! {
    async fn a_process_that_is_ahead_runs_all_on_time(depot: Depot) {
        depot.process_is_ahead(MINUTE * 5);
        all_is_on_time(&depot).await;
    }

    async fn a_process_that_is_behind_runs_all_on_time(depot: Depot) {
        depot.process_is_behind(MINUTE * 5);
        all_is_on_time(&depot).await;
    }

    async fn a_hold_counts_from_the_time_of_the_database(depot: Depot) {
        depot.process_is_behind(Duration::from_hours(2));
        hold::hold(&depot.store, &ada(), &depot.key, "Repairs.", audit()).await.expect("it is held");
        let since = depot.found().hold_since.expect("it is on hold");
        assert!(since > SystemClock.now().minus(MINUTE * 30), "by the database, not by the process");
    }
}

/// The times of runs and checks come from the clock of the database, even if that is an hour ahead.
#[tokio::test]
async fn postgres_on_a_machine_whose_clock_is_ahead() {
    let depot = Depot::on_clock(Database::Postgres, "1 hour").await;
    let near = SystemClock.now().plus(Duration::from_mins(50));
    press(&depot, "a", &Arc::new(Notify::new())).await.expect("it is asked for");
    let claimed = claim(&depot.store).expect("it is due");
    let run = depot.run(claimed.run);
    for at in [Some(run.queued_at), Some(run.not_before), run.started_at, Some(claimed.claimed_at)] {
        assert!(at.is_some_and(|at| at > near), "{at:?} is not of the database");
    }
    depot.write(|db| runs::finish(db, &claimed, &failed(), None));
    assert!(depot.run(claimed.run).ended_at.is_some_and(|at| at > near));
    let watch = depot.read(|db| systems::times(db, &depot.found()));
    assert!(watch.next_check.is_some());
}
