//! The database is full while a run goes on, for longer than its lease.

use std::time::Duration;

use syncdesk::app::AppContext;
use syncdesk::domain::message::Category;
use syncdesk::domain::run::{EndReason, RunResult, RunState, Stage, Trigger};
use syncdesk::store::{Fault, runs};

use super::script::{Worker, begin, log, plays_in_two_parts, reaches, scripted};
use crate::database::{TestDatabase, both_databases};
use crate::queue::depot::{Depot, LEASE, by};
use crate::wait::until;

/// A table, and the statement for which it has no space.
type Full = (&'static str, &'static str);

const MESSAGES: Full = ("messages", "INSERT");
const RUNS: Full = ("runs", "UPDATE");

fn fill(depot: &Depot, (table, statement): Full) {
    depot.database.connect().execute(&match &depot.database {
        TestDatabase::Sqlite(_) => format!(
            "CREATE TRIGGER full_{table} BEFORE {statement} ON {table}
               BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        ),
        TestDatabase::Postgres(_) => format!(
            "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
             CREATE TRIGGER full_{table} BEFORE {statement} ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"
        ),
    });
}

fn make_room(depot: &Depot, (table, _statement): Full) {
    depot.database.connect().execute(&match &depot.database {
        TestDatabase::Sqlite(_) => format!("DROP TRIGGER full_{table}"),
        TestDatabase::Postgres(_) => format!("DROP TRIGGER full_{table} ON {table}"),
    });
}

both_databases! {
    /// Its lease has run out by the time there is space, and another process looks for such runs: nevertheless it ends
    /// with what was wrong, and not as if its worker were lost.
    async fn a_run_that_found_no_space_says_so(depot: Depot) {
        let gate = plays_in_two_parts(&depot);
        // On a busy machine the worker may not come to its end within the usual time.
        let patient = |context: &AppContext| {
            let mut engine = scripted(context);
            engine.limits.respite = Duration::from_hours(1);
            Worker::with(engine)
        };
        let (worker, other) = (patient(&depot.context), patient(&depot.another()));
        let no = begin(&depot).await.no;
        fill(&depot, MESSAGES);
        fill(&depot, RUNS);
        gate.open();
        depot.advance(LEASE + Duration::from_secs(1));
        other.engine.store.advance(LEASE + Duration::from_secs(1));
        for store in [&worker.engine.store, &other.engine.store] {
            let found = async || store.fault_within(Duration::from_secs(10));
            assert_eq!(until("the fault to be found", found).await, Fault::Full);
        }
        make_room(&depot, MESSAGES);
        make_room(&depot, RUNS);
        let run = reaches(&depot, no, RunState::Ended).await;
        assert_eq!((run.result, run.end_reason), (Some(RunResult::Error), Some(EndReason::Failed)));
        assert_eq!((run.end_code.as_deref(), run.end_stage), (Some("STORE-FULL"), Some(Stage::Content)));
        assert_eq!(log(&depot, &run), [(Category::Success, "FILE-COPIED".to_owned()), (Category::Error, "STORE-FULL".to_owned())]);
        let totals = depot.totals(run.id);
        assert_eq!((totals.emitted, totals.stored), (3, 2), "the log says that one message is missing");
        let retry = depot.open_runs().remove(0);
        assert_eq!((retry.trigger, retry.retries_run), (Trigger::Retry, Some(run.id)));
        worker.end().await;
        other.end().await;
    }

    /// A run that was canceled while the disk was full ends as canceled.
    async fn a_run_that_is_canceled_at_its_end_is_not_retried(depot: Depot) {
        let gate = plays_in_two_parts(&depot);
        let worker = Worker::of(&depot);
        let run = begin(&depot).await;
        fill(&depot, MESSAGES);
        gate.open();
        let found = async || depot.store.fault_within(Duration::from_secs(10));
        assert_eq!(until("the fault to be found", found).await, Fault::Full);
        assert!(depot.write(|db| runs::cancel(db, &depot.found_run(&run), &by("ada"), depot.now())).is_some());
        make_room(&depot, MESSAGES);
        let ended = reaches(&depot, run.no, RunState::Ended).await;
        worker.end().await;
        assert_eq!((ended.result, ended.cancel_by.as_deref()), (Some(RunResult::Canceled), Some("ada")));
        assert!(depot.open_runs().is_empty(), "nobody wants it tried again");
    }
}
