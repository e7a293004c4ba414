//! One group asks for more than there are workers, at a service that never answers: another group is served all the same.

use syncdesk::domain::run::RunState;
use syncdesk::store::runs;

use super::script::{Worker, plays, reaches, request, scripted, settings};
use crate::database::both_databases;
use crate::queue::depot::{Depot, due};
use crate::wait::until;

both_databases! {
    async fn another_group_is_served(depot: Depot) {
        for number in 1..=4 {
            let system = depot.system(number, "none");
            depot.move_to(system, "Finance");
            depot.write(|db| runs::queue(db, &due(system, None, depot.now()), depot.now()));
        }
        plays(&depot, |context| Box::pin(async { Err(context.stop.stopped().await.into()) }));
        let quick = settings(|_context| Box::pin(async { Ok(()) }));
        depot.database.connect().execute(&format!("UPDATE systems SET settings = '{quick}' WHERE name = 'tree'"));
        let mut engine = scripted(&depot.context);
        engine.limits.runs_at_once = 3;
        let worker = Worker::with(engine);
        let running = || depot.database.connect().texts("SELECT worker AS value FROM runs WHERE state = 'running'").len();
        until("two runs of the group", async || (running() == 2).then_some(())).await;
        for _ in 0..3 {
            let no = request(&depot);
            reaches(&depot, no, RunState::Ended).await;
            assert_eq!(running(), 2, "the third place is not for them");
        }
        worker.end().await;
    }
}
