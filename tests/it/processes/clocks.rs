//! Postgres on a machine whose clock differs from that of the program by minutes: everything is on time.

use super::fleet::{Fleet, fill};
use crate::database::{Database, Fixture, shift_clock};
use crate::desk::{ended, request_run};
use crate::wait::wait_until;

#[tokio::test]
async fn a_process_whose_clock_differs_runs_all_on_time() {
    for shift in ["5 minutes", "-5 minutes"] {
        let fleet = <Fleet as Fixture>::on(Database::Postgres).await;
        shift_clock(&fleet.0.database, shift);
        let (_portal, ada) = fleet.settle(&[]).await;
        let tree = fleet.tree(&ada, "Tree", &[]).await;
        fill(&tree.source, 0..3, "small");
        wait_until("the check of a new system", || {
            fleet.texts("SELECT CAST(no AS TEXT) AS value FROM checks WHERE state = 'ended'").pop()
        });
        let asked = request_run(&ada, &tree).await;
        assert!(ended(&ada, &tree.run(asked)).await.says("Completed"), "{shift}");
        let clock = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        fleet
            .0
            .database
            .connect()
            .execute(&format!("UPDATE systems SET schedule = 'every 1440', next_due = {clock} - 1"));
        wait_until("the run that is due", || {
            fleet.texts("SELECT result AS value FROM runs WHERE trigger = 'schedule' AND state = 'ended'").pop()
        });
        // What a run logs has the times of the database, as its header.
        let outside = "SELECT CAST(m.seq AS TEXT) AS value FROM messages m JOIN runs r ON r.id = m.run_id
            WHERE m.at < r.started_at OR m.at > r.ended_at";
        assert_eq!(fleet.texts(outside), [""; 0], "{shift}");
    }
}
