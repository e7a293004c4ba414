//! Runs that are stopped: by a person, or because nothing moves.

use std::time::{Duration, Instant};

use syncdesk::access::Principal;
use syncdesk::clock::since_boot;
use syncdesk::domain::message::Category;
use syncdesk::domain::run::{EndReason, RunResult, RunState};
use syncdesk::domain::status::Verdict;
use syncdesk::ids::PersonId;
use syncdesk::ids::RunNo;
use syncdesk::ops::audit::Who;
use syncdesk::ops::cancel_run::cancel_run;
use syncdesk::ops::error::OpError;

use super::script::{Gate, Worker, begin, copied, last_args, log, plays, reaches, request, run_once, scripted};
use crate::database::{Bare, both_databases};
use crate::queue::depot::{Depot, ada};
use crate::wait::until;

async fn cancel(depot: &Depot, no: RunNo) -> Result<RunState, OpError> {
    let who = Who::new(&Principal::Person { id: PersonId(1), name: "ada".to_owned() }, None);
    cancel_run(&depot.store, &ada(), &depot.key, no, who).await
}

fn allow(depot: &Depot, span: Duration) {
    depot.database.connect().execute(&format!("UPDATE systems SET timeout_us = {}", span.as_micros()));
}

both_databases! {
    async fn a_running_run_is_told_to_stop(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            context.journal.log(copied("a")).await?;
            Err(context.stop.stopped().await.into())
        }));
        let worker = Worker::of(&depot);
        let no = begin(&depot).await.no;
        assert_eq!(cancel(&depot, no).await.expect("it runs"), RunState::Running);
        assert_eq!(cancel(&depot, no).await.expect("it is asked twice"), RunState::Running);
        let run = reaches(&depot, no, RunState::Ended).await;
        worker.end().await;
        assert_eq!((run.result, run.end_reason, run.cancel_by.as_deref()), (Some(RunResult::Canceled), None, Some("ada")));
        assert!(run.cancel_at < run.ended_at);
        assert_eq!(log(&depot, &run).last().expect("a message"), &(Category::Information, "RUN-CANCELED".to_owned()));
        assert_eq!(last_args(&depot, &run), ["ada"]);
        assert!(depot.open_runs().is_empty(), "nobody wants it tried again");
        assert_eq!(depot.found().synchronization, Verdict::Open, "the verdict stays what it was");
        assert!(matches!(cancel(&depot, no).await, Err(OpError::Conflict(_))), "it has ended already");
    }

    async fn a_queued_run_is_withdrawn(depot: Depot) {
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        let worker = Worker::of(&depot);
        let (first, second) = (request(&depot), RunNo(2));
        reaches(&depot, first, RunState::Running).await;
        assert_eq!(request(&depot), second);
        assert_eq!(cancel(&depot, second).await.expect("it waits"), RunState::Ended);
        let withdrawn = depot.all_runs().remove(1);
        assert_eq!((withdrawn.state, withdrawn.result), (RunState::Ended, Some(RunResult::Canceled)));
        cancel(&depot, first).await.expect("it runs");
        reaches(&depot, first, RunState::Ended).await;
        worker.end().await;
        assert_eq!(depot.all_runs().len(), 2, "what was withdrawn never began");
    }

    /// A connector that does not listen is dropped.
    async fn a_run_that_does_not_listen_is_canceled(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            context.journal.log(copied("a")).await?;
            std::future::pending().await
        }));
        let mut engine = scripted(&depot.house);
        engine.limits.obey = Duration::from_millis(200);
        let worker = Worker::with(engine);
        let no = begin(&depot).await.no;
        cancel(&depot, no).await.expect("it runs");
        let run = reaches(&depot, no, RunState::Ended).await;
        worker.end().await;
        assert_eq!(run.result, Some(RunResult::Canceled));
        assert_eq!(log(&depot, &run).last().expect("a message"), &(Category::Information, "RUN-CANCELED".to_owned()));
    }

    /// The operator's limit holds for a system that was specified with more.
    async fn nothing_moves_for_as_long_as_the_operator_allows(depot: Depot) {
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        let mut engine = scripted(&depot.house);
        engine.limits.longest_timeout = Duration::from_millis(100);
        let worker = Worker::with(engine);
        let run = run_once(&depot).await;
        worker.end().await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::NoProgress)));
    }

    /// The database answers so late that the lease has run out, counted from when it was asked: another worker may have
    /// the run by then.
    async fn a_lease_counts_from_when_it_was_asked_for(depot: Depot) {
        let gate = Gate::default();
        let closed = gate.clone();
        plays(&depot, move |context| {
            let closed = closed.clone();
            Box::pin(async move {
                context.journal.log(copied("a")).await?;
                context.journal.flush().await?;
                closed.passed().await;
                Ok(context.stop.check()?)
            })
        });
        let mut engine = scripted(&depot.house);
        engine.limits.lease = Duration::from_secs(1);
        let worker = Worker::with(engine);
        let run = begin(&depot).await;
        let before = lease(&depot);
        let mut other = depot.database.connect();
        other.execute(match other {
            Bare::Sqlite(_) => "BEGIN IMMEDIATE",
            Bare::Postgres(_) => "BEGIN; SELECT 1 FROM runs FOR UPDATE",
        });
        // No heartbeat is answered for twice as long as the lease.
        let began = since_boot();
        until("the lease to be over", async || (since_boot() > began + Duration::from_secs(2)).then_some(())).await;
        other.execute("ROLLBACK");
        until("the late heartbeat, or the end", async || {
            let leases = leases(&depot);
            (leases.is_empty() || leases[0] > before).then_some(())
        })
        .await;
        gate.open();
        let ended = reaches(&depot, run.no, RunState::Ended).await;
        worker.end().await;
        assert_eq!(ended.end_reason, Some(EndReason::LostWorker), "it must not go on");
    }

    async fn nothing_moves(depot: Depot) {
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        allow(&depot, Duration::from_millis(100));
        let worker = Worker::of(&depot);
        let run = run_once(&depot).await;
        worker.end().await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::NoProgress)));
        assert_eq!(log(&depot, &run), [(Category::Error, "RUN-NO-PROGRESS".to_owned())]);
        assert_eq!(depot.open_runs()[0].retries_run, Some(run.id));
    }

    /// The time-out is for time without progress, not for all the time that a run takes.
    async fn a_long_run_that_moves_goes_on(depot: Depot) {
        const ALLOWED: Duration = Duration::from_secs(3);
        plays(&depot, |context| Box::pin(async {
            let (began, mut beats) = (Instant::now(), tokio::time::interval(Duration::from_millis(50)));
            while began.elapsed() < ALLOWED * 2 {
                beats.tick().await;
                context.stop.check()?;
                context.progress.bytes(1);
            }
            Ok(())
        }));
        allow(&depot, ALLOWED);
        let worker = Worker::of(&depot);
        assert_eq!(run_once(&depot).await.result, Some(RunResult::Completed));
        worker.end().await;
    }

    /// A run that takes longer than its lease.
    async fn a_heartbeat_keeps_a_long_run(depot: Depot) {
        let gate = Gate::default();
        let closed = gate.clone();
        plays(&depot, move |_context| {
            let closed = closed.clone();
            Box::pin(async move {
                closed.passed().await;
                Ok(())
            })
        });
        let worker = Worker::of(&depot);
        let no = request(&depot);
        reaches(&depot, no, RunState::Running).await;
        for _ in 0..3 {
            let before = lease(&depot);
            depot.advance(Duration::from_secs(25));
            crate::wait::until("a heartbeat", async || (lease(&depot) > before).then_some(())).await;
        }
        gate.open();
        assert_eq!(reaches(&depot, no, RunState::Ended).await.result, Some(RunResult::Completed));
        worker.end().await;
    }
}

/// Until when the only lease holds.
fn lease(depot: &Depot) -> i64 {
    leases(depot)[0]
}

fn leases(depot: &Depot) -> Vec<i64> {
    let leases =
        depot.database.connect().texts("SELECT CAST(lease_until AS TEXT) AS value FROM runs WHERE state = 'running'");
    leases.iter().map(|lease| lease.parse().expect("a time")).collect()
}
