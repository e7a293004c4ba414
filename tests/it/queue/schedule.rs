//! Due times: each starts one run, however many schedulers look.

use std::time::Duration;

use futures_util::future::join_all;
use syncdesk::clock::Stamp;
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::domain::run::{RunState, Trigger};
use syncdesk::domain::schedule::Schedule;
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::hold::{hold, release};
use syncdesk::store::runs;
use syncdesk::store::systems;
use syncdesk::sync::scheduler;

use super::depot::{Depot, ada, claim, key};
use crate::database::both_databases;
use crate::proofs::{console, worker};

/// The triggers of a system's runs, oldest first.
fn triggers(depot: &Depot, number: u8) -> Vec<Trigger> {
    let grant = ada::<syncdesk::access::verbs::SeeSystems>();
    let system = depot.read(|db| systems::find(db, &grant, &key(number)));
    let newest = depot.read(|db| runs::list(db, &system, &PageRequest::new(Start::First, 100), Stamp(0))).rows;
    newest.iter().rev().map(|listed| listed.run.trigger).collect()
}

both_databases! {
    /// A schedule fires once with two replicas.
    async fn several_schedulers_queue_a_due_time_once(depot: Depot) {
        for number in 1..=12 {
            depot.system(number, "every 60");
        }
        let other = depot.another();
        let engines = [depot.engine(), other.engine(std::sync::Arc::default(), tokio_util::sync::CancellationToken::new())];
        let ticks = (0..6).map(|number| {
            let engine = engines[number % 2].clone();
            tokio::spawn(async move { scheduler::tick(&engine).await })
        });
        for tick in join_all(ticks).await {
            tick.expect("no panic").expect("due times are read");
        }
        for number in 1..=12 {
            assert_eq!(triggers(&depot, number), [Trigger::Schedule], "system {number}");
        }
    }

    async fn a_due_time_is_over_once_it_was_queued(depot: Depot) {
        depot.system(1, "every 60");
        for _ in 0..3 {
            scheduler::tick(&depot.engine()).await.expect("due times are read");
        }
        assert_eq!(triggers(&depot, 1), [Trigger::Schedule]);
        // Its run has begun when the next one is due: that is queued behind it.
        claim(&depot.store).expect("it is due");
        depot.advance(Duration::from_hours(1));
        scheduler::tick(&depot.engine()).await.expect("due times are read");
        assert_eq!(triggers(&depot, 1).len(), 2);
        // One is queued already: the third merges into it.
        depot.advance(Duration::from_hours(1));
        scheduler::tick(&depot.engine()).await.expect("due times are read");
        assert_eq!(triggers(&depot, 1).len(), 2);
    }

    /// The transaction that moves a due time on queues its run: of two that saw the same one, the second does not.
    fn a_due_time_is_moved_on_once(depot: Depot) {
        let system = depot.system(1, "every 60");
        let was = depot.read(|db| systems::by_id(db, worker(), system)).next_due.expect("a due time");
        let next = Some(was.plus(Duration::from_hours(1)));
        assert!(depot.write(|db| runs::set_due(db, worker(), system, was, next)));
        assert!(!depot.write(|db| runs::set_due(db, worker(), system, was, next)));
    }

    /// Nothing ran for a day: the hours that were missed are caught up by one run.
    async fn what_was_missed_is_caught_up_once(depot: Depot) {
        depot.system(1, "every 60");
        depot.advance(Duration::from_hours(24));
        for _ in 0..3 {
            scheduler::tick(&depot.engine()).await.expect("due times are read");
        }
        assert_eq!(triggers(&depot, 1), [Trigger::CatchUp]);
    }

    /// Each sort of schedule comes due by the clock of its zone, and its next due time follows.
    async fn each_sort_of_schedule(depot: Depot) {
        let zone: chrono_tz::Tz = "Europe/Berlin".parse().expect("a zone");
        for (number, line) in [(1, "every 90"), (2, "daily 02:30"), (3, "cron 15 6 * * mon-fri")] {
            let id = depot.system(number, line);
            let schedule: Schedule = line.parse().expect("a schedule");
            let due = schedule.next_after(depot.now(), zone, id.seed()).expect("it comes due");
            depot.database.connect().execute(&format!(
                "UPDATE systems SET time_zone = 'Europe/Berlin', next_due = {} WHERE id = {}", due.0, id.0
            ));
            depot.advance(due.minus(Duration::from_secs(5)).since(depot.now()));
            scheduler::tick(&depot.engine()).await.expect("due times are read");
            assert_eq!(triggers(&depot, number), [], "{line}: not yet");
            depot.advance(Duration::from_secs(10));
            scheduler::tick(&depot.engine()).await.expect("due times are read");
            assert_eq!(triggers(&depot, number), [Trigger::Schedule], "{line}");
            let next = depot.read(|db| systems::by_id(db, worker(), id)).next_due;
            assert_eq!(next, schedule.next_after(depot.now(), zone, id.seed()), "{line}");
        }
    }

    /// It was found to be due, and then somebody put it on hold.
    fn a_hold_comes_before_a_due_time_that_was_found(depot: Depot) {
        let system = depot.system(1, "every 60");
        let was = depot.read(|db| systems::by_id(db, worker(), system)).next_due.expect("a due time");
        depot.write(|db| systems::hold(db, &ada(), &key(1), "Repairs.", depot.now()));
        assert!(!depot.write(|db| runs::set_due(db, worker(), system, was, Some(was.plus(Duration::from_hours(1))))));
    }

    async fn a_system_on_hold_is_not_due(depot: Depot) {
        depot.system(1, "every 60");
        depot.write(|db| systems::hold(db, &ada(), &key(1), "Repairs.", depot.now()));
        scheduler::tick(&depot.engine()).await.expect("due times are read");
        assert_eq!(triggers(&depot, 1), []);
        assert_eq!(depot.open_runs().iter().filter(|run| run.state == RunState::Queued).count(), 0);
    }

    /// A release catches nothing up: the schedule goes on with the next time.
    async fn a_time_that_passed_on_hold_is_over(depot: Depot) {
        depot.system(1, "every 60");
        let audit = || AuditLog::new(&console().principal(), None);
        hold(&depot.store, &ada(), &key(1), "Repairs.", audit()).await.expect("it is held");
        depot.advance(Duration::from_hours(24));
        release(&depot.store, &ada(), &key(1), audit()).await.expect("it is released");
        scheduler::tick(&depot.engine()).await.expect("due times are read");
        assert_eq!(triggers(&depot, 1), []);
        depot.advance(Duration::from_hours(1));
        scheduler::tick(&depot.engine()).await.expect("due times are read");
        assert_eq!(triggers(&depot, 1).len(), 1);
    }
}
