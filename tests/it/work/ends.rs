//! How runs end without a stop.

use std::time::Duration;

use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::run::{CheckTrigger, EndReason, PeerFailure, RunResult, RunState, Stage};
use syncdesk::ids::RunNo;
use syncdesk::ops::request_run::Answer;
use syncdesk::store::{checks, runs};
use syncdesk::sync::stop::StopReason;

use super::script::{Worker, copied, last_args, log, plays, reaches, request, run_once, scripted};
use crate::database::both_databases;
use crate::proofs::known;
use crate::queue::answers::press;
use crate::queue::depot::{Depot, by};
use crate::wait::until;

both_databases! {
    async fn what_was_logged_is_stored_and_counted(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            for number in 0..5_000 {
                context.journal.log(copied(&format!("{number}"))).await?;
            }
            context.progress.update(|now| (now.items_done, now.total_final) = (5_000, true));
            Ok(context.journal.log(Message::of_run(Category::Information, "FILE-SUMMARY")).await?)
        }));
        let run = run_once(&depot).await;
        assert_eq!(run.result, Some(RunResult::Completed));
        let totals = depot.totals(run.id);
        assert_eq!((totals.emitted, totals.stored, totals.cut), (5_001, 5_001, 0));
        assert_eq!((totals.counts.success, totals.counts.information, totals.counts.total()), (5_000, 1, 5_001));
        assert_eq!((totals.progress.items_done, totals.progress.total_final), (5_000, true));
    }

    async fn a_transient_error_is_tried_again(depot: Depot) {
        plays(&depot, |_context| Box::pin(async {
            Err(PeerFailure::new(Stage::Tcp, "PEER-AWAY").arg("files.example").quoting("no route").transient().into())
        }));
        let run = run_once(&depot).await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::Failed)));
        assert_eq!((run.end_code.as_deref(), run.end_stage), (Some("PEER-AWAY"), Some(Stage::Tcp)));
        assert_eq!(log(&depot, &run), [(Category::Error, "PEER-AWAY".to_owned())]);
        let retry = depot.open_runs().remove(0);
        assert_eq!(retry.not_before, run.ended_at.expect("it has ended").plus(Duration::from_mins(1)));
    }

    /// A run whose settings cannot be read ends in error and is retried.
    async fn a_database_that_does_not_answer_is_asked_again(depot: Depot) {
        plays(&depot, |_context| Box::pin(async { Ok(()) }));
        depot.database.connect().execute("ALTER TABLE credentials RENAME TO elsewhere");
        let run = run_once(&depot).await;
        assert_eq!((run.result, run.end_code.as_deref()), (Some(RunResult::Error), Some("STORE-AWAY")));
        assert_eq!(depot.open_runs().remove(0).retries_run, Some(run.id));
    }

    /// A permanent error is not retried.
    async fn an_error_that_lasts_is_not(depot: Depot) {
        plays(&depot, |_context| Box::pin(async { Err(PeerFailure::new(Stage::SignIn, "PEER-SIGN-IN").into()) }));
        let run = run_once(&depot).await;
        assert_eq!(run.end_reason, Some(EndReason::Failed));
        assert!(depot.open_runs().is_empty());
    }

    /// A run that the deletion limit stopped is not retried.
    async fn a_braked_run_waits_for_a_person(depot: Depot) {
        plays(&depot, |_context| Box::pin(async { Err(StopReason::Braked) }));
        let run = run_once(&depot).await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::Brake)));
        assert!(depot.open_runs().is_empty());
    }

    /// What a connector does wrong ends its run, and nothing else.
    async fn a_connector_that_panics_ends_its_run(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            context.journal.log(copied("a")).await?;
            assert!(context.run < 0, "a mistake in a connector");
            Ok(())
        }));
        let run = run_once(&depot).await;
        assert_eq!((run.result, run.end_code.as_deref()), (Some(RunResult::Error), Some("RUN-INTERNAL")));
        let told = log(&depot, &run);
        assert_eq!(told, [(Category::Success, "FILE-COPIED".to_owned()), (Category::Error, "RUN-INTERNAL".to_owned())]);
        assert!(last_args(&depot, &run)[0].len() == 10, "what to look for in the log of the process");
        assert_eq!(run_once(&depot).await.no, RunNo(2), "the worker goes on");
    }

    /// A requested run starts immediately, not at the next poll.
    async fn a_run_begins_when_it_is_asked_for(depot: Depot) {
        plays(&depot, |_context| Box::pin(async { Ok(()) }));
        let mut engine = scripted(&depot.context);
        engine.limits.poll = Duration::from_hours(1);
        let wake = engine.wake.clone();
        let worker = Worker::with(engine);
        for no in 1..=5 {
            assert_eq!(press(&depot, &format!("{no}"), &wake).await, Ok(Answer::Started(RunNo(no))));
            reaches(&depot, RunNo(no), RunState::Ended).await;
        }
        worker.end().await;
    }

    async fn a_busy_worker_takes_no_more(depot: Depot) {
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        let mut engine = scripted(&depot.context);
        engine.limits.runs_at_once = 1;
        let worker = Worker::with(engine);
        request(&depot);
        reaches(&depot, RunNo(1), RunState::Running).await;
        let other = depot.system(1, "none");
        depot.database.connect().execute("UPDATE systems SET settings = (SELECT settings FROM systems WHERE name = 'tree')");
        depot.write(|db| runs::queue(db, &crate::queue::depot::due(other, None, depot.now()), depot.now()));
        worker.engine.wake.notify_one();
        // A worker looks for checks and then for runs: when the second check has ended, it has looked for runs since.
        for _ in 0..2 {
            depot.write(|db| checks::queue(db, known(other), CheckTrigger::Manual, &by("ada"), depot.now()));
            let open = "SELECT state AS value FROM checks WHERE state <> 'ended'";
            until("the check", async || depot.database.connect().texts(open).is_empty().then_some(())).await;
        }
        assert!(depot.read(runs::any_waiting), "the other system's run waits for a free worker");
        let running = "SELECT CAST(count(*) AS TEXT) AS value FROM runs WHERE state = 'running'";
        assert_eq!(depot.database.connect().texts(running), ["1"]);
        worker.end().await;
    }
}
