//! The fixture itself: its people sign in, its systems run.

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, request_run};

both_databases! {
    async fn everybody_signs_in_and_a_tree_is_copied(desk: Desk) {
        for name in ["ada", "mona", "wim", "sven", "dora", "nils"] {
            desk.as_(name).await.get("/account").await.expect(200);
        }
        let tree = desk.files_system("Finance", "Reports").await;
        let (number, run) = desk.synchronize(&tree).await;
        assert_eq!(number, 1);
        assert!(run.says("Completed"), "{}", run.told());
        let copied = std::fs::read_to_string(tree.destination.join("first.txt"));
        assert_eq!(copied.expect("the file has arrived"), "the first");
    }
}

/// A test that leaves a run in the queue fails.
#[tokio::test]
#[should_panic(expected = "left in the queue: run 1 is queued")]
async fn a_run_that_is_left_is_told() {
    let desk = Desk::on(Database::Sqlite).await;
    let tree = desk.saved_system("Finance", "Reports").await;
    request_run(&desk.as_("ada").await, &tree).await;
}
