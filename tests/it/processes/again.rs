//! What a system remembers lies in the database, and outlives the process.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::fleet::{Fleet, fill, messages, tree_of};
use crate::database::both_databases;
use crate::desk::{ended, request_run};
use crate::program::own;

const FILES: usize = 30;

both_databases! {
    async fn an_unchanged_second_run_moves_nothing(fleet: Fleet) {
        let (process, ada) = fleet.settle(&[]).await;
        let tree = fleet.tree(&ada, "Tree", &[]).await;
        fill(&tree.source, 0..FILES, "first");
        let first = request_run(&ada, &tree).await;
        assert!(ended(&ada, &tree.run(first)).await.says("Completed"));
        process.kill();

        let process = fleet.serve(&[]);
        let ada = process.twin_of(&ada);
        let inodes = || -> Vec<u64> {
            let entries = fs::read_dir(&tree.destination).expect("a folder");
            let mut found: Vec<u64> = entries.map(|entry| entry.expect("an entry").metadata().expect("a file").ino()).collect();
            found.sort_unstable();
            found
        };
        let before = inodes();
        let second = request_run(&ada, &tree).await;
        assert!(ended(&ada, &tree.run(second)).await.says("Completed"));
        let log = messages(&ada, &tree, second).await;
        assert!(log.len() == 1 && log[0].contains("FILE-SUMMARY"), "{log:?}");
        assert_eq!(inodes(), before);

        fs::write(tree.source.join("0007.txt"), "changed").expect("a file");
        own(&tree.source);
        let third = request_run(&ada, &tree).await;
        assert!(ended(&ada, &tree.run(third)).await.says("Completed"));
        let log = messages(&ada, &tree, third).await;
        assert!(log.len() == 2 && log[0].contains("FILE-UPDATED") && log[0].contains("0007.txt"), "{log:?}");
        assert_eq!(tree_of(&tree.destination), tree_of(&tree.source));
        let remembered = fleet.texts("SELECT CAST(run_id AS TEXT) AS value FROM item_states ORDER BY run_id");
        assert_eq!(remembered.len(), FILES);
        assert_ne!(remembered.first(), remembered.last(), "only what was transferred is stored again");
    }
}
