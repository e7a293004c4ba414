//! A run that is far from its end when its process is told to end, or when it is canceled.

use std::fs;

use super::fleet::{Fleet, LEASE, messages, tree_of, wait_for_entries};
use crate::database::both_databases;
use crate::desk::{Tree, ended, request_run};
use crate::logs::reading::Reading;
use crate::peers::WebDav;
use crate::stub::{LARGE, Share};
use crate::visitor::Visitor;
use crate::wait::wait_until;

const SMALL: usize = 20;

/// A mirror of the share, whose run has come to the large file; the run's number.
async fn copying(fleet: &Fleet, ada: &Visitor, share: &Share) -> (Tree, u64) {
    let fields = share.fields();
    let tree = fleet.tree(ada, "Tree", &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    let number = request_run(ada, &tree).await;
    wait_for_entries(&tree.destination, SMALL + 1);
    wait_until("some of the large file to arrive", || (parts(&tree).len() == 1).then_some(()));
    assert!(!tree.destination.join(LARGE).exists(), "what is incomplete is not there under its name");
    (tree, number)
}

/// Names of temporary files that have something in them.
fn parts(tree: &Tree) -> Vec<String> {
    let entries = fs::read_dir(&tree.destination).expect("a folder").map(|entry| entry.expect("an entry"));
    let begun = entries.filter(|entry| entry.metadata().is_ok_and(|found| found.len() > 100_000));
    begun.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| name != LARGE).collect()
}

