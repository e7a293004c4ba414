//! Runs that are stopped: by a person, or because nothing moves.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use syncdesk::access::Principal;
use syncdesk::clock::since_boot;
use syncdesk::domain::message::Category;
use syncdesk::domain::run::{EndReason, RunResult, RunState};
use syncdesk::domain::status::Verdict;
use syncdesk::ids::PersonId;
use syncdesk::ids::RunNo;
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::cancel_run::{HasEnded, cancel_run};
use syncdesk::ops::error::OpError;
use syncdesk::sync::run::carry_out;
use syncdesk::sync::stop::Stopped;

use super::script::{
    Gate, Worker, begin, copied, last_args, log, plays, reaches, request, run_once, run_once_with, scripted,
};
use crate::database::{Bare, both_databases};
use crate::queue::depot::{Depot, ada};
use crate::wait::{lasting, until};

async fn cancel(depot: &Depot, no: RunNo) -> Result<RunState, OpError<HasEnded>> {
    let audit = AuditLog::new(&Principal::Person { id: PersonId(1), name: "ada".to_owned() }, None);
    cancel_run(&depot.store, &ada(), &depot.key, no, audit).await
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
        assert!(matches!(cancel(&depot, no).await, Err(OpError::Refused(HasEnded))), "it has ended already");
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
        let mut engine = scripted(&depot.context);
        engine.limits.obey = Duration::from_millis(200);
        let worker = Worker::with(engine);
        let no = begin(&depot).await.no;
        cancel(&depot, no).await.expect("it runs");
        let run = reaches(&depot, no, RunState::Ended).await;
        worker.end().await;
        assert_eq!(run.result, Some(RunResult::Canceled));
        assert_eq!(log(&depot, &run).last().expect("a message"), &(Category::Information, "RUN-CANCELED".to_owned()));
    }

    /// The operator's maximum timeout applies to every system.
    async fn nothing_moves_for_as_long_as_the_operator_allows(depot: Depot) {
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        let mut engine = scripted(&depot.context);
        engine.limits.longest_timeout = Duration::from_millis(100);
        let run = run_once_with(&depot, engine).await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::NoProgress)));
    }

    /// The database answers so late that the lease has run out, counted from when it was asked: another worker may have
    /// the run by then. Nobody has it here, so that only the process itself can know.
    async fn a_lease_counts_from_when_it_was_asked_for(depot: Depot) {
        let (gate, seen) = (Gate::default(), Arc::new(OnceLock::new()));
        let (closed, told) = (gate.clone(), seen.clone());
        plays(&depot, move |context| {
            let (closed, told) = (closed.clone(), told.clone());
            Box::pin(async move {
                closed.passed().await;
                Ok((*told.get_or_init(|| context.stop.check()))?)
            })
        });
        let mut engine = scripted(&depot.context);
        engine.limits.lease = Duration::from_secs(2);
        let turn = engine.limits.lease / 20;
        let claim = depot.started("a");
        let claimed = lease(&depot);
        let carried_out = tokio::spawn(carry_out(engine, claim, since_boot()));
        another_lease(&depot, claimed).await;
        let mut other = depot.database.connect();
        other.execute(match other {
            Bare::Sqlite(_) => "BEGIN IMMEDIATE",
            Bare::Postgres(_) => "BEGIN; SELECT 1 FROM runs FOR UPDATE",
        });
        // Twice as long as the lease, by turns: in one of the first ones the next heartbeat is asked for, however busy the
        // machine is.
        for _ in 0..40 {
            lasting(turn).await;
        }
        let mut last = lease(&depot);
        other.execute("ROLLBACK");
        // Once there is a second heartbeat, the process knows the answer to the late one.
        for _ in 0..2 {
            last = another_lease(&depot, last).await;
        }
        gate.open();
        carried_out.await.expect("no panic");
        assert_eq!(seen.get(), Some(&Err(Stopped::LeaseLost)), "it must not go on");
    }

    /// A run without progress ends after its timeout.
    async fn nothing_moves(depot: Depot) {
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        allow(&depot, Duration::from_millis(100));
        let run = run_once(&depot).await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::NoProgress)));
        assert_eq!(log(&depot, &run), [(Category::Error, "RUN-NO-PROGRESS".to_owned())]);
        assert_eq!(depot.open_runs()[0].retries_run, Some(run.id));
    }

    /// The timeout is for time without progress, not for all the time that a run takes.
    async fn a_long_run_that_moves_continues(depot: Depot) {
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
        assert_eq!(run_once(&depot).await.result, Some(RunResult::Completed));
    }

    /// A run can take longer than its lease.
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
    let lease = "SELECT CAST(lease_until AS TEXT) AS value FROM runs WHERE state = 'running'";
    depot.database.connect().texts(lease)[0].parse().expect("a time")
}

/// Waits until a heartbeat was stored; until when the lease holds then.
async fn another_lease(depot: &Depot, last: i64) -> i64 {
    until("a heartbeat", async || Some(lease(depot)).filter(|lease| *lease != last)).await
}
