//! Connection checks beside runs.

use std::time::Duration;

use syncdesk::domain::run::{CheckTrigger, RunResult, RunState};
use syncdesk::store::checks;

use super::script::{Worker, plays, reaches, request, scripted};
use crate::database::both_databases;
use crate::proofs::known;
use crate::queue::depot::{Depot, by};
use crate::wait::until;

both_databases! {
    async fn peers_that_do_not_answer_keep_no_run_waiting(depot: Depot) {
        plays(&depot, |_context| Box::pin(async { Ok(()) }));
        for number in 1..=5 {
            let system = depot.system(number, "none");
            let silent = format!(r#"UPDATE systems SET settings = '{{"silent":true}}' WHERE id = {}"#, system.0);
            depot.database.connect().execute(&silent);
            depot.write(|db| checks::queue(db, known(system), CheckTrigger::Manual, &by("ada"), depot.now()));
        }
        let mut engine = scripted(&depot.context);
        engine.limits.runs_at_once = 1;
        engine.limits.checks_at_once = 4;
        engine.limits.grace = Duration::from_millis(200);
        let worker = Worker::with(engine);
        let begun = "SELECT state AS value FROM checks WHERE state = 'running'";
        until("four checks", async || (depot.database.connect().texts(begun).len() == 4).then_some(())).await;
        let no = request(&depot);
        assert_eq!(reaches(&depot, no, RunState::Ended).await.result, Some(RunResult::Completed));
        assert_eq!(depot.database.connect().texts(begun).len(), 4, "the fifth waits for a place");
        worker.end().await;
    }
}