both_databases! {
    async fn a_run_ends_as_shut_down_and_is_retried(fleet: Fleet) {
        let (mut process, ada) = fleet.settle(&[]).await;
        let share = Share::new(SMALL);
        let (tree, number) = copying(&fleet, &ada, &share).await;
        let mut live = Reading::start(&process.base, &ada, &format!("{}/live", tree.run(number)), true).await;
        live.until("0019.txt").await;
        process.terminate();
        let page = live.read_to_end().await.expect("an open answer is finished").to_owned();
        assert!(page.ends_with("</html>"), "{page}");
        assert_eq!(process.ended(), Some(0));

        let run = "SELECT state || ' ' || result || ' ' || end_reason AS value FROM runs WHERE no = 1";
        assert_eq!(fleet.texts(run), ["ended error shut_down"]);
        let retry = "SELECT trigger || ' ' || CAST(attempt AS TEXT) || ' ' || CAST((not_before - queued_at) / 1000000 AS TEXT) AS value
            FROM runs WHERE state = 'queued'";
        assert_eq!(fleet.texts(retry), ["retry 2 0"], "it starts at once");
        assert_eq!(tree_of(&tree.destination).len(), SMALL, "nothing of the large file is left");

        share.forget_large();
        let process = fleet.serve(&[]);
        let ada = process.twin_of(&ada);
        assert!(ended(&ada, &tree.run(number)).await.says("RUN-SHUT-DOWN"));
        let log = messages(&ada, &tree, number).await;
        assert!(log.last().expect("a log").contains("RUN-SHUT-DOWN"), "{log:?}");
        let again = number + 1;
        assert!(ended(&ada, &tree.run(again)).await.says("Completed"), "the retry has started at once");
        let log = messages(&ada, &tree, again).await;
        assert_eq!(log.len(), 1, "what was done before is not done again: {log:?}");
    }

    /// Canceled in the middle of a file that is far from its end. It is judged by the times that the database has
    /// of both, by its own clock.
    async fn a_big_transfer_is_canceled(fleet: Fleet) {
        let (_process, ada) = fleet.settle(&[]).await;
        let share = Share::new(SMALL);
        let (tree, number) = copying(&fleet, &ada, &share).await;
        let cancel = format!("{}/cancel", tree.run(number));
        ada.get(&cancel).await.expect(200);
        ada.submit(&cancel, &[]).await.expect(303);
        let page = ended(&ada, &tree.run(number)).await;
        assert!(page.says("Canceled"), "{}", page.told());
        assert_eq!(tree_of(&tree.destination).len(), SMALL, "nothing of it is left");
        assert_eq!(fleet.texts("SELECT state AS value FROM runs"), ["ended"], "and nothing is tried again");
        let late = "SELECT CAST(no AS TEXT) AS value FROM runs WHERE ended_at - cancel_at > 2000000";
        let took = fleet.texts("SELECT CAST((ended_at - cancel_at) / 1000 AS TEXT) AS value FROM runs");
        assert_eq!(fleet.texts(late), [""; 0], "{took:?} ms");
    }

    /// `work` alone ends in order too.
    async fn a_worker_ends_in_order(fleet: Fleet) {
        let (_process, ada) = fleet.settle(&["--workers=0"]).await;
        let mut worker = fleet.work(&[]);
        let share = Share::new(SMALL);
        let (tree, number) = copying(&fleet, &ada, &share).await;
        worker.terminate();
        assert_eq!(worker.ended(), Some(0));
        assert!(ended(&ada, &tree.run(number)).await.says("RUN-SHUT-DOWN"));
    }

    /// What a process leaves behind that is killed in the middle of a file goes with the next run.
    async fn what_a_crash_left_is_removed(fleet: Fleet) {
        let (process, ada) = fleet.settle(&[LEASE]).await;
        let share = Share::new(SMALL);
        let (tree, number) = copying(&fleet, &ada, &share).await;
        process.kill();
        let left = parts(&tree);
        assert!(left.len() == 1 && left[0].starts_with(".syncdesk-"), "{left:?}");
        share.forget_large();
        let process = fleet.serve(&[LEASE]);
        let ada = process.twin_of(&ada);
        assert!(ended(&ada, &tree.run(number)).await.says("RUN-LOST-WORKER"));
        let again = number + 1;
        assert!(ended(&ada, &tree.run(again)).await.says("Completed"));
        let log = messages(&ada, &tree, again).await;
        assert!(log.iter().any(|line| line.contains("FILE-LEFTOVER")), "{log:?}");
        let names: Vec<String> = tree_of(&tree.destination).into_iter().map(|(name, _)| name).collect();
        let small: Vec<String> = (0..SMALL).map(|number| format!("{number:04}.txt")).collect();
        assert_eq!(names, small);
    }

    /// The same on a share.
    async fn what_a_crash_left_on_a_share_is_removed(fleet: Fleet) {
        let (process, ada) = fleet.settle(&[LEASE]).await;
        let (share, webdav) = (Share::new(SMALL), WebDav::shared());
        let (name, endpoint) = (process.number(), webdav.endpoint());
        let mut fields = vec![
            ("settings.destination_kind", "webdav"),
            ("settings.destination_endpoint", endpoint.as_str()),
            ("settings.destination_path", name.as_str()),
            ("settings.destination_account", WebDav::USER),
            ("settings.destination_secret", WebDav::PASSWORD),
        ];
        let source = share.fields();
        fields.extend(source.iter().map(|(name, value)| (*name, value.as_str())));
        let tree = Tree { destination: webdav.folder().join(&name), ..fleet.tree(&ada, "Tree", &fields).await };
        let number = request_run(&ada, &tree).await;
        let left = || leftover(&tree);
        wait_until("the large file to be begun", || left().pop());
        process.kill();
        assert_eq!(left().len(), 1);
        share.forget_large();
        let process = fleet.serve(&[LEASE]);
        let ada = process.twin_of(&ada);
        assert!(ended(&ada, &tree.run(number)).await.says("RUN-LOST-WORKER"));
        let again = number + 1;
        assert!(ended(&ada, &tree.run(again)).await.says("Completed"));
        let log = messages(&ada, &tree, again).await;
        assert!(log.iter().any(|line| line.contains("FILE-LEFTOVER")), "{log:?}");
        assert_eq!(tree_of(&tree.destination).len(), SMALL);
        assert!(left().is_empty());
    }
}

/// Names of the temporary files that are there once all small files are.
fn leftover(tree: &Tree) -> Vec<String> {
    let names: Vec<String> = fs::read_dir(&tree.destination)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let (left, whole): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.starts_with(".syncdesk-"));
    if whole.len() < SMALL { Vec::new() } else { left }
}
