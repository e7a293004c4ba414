//! The fixture itself: its people sign in, its systems run.

use crate::database::both_databases;
use crate::desk::Desk;

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
