//! Workers that are gone or stalled: their runs come to an end, and they themselves change nothing more.

use std::time::Duration;

use syncdesk::domain::message::Category;
use syncdesk::domain::run::{EndReason, RunResult, RunState, Trigger};
use syncdesk::store::runs::{self, Run};
use syncdesk::sync::run::reap;
use syncdesk::sync::step::StepResult;

use super::script::{Worker, begin, last_args, log, plays, plays_in_two_parts, reaches, scripted, work};
use crate::database::both_databases;
use crate::proofs::worker;
use crate::queue::depot::{Depot, LEASE, by};

const PAST_THE_LEASE: Duration = LEASE.saturating_add(Duration::from_secs(1));

/// How many runs retry this one. They start at once.
fn retries(depot: &Depot, run: &Run) -> usize {
    depot.all_runs().iter().filter(|later| later.retries_run == Some(run.id)).count()
}

both_databases! {
    /// The run of a lost worker ends in error and is retried at once.
    async fn the_run_of_a_lost_worker_ends_and_is_retried(depot: Depot) {
        let gone = depot.started("a");
        depot.advance(PAST_THE_LEASE);
        plays(&depot, |_context| Box::pin(async { Ok(()) }));
        let done = work(scripted(&depot.context)).await;
        assert!(matches!(done[..], [StepResult::Reaped, StepResult::Ran(_)]), "{done:?}");
        let run = depot.run(gone.run);
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::LostWorker)));
        assert_eq!(run.end_code.as_deref(), Some("RUN-LOST-WORKER"));
        assert_eq!(log(&depot, &run), [(Category::Error, "RUN-LOST-WORKER".to_owned())]);
        assert_eq!(last_args(&depot, &run), ["a worker"], "who carried it out, not who found it");
        let totals = depot.totals(run.id);
        assert_eq!((totals.emitted, totals.stored), (1, 1), "the log is complete");
        let retry = depot.all_runs().remove(1);
        assert_eq!((retry.trigger, retry.attempt, retry.retries_run), (Trigger::Retry, 2, Some(run.id)));
        assert_eq!(Some(retry.not_before), run.ended_at, "it starts at once");
        assert_eq!(retry.result, Some(RunResult::Completed));
    }

    async fn what_somebody_canceled_is_not_retried(depot: Depot) {
        let gone = depot.started("a");
        depot.write(|db| runs::cancel(db, &depot.held(&gone), &by("ada"), depot.now()));
        depot.advance(PAST_THE_LEASE);
        assert_eq!(work(scripted(&depot.context)).await, [StepResult::Reaped]);
        assert_eq!(depot.run(gone.run).end_reason, Some(EndReason::LostWorker));
        assert!(depot.open_runs().is_empty());
    }

    /// A run whose worker is lost is not retried after five attempts.
    async fn after_five_attempts_it_is_enough(depot: Depot) {
        depot.started("a");
        depot.database.connect().execute("UPDATE runs SET attempt = 5");
        depot.advance(PAST_THE_LEASE);
        assert_eq!(work(scripted(&depot.context)).await, [StepResult::Reaped]);
        assert!(depot.open_runs().is_empty());
    }

    /// A process that is lost while it ends a lost run is replaced by another.
    async fn a_lost_reaper_is_replaced(depot: Depot) {
        depot.started("a");
        depot.advance(PAST_THE_LEASE);
        let halfway = depot.write(|db| runs::lost(db, worker(), LEASE)).remove(0);
        depot.advance(PAST_THE_LEASE);
        plays(&depot, |_context| Box::pin(async { Ok(()) }));
        let done = work(scripted(&depot.context)).await;
        assert!(matches!(done[..], [StepResult::Reaped, StepResult::Ran(_)]), "{done:?}");
        let run = depot.run(halfway.run);
        assert_eq!(run.end_reason, Some(EndReason::LostWorker));
        assert!(reap(&scripted(&depot.context), halfway).await.is_err(), "the first reaper comes too late");
        assert_eq!(log(&depot, &run).len(), 1, "and wrote nothing");
        assert_eq!(retries(&depot, &run), 1);
    }

    /// A worker that stalled changes nothing after its run was taken over.
    async fn a_stalled_worker_changes_nothing_more(depot: Depot) {
        let gate = plays_in_two_parts(&depot);
        let stalled = Worker::of(&depot);
        let no = begin(&depot).await.no;
        // In one step, so that no heartbeat comes between: the lease has run out and another takes the run over.
        depot.database.connect().execute("UPDATE runs SET claim_no = claim_no + 1, lease_until = 1 WHERE state = 'running'");
        let other = Worker::with(scripted(&depot.another()));
        let ended = reaches(&depot, no, RunState::Ended).await;
        gate.open();
        stalled.end().await;
        other.end().await;
        assert_eq!(ended.end_reason, Some(EndReason::LostWorker));
        let told = log(&depot, &ended);
        assert_eq!(told, [(Category::Success, "FILE-COPIED".to_owned()), (Category::Error, "RUN-LOST-WORKER".to_owned())]);
        assert_eq!(depot.run(ended.id).result, Some(RunResult::Error), "its own end came too late");
        assert_eq!(retries(&depot, &ended), 1);
    }
}
