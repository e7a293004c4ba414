//! A worker that is stopped (SIGSTOP) past its lease: another takes over, and when the first goes on it changes at
//! most what it had under way.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::Signal;

use super::fleet::{Fleet, LEASE, fill, messages, tree_of, wait_for_entries};
use crate::database::both_databases;
use crate::desk::{ended, request_run};

const FILES: usize = 4_000;
/// Concurrent transfers: this many operations may be under way.
const TRANSFERS: usize = 2;

/// The inode behind each name: a name that was written again has another.
fn inodes(folder: &Path) -> Vec<(String, u64)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut found: Vec<(String, u64)> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().expect("a file").ino()))
        .collect();
    found.sort_unstable();
    found
}

both_databases! {
    /// A worker that was stopped for longer than its lease changes nothing more.
    async fn it_changes_nothing_more(fleet: Fleet) {
        let (_portal, ada) = fleet.settle(&[LEASE, "--workers=0"]).await;
        let transfers = TRANSFERS.to_string();
        let tree = fleet.tree(&ada, "Tree", &[("settings.transfers", &transfers)]).await;
        let other = fleet.tree(&ada, "Other", &[]).await;
        fill(&tree.source, 0..FILES, "new");
        fill(&other.source, 0..1, "small");

        let stalled = fleet.work(&[LEASE]);
        let first = request_run(&ada, &tree).await;
        wait_for_entries(&tree.destination, 50);
        fleet.stop(&stalled);
        let mut healthy = fleet.work(&[LEASE]);
        let page = ended(&ada, &tree.run(first)).await;
        assert!(page.says("RUN-LOST-WORKER"), "{}", page.told());
        let second = request_run(&ada, &tree).await;
        let page = ended(&ada, &tree.run(second)).await;
        assert!(page.says("Completed"), "{}", page.told());
        // What the stopped one has under way is locked, and so stays.
        let mut arrived = tree_of(&tree.destination);
        arrived.retain(|(name, _text)| !name.starts_with(".syncdesk-"));
        assert_eq!(arrived, tree_of(&tree.source));
        healthy.terminate();
        assert_eq!(healthy.ended(), Some(0));

        let (files, log) = (inodes(&tree.destination), messages(&ada, &tree, first).await);
        let baselines = "SELECT CAST(count(*) AS TEXT) AS value FROM item_states WHERE run_id = (SELECT min(id) FROM runs)";
        let before = fleet.texts(baselines);
        stalled.signal(Signal::CONT);
        // It is the only worker now: once it has done this, it is past what it had to give up.
        let third = request_run(&ada, &other).await;
        assert!(ended(&ada, &other.run(third)).await.says("Completed"), "the worker itself is well");

        let changed = inodes(&tree.destination).iter().filter(|file| !files.contains(file)).count();
        assert!(changed <= TRANSFERS, "{changed} files were written after another had taken over");
        assert_eq!(messages(&ada, &tree, first).await, log, "nothing more is in the log of the lost run");
        assert_eq!(fleet.texts(baselines), before);
        assert!(ended(&ada, &tree.run(first)).await.says("RUN-LOST-WORKER"), "its own end came too late");
        let last = request_run(&ada, &tree).await;
        assert!(ended(&ada, &tree.run(last)).await.says("Completed"));
        assert_eq!(tree_of(&tree.destination), tree_of(&tree.source), "and nothing is left over");
    }
}
