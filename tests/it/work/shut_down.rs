//! A process that ends while runs are under way.

use std::time::Duration;

use syncdesk::domain::message::Category;
use syncdesk::domain::run::{EndReason, RunResult, RunState};

use super::script::{Worker, begin, copied, last_args, log, plays, scripted};
use crate::database::both_databases;
use crate::queue::depot::Depot;

both_databases! {
    async fn a_run_that_stops_in_time_ends_as_shut_down(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            context.journal.log(copied("a")).await?;
            Err(context.stop.stopped().await.into())
        }));
        let worker = Worker::of(&depot);
        begin(&depot).await;
        worker.end().await;
        let run = depot.all_runs().remove(0);
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::ShutDown)));
        let told = log(&depot, &run);
        assert_eq!(told, [(Category::Success, "FILE-COPIED".to_owned()), (Category::Error, "RUN-SHUT-DOWN".to_owned())]);
        assert_eq!(last_args(&depot, &run), depot.database.connect().texts("SELECT worker AS value FROM runs WHERE no = 1"));
        let retry = depot.open_runs().remove(0);
        assert_eq!((retry.retries_run, retry.attempt), (Some(run.id), 2));
        assert_eq!(Some(retry.not_before), run.ended_at, "it starts at once, wherever a worker is");
    }

    async fn a_run_that_ends_during_the_shutdown_is_whole(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            context.journal.log(copied("the first")).await?;
            let _ = context.stop.stopped().await;
            Ok(context.journal.log(copied("the last")).await?)
        }));
        let worker = Worker::of(&depot);
        begin(&depot).await;
        worker.end().await;
        assert_eq!(depot.all_runs()[0].result, Some(RunResult::Completed));
        assert!(depot.open_runs().is_empty());
    }

    /// A connector that does not listen is not waited for longer than the grace.
    async fn a_run_that_does_not_stop_is_ended_after_the_grace(depot: Depot) {
        plays(&depot, |context| Box::pin(async {
            context.journal.log(copied("the first")).await?;
            std::future::pending().await
        }));
        ends_after_its_grace(&depot).await;
    }

    /// Nor one that is stuck where nothing can take it away, and that still holds what it writes its messages with.
    async fn a_run_that_is_stuck_is_ended_after_the_grace(depot: Depot) {
        let (let_go, stuck) = std::sync::mpsc::channel::<()>();
        let stuck = std::sync::Arc::new(std::sync::Mutex::new(stuck));
        plays(&depot, move |context| {
            let (journal, stuck) = (context.journal.clone(), stuck.clone());
            Box::pin(async move {
                journal.log(copied("the first")).await?;
                let hangs = tokio::task::spawn_blocking(move || {
                    // As a read from a disk that hangs.
                    let _ = stuck.lock().expect("no panic").recv();
                    drop(journal);
                });
                hangs.await.expect("no panic");
                Ok(())
            })
        });
        ends_after_its_grace(&depot).await;
        drop(let_go);
    }
}

async fn ends_after_its_grace(depot: &Depot) {
    let mut engine = scripted(&depot.context);
    engine.limits.grace = Duration::from_millis(200);
    let worker = Worker::with(engine);
    begin(depot).await;
    worker.end().await;
    let run = depot.all_runs().remove(0);
    assert_eq!((run.state, run.result), (RunState::Ended, Some(RunResult::Error)));
    assert_eq!(run.end_reason, Some(EndReason::ShutDown));
    let told = log(depot, &run);
    assert_eq!(told, [(Category::Success, "FILE-COPIED".to_owned()), (Category::Error, "RUN-SHUT-DOWN".to_owned())]);
    let totals = depot.totals(run.id);
    assert_eq!((totals.emitted, totals.stored), (2, 2), "the log is complete");
    let retry = depot.open_runs().remove(0);
    assert_eq!((retry.retries_run, retry.attempt), (Some(run.id), 2));
}
