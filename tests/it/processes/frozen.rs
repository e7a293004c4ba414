//! A worker that is frozen (SIGSTOP) in the middle of a transaction of Postgres: nobody else waits for it.

use rustix::process::Signal;

use super::fleet::{Fleet, fill, wait_for_entries};
use crate::database::{Database, Fixture};
use crate::desk::{ended, request_run};
use crate::wait::wait_until;

const FILES: usize = 12_000;
/// Long enough for a healthy worker on a busy machine.
const LEASE: &str = "--lease-seconds=15";

#[tokio::test]
async fn a_frozen_worker_stops_nobody() {
    let fleet = <Fleet as Fixture>::on(Database::Postgres).await;
    let (_portal, ada) = fleet.settle(&[LEASE, "--workers=0"]).await;
    let tree = fleet.tree(&ada, "Tree", &[]).await;
    let other = fleet.tree(&ada, "Other", &[]).await;
    fill(&tree.source, 0..FILES, "new");
    fill(&other.source, 0..1, "small");
    let frozen = fleet.work(&[LEASE]);
    let first = request_run(&ada, &tree).await;
    wait_for_entries(&tree.destination, 50);
    let held = "SELECT 'x' AS value FROM runs WHERE state = 'running' FOR UPDATE SKIP LOCKED";
    wait_until("it to freeze with the lock of its run", || {
        frozen.signal(Signal::STOP);
        let is_held = fleet.texts(held).is_empty();
        if !is_held {
            frozen.signal(Signal::CONT);
        }
        assert!(
            fleet.texts("SELECT state AS value FROM runs WHERE state = 'ended'").is_empty(),
            "the run is too short"
        );
        is_held.then_some(())
    });

    let _healthy = fleet.work(&[LEASE]);
    let asked = request_run(&ada, &other).await;
    let mut page = ended(&ada, &other.run(asked)).await;
    // It may have been about to claim this one too when it froze; its retry is carried out then.
    if page.told().contains(&format!("The worker {}-", frozen.id())) {
        page = ended(&ada, &other.run(asked + 1)).await;
    }
    assert!(page.says("Completed"), "{}", page.told());
    let page = ended(&ada, &tree.run(first)).await;
    assert!(page.says("RUN-LOST-WORKER"), "{}", page.told());
    assert!(ended(&ada, &tree.run(first + 1)).await.says("Completed"), "its retry started at once");
    let again = request_run(&ada, &other).await;
    frozen.signal(Signal::CONT);
    assert!(ended(&ada, &other.run(again)).await.says("Completed"));
    assert!(ended(&ada, &tree.run(first)).await.says("RUN-LOST-WORKER"), "its own end came too late");
}
