//! A database that is away for a while: what a run stores is stored once, and nothing is lost.

use std::time::Duration;

use syncdesk::clock::since_boot;
use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::run::{EndReason, RunResult, RunState};
use syncdesk::ids::RunNo;
use syncdesk::store::runs::Run;
use syncdesk::sync::items::{Action, Baseline, BaselineChange, Items, Step};
use syncdesk::sync::replica::{Content, Finished, Met, Reading, Replica};

use super::relay::Relay;
use super::script::{Gate, Worker, begin, copied, log, plays, reaches, request, scripted};
use crate::database::{Database, Fixture};
use crate::queue::depot::Depot;
use crate::wait::until;

/// A depot, and a worker that reaches its database through a relay.
async fn relayed(lease: Duration) -> (Depot, Relay, Worker) {
    let depot = <Depot as Fixture>::on(Database::Postgres).await;
    let relay = Relay::to(&depot.database.url());
    let url = relay.url(&depot.database.url());
    let context = tokio::task::block_in_place(|| depot.another_at(&url));
    let mut engine = scripted(&context);
    engine.limits.lease = lease;
    (depot, relay, Worker::with(engine))
}

/// Emitted, stored, and the rows that are there with their last number: all the same.
fn complete(depot: &Depot, run: &Run) -> i64 {
    let totals = depot.totals(run.id);
    let rows = format!(
        "SELECT CAST(count(*) AS TEXT) || ' ' || CAST(max(seq) AS TEXT) AS value FROM messages WHERE run_id = {}",
        run.id
    );
    assert_eq!(depot.database.connect().texts(&rows), [format!("{0} {0}", totals.emitted)]);
    assert_eq!((totals.stored, totals.counts.total()), (totals.emitted, totals.emitted));
    totals.emitted
}

/// A batch is stored once, even if the connection breaks before Postgres confirms it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_is_not_stored_twice() {
    let (depot, relay, worker) = relayed(Duration::from_secs(30)).await;
    plays(&depot, |context| {
        Box::pin(async {
            for number in 0..20 {
                context.journal.log(copied(&format!("{number}"))).await?;
                context.journal.flush().await?;
            }
            context
                .ports
                .remember(vec![BaselineChange::Set(Baseline { key: b"a".to_vec(), state: "{}".to_owned() })])
                .await?;
            context
                .ports
                .spool(vec![Step { action: Action::Delete, key: b"a".to_vec(), detail: "{}".to_owned() }])
                .await?;
            let replica = Replica::of(context.ports);
            let published = replica.begin(vec![("Things".to_owned(), String::new())]).await?;
            let set = published.sets[0].id;
            let met = |n: u8| Met { key: vec![n], content: Some(Content { digest: vec![n], data: "{}".to_owned() }) };
            let mut tally = syncdesk::sync::replica::Tally::default();
            for page in [0..5, 5..8, 8..10] {
                let (staged, twice) = replica.stage(set, Reading::Whole, page.map(met).collect()).await?;
                assert!(twice.is_empty(), "{twice:?}");
                tally.add(&staged);
            }
            let back = replica.withdraw(set, vec![vec![0]]).await?;
            tally.inserted -= back.inserted;
            tally.orphaned += replica.orphan(set, vec![vec![1], vec![2]]).await?;
            assert_eq!((back.inserted, tally.inserted, tally.orphaned), (1, 9, 2));
            let closing = vec![(context.clock.now(), Message::of_run(Category::Information, "FILE-SUMMARY"))];
            replica.publish("model".to_owned(), vec![Finished { set, tally, state: String::new() }], closing).await?;
            context.journal.stored_elsewhere(1);
            Ok(())
        })
    });
    relay.loses_commits(true);
    let no = request(&depot);
    let run = reaches(&depot, no, RunState::Ended).await;
    relay.loses_commits(false);
    worker.end().await;
    assert_eq!(run.result, Some(RunResult::Completed), "{:?}", log(&depot, &run));
    assert!(relay.lost() > 10, "{}", relay.lost());
    assert_eq!(complete(&depot, &run), 21);
    let sets = "SELECT CAST(active AS TEXT) || ' ' || CAST(orphaned AS TEXT) AS value FROM replica_sets";
    assert_eq!(depot.database.connect().texts(sets), ["7 2"]);
    assert_eq!(depot.all_runs().len(), 1, "no run was lost, and none is retried");
}

/// A run survives a restart of the database that is shorter than its lease.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_shorter_than_the_lease_costs_nothing() {
    let (depot, relay, worker) = relayed(Duration::from_secs(30)).await;
    let gate = Gate::default();
    let closed = gate.clone();
    plays(&depot, move |context| {
        let closed = closed.clone();
        Box::pin(async move {
            context.journal.log(copied("before")).await?;
            closed.passed().await;
            for number in 0..5_000 {
                context.journal.log(copied(&format!("{number}"))).await?;
            }
            context
                .ports
                .remember(vec![BaselineChange::Set(Baseline { key: b"a".to_vec(), state: "{}".to_owned() })])
                .await?;
            assert_eq!(context.ports.baselines(None, 10).await?.len(), 1);
            Ok(context.journal.flush().await?)
        })
    });
    let begun = begin(&depot).await;
    relay.go_away();
    gate.open();
    until("it to ask in vain", async || (relay.refused() > 2).then_some(())).await;
    relay.come_back();
    let run = reaches(&depot, begun.no, RunState::Ended).await;
    worker.end().await;
    assert_eq!(run.result, Some(RunResult::Completed), "{:?}", run.end_code);
    assert_eq!(complete(&depot, &run), 5_001);
    assert_eq!(depot.all_runs().len(), 1);
}

/// The database is away for longer: the run is given up, and its retry begins at once when the database is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_longer_absence_ends_the_run() {
    let (depot, relay, worker) = relayed(Duration::from_secs(1)).await;
    plays(&depot, |context| {
        Box::pin(async {
            context.journal.log(copied("before")).await?;
            Err(context.stop.stopped().await.into())
        })
    });
    let begun = begin(&depot).await;
    relay.go_away();
    let since = since_boot();
    until("the lease to be over", async || (since_boot() > since + Duration::from_secs(2)).then_some(())).await;
    relay.come_back();
    let run = reaches(&depot, begun.no, RunState::Ended).await;
    assert_eq!(run.end_reason, Some(EndReason::LostWorker));
    reaches(&depot, RunNo(2), RunState::Running).await;
    worker.end().await;
    assert_eq!(complete(&depot, &run), 2, "what was stored before, and how it ended");
}
