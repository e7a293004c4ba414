//! Postgres is away for less than a lease while the real program synchronizes: the run goes on, and no message is lost.

use super::fleet::{Fleet, fill, messages, tree_of, wait_for_entries};
use crate::database::{Database, Fixture};
use crate::desk::{ended, request_run};
use crate::wait::wait_until;
use crate::work::relay::Relay;

const FILES: usize = 3_000;

#[tokio::test]
async fn a_mirror_outlasts_a_restart() {
    let fleet = <Fleet as Fixture>::on(Database::Postgres).await;
    let (_portal, ada) = fleet.settle(&["--workers=0"]).await;
    let tree = fleet.tree(&ada, "Tree", &[]).await;
    fill(&tree.source, 0..FILES, "new");
    let direct = fleet.0.database.url();
    let relay = Relay::to(&direct);
    let _worker = fleet.work(&[&format!("--database-url={}", relay.url(&direct))]);
    let number = request_run(&ada, &tree).await;
    wait_for_entries(&tree.destination, 100);
    for _ in 0..2 {
        let before = relay.refused();
        relay.go_away();
        wait_until("it to ask in vain", || (relay.refused() > before + 1).then_some(()));
        relay.come_back();
    }
    let page = ended(&ada, &tree.run(number)).await;
    assert!(page.says("Completed"), "{}", page.told());
    assert_eq!(messages(&ada, &tree, number).await.len(), FILES + 1);
    assert_eq!(tree_of(&tree.destination), tree_of(&tree.source));
    assert_eq!(fleet.texts("SELECT CAST(emitted - stored AS TEXT) AS value FROM run_progress"), ["0"]);
}
