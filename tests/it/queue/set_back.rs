//! The clock of the database is set back by a day: what was stored before comes due by the clock that is right.

use std::time::Duration;

use syncdesk::access::Principal;
use syncdesk::clock::Stamp;
use syncdesk::domain::cadence::Cadence;
use syncdesk::domain::run::{CheckTrigger, EndReason, RunResult, RunState, Stage};
use syncdesk::ids::{PersonId, RunNo};
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::cancel_run::cancel_run;
use syncdesk::store::checks::{CheckResult, claim_next, finish};
use syncdesk::store::runs::{self, Ending, Retry};
use syncdesk::store::{checks, systems};
use syncdesk::sync::run::reap;
use syncdesk::sync::set_back::{self, Memory};
use syncdesk::sync::{engine::Engine, scheduler};

use super::depot::{Depot, LEASE, ada, by, claim, due, failed};
use crate::database::both_databases;
use crate::proofs::{known, worker};

const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

async fn correct(depot: &Depot) {
    set_back::correct(&depot.engine()).await.expect("times are corrected");
}

async fn tick(depot: &Depot) {
    scheduler::tick(&depot.engine()).await.expect("due times are read");
}

fn now(depot: &Depot) -> Stamp {
    depot.read(syncdesk::store::now)
}

fn checked(depot: &Depot, ok: bool) {
    depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
    let check = depot.write(|db| claim_next(db, worker(), CheckTrigger::Manual, MINUTE)).expect("it waits");
    let (stage, code) = if ok { (None, None) } else { (Some(Stage::Tcp), Some("PEER-AWAY")) };
    let outcome = CheckResult { ok, stage, code, detail: None, took: Duration::from_millis(5) };
    depot.write(|db| finish(db, &check, &outcome, &Cadence::default()));
}

/// Everything with a time, for comparing.
fn times(depot: &Depot) -> Vec<String> {
    let text = |column: &str| format!("coalesce(CAST({column} AS TEXT), '-')");
    let all = |columns: &[&str]| columns.iter().map(|column| text(column)).collect::<Vec<_>>().join(" || ' ' || ");
    let mut bare = depot.database.connect();
    [
        ("systems", &["next_due", "connection_since", "last_attempt_at", "paused_since", "silent_since"][..]),
        ("watches", &["next_check", "pause_at", "fresh_from", "silent_at", "next_change_at"]),
        ("runs", &["not_before", "lease_until"]),
        ("checks", &["lease_until"]),
    ]
    .into_iter()
    .flat_map(|(table, columns)| bare.texts(&format!("SELECT {} AS value FROM {table} ORDER BY 1", all(columns))))
    .collect()
}

both_databases! {
    async fn a_schedule_continues(depot: Depot) {
        depot.advance(DAY);
        depot.system(1, "every 1");
        depot.system(2, "daily 02:30");
        tick(&depot).await;
        depot.set_back(DAY);
        correct(&depot).await;
        let mut bare = depot.database.connect();
        let mut dues = bare.texts("SELECT CAST(next_due AS TEXT) AS value FROM systems WHERE next_due IS NOT NULL ORDER BY id").into_iter();
        for most in [MINUTE, DAY + MINUTE] {
            let due = Stamp(dues.next().expect("it is due some time").parse().expect("a number"));
            assert!(due > now(&depot) && due.since(now(&depot)) <= most, "{due:?}");
        }
    }

    /// Its worker was killed while the clock was ahead. What was canceled stays canceled.
    async fn a_lost_run_ends_after_one_lease(depot: Depot) {
        depot.advance(DAY);
        let gone = depot.started("a");
        depot.set_back(DAY);
        let audit = AuditLog::new(&Principal::Person { id: PersonId(1), name: "ada".to_owned() }, None);
        assert_eq!(cancel_run(&depot.store, &ada(), &depot.key, gone.no, audit).await.expect("it is asked"), RunState::Running);
        correct(&depot).await;
        let lost = || depot.write(|db| runs::lost(db, worker(), LEASE));
        assert!(lost().is_empty(), "its worker may be alive");
        depot.advance(LEASE + Duration::from_secs(1));
        let claim = lost().pop().expect("it is not");
        reap(&depot.engine(), claim).await.expect("it ends");
        assert_eq!(depot.run(gone.run).end_reason, Some(EndReason::LostWorker));
        assert!(depot.open_runs().is_empty(), "it was canceled");
    }

    /// A worker that is alive renews a lease by the clock that is right.
    async fn a_living_worker_keeps_its_run(depot: Depot) {
        depot.advance(DAY);
        let alive = depot.started("a");
        depot.set_back(DAY);
        depot.write(|db| runs::heartbeat(db, &alive, LEASE));
        correct(&depot).await;
        depot.advance(LEASE.saturating_sub(Duration::from_secs(1)));
        assert!(depot.write(|db| runs::lost(db, worker(), LEASE)).is_empty());
        assert_eq!(depot.write(|db| runs::finish(db, &alive, &Ending::Whole, None)), RunResult::Completed);
    }

    async fn what_waits_in_the_queue_begins(depot: Depot) {
        depot.advance(DAY);
        depot.ask("a");
        depot.set_back(DAY);
        assert_eq!(claim(&depot.store), None);
        correct(&depot).await;
        let first = claim(&depot.store).expect("it was asked for");
        // A retry waits for its time, and no longer.
        depot.advance(DAY);
        depot.write(|db| runs::finish(db, &first, &failed(), Some(Retry { after: MINUTE })));
        depot.set_back(DAY);
        correct(&depot).await;
        assert_eq!(claim(&depot.store), None);
        depot.advance(MINUTE + Duration::from_secs(1));
        assert_eq!(claim(&depot.store).expect("its time has come").no, RunNo(2));
    }

    /// The system is checked, and counts as paused or silent, by the clock that is right.
    async fn checks_and_budgets_go_on(depot: Depot) {
        depot.advance(DAY);
        depot.database.connect().execute("UPDATE systems SET schedule = 'every 60'");
        let claim = depot.started("a");
        depot.write(|db| runs::finish(db, &claim, &Ending::Whole, None));
        checked(&depot, false);
        depot.advance(Duration::from_hours(4));
        tick(&depot).await;
        let ahead = depot.found();
        assert!(ahead.paused_since.is_some() && ahead.silent_since.is_some());
        depot.database.connect().execute("DELETE FROM checks");
        depot.set_back(DAY + Duration::from_hours(4));
        correct(&depot).await;
        let found = depot.found();
        assert_eq!((found.paused_since, found.silent_since), (None, None), "neither is true any more");
        let watch = depot.read(|db| systems::times(db, &depot.found()));
        let soon = |at: Option<Stamp>, most: Duration| at.is_some_and(|at| at > now(&depot) && at <= now(&depot).plus(most));
        assert!(soon(watch.next_check, MINUTE * 15), "{watch:?}");
        assert!(soon(watch.pause_at, Duration::from_hours(3)) && soon(watch.silent_at, Duration::from_hours(2)), "{watch:?}");
        depot.advance(Duration::from_hours(3) + MINUTE);
        tick(&depot).await;
        let found = depot.found();
        assert!(found.paused_since.is_some() && found.silent_since.is_some());
    }

    async fn a_check_whose_worker_is_gone_is_taken_again(depot: Depot) {
        depot.advance(DAY);
        depot.write(|db| checks::queue(db, known(depot.tree), CheckTrigger::Manual, &by("ada"), depot.now()));
        let next = || depot.write(|db| claim_next(db, worker(), CheckTrigger::Manual, MINUTE));
        next().expect("it waits");
        depot.set_back(DAY);
        correct(&depot).await;
        assert!(next().is_none());
        depot.advance(MINUTE * 3);
        assert!(next().is_some());
    }

    /// What is as it should be is left alone, however often it is looked at.
    async fn right_times_stay(depot: Depot) {
        depot.system(1, "every 60");
        depot.system(2, "cron 0 4 * * 1");
        tick(&depot).await;
        checked(&depot, false);
        let first = depot.started("a");
        depot.write(|db| runs::finish(db, &first, &failed(), Some(Retry { after: Duration::from_mins(1) })));
        let other = depot.system(3, "none");
        depot.write(|db| runs::queue(db, &due(other, None, depot.now()), depot.now()));
        claim(&depot.store).expect("one is due");
        let before = times(&depot);
        for _ in 0..2 {
            correct(&depot).await;
        }
        assert_eq!(times(&depot), before);
    }

    /// A worker sees the clock go back, and looks at once.
    async fn it_is_noticed(depot: Depot) {
        let (engine, mut memory): (Engine, Memory) = (depot.engine(), Memory::default());
        set_back::watch(&engine, &mut memory).await.expect("a look");
        depot.advance(DAY);
        set_back::watch(&engine, &mut memory).await.expect("a look");
        depot.ask("a");
        set_back::watch(&engine, &mut memory).await.expect("a look");
        depot.set_back(DAY);
        assert_eq!(claim(&depot.store), None);
        set_back::watch(&engine, &mut memory).await.expect("a look");
        assert!(claim(&depot.store).is_some());
    }

    /// It may have gone back while nothing ran: a process that starts looks.
    async fn a_new_process_looks(depot: Depot) {
        depot.advance(DAY);
        depot.ask("a");
        depot.set_back(DAY);
        set_back::watch(&depot.engine(), &mut Memory::default()).await.expect("a look");
        assert!(claim(&depot.store).is_some());
    }
}
