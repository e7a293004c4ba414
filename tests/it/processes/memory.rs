//! Memory of the real process while it exports a long log, and while it copies a large file.

use std::fs::File;

use super::fleet::{Fleet, fill};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{MessageRows, ended, request_run};
use crate::logs::reading::Reading;
use crate::program::own;
use crate::stub::Sink;
use crate::visitor::Visitor;

const MESSAGES: i64 = 1_000_000;
/// What an export may add, in KiB.
const MOST: i64 = 10 * 1_024;

/// Puts a long log into the only run.
fn lengthen(fleet: &Fleet) {
    let mut bare = fleet.0.database.connect();
    bare.execute("DELETE FROM messages");
    let only = MessageRows {
        of: "runs.id = (SELECT max(id) FROM runs)",
        numbers: 1..=MESSAGES,
        at: "1795000000000000 + i",
        key: "'quarter/report ' || i",
        ..MessageRows::default()
    };
    only.put(&mut bare);
    bare.execute(&format!(
        "UPDATE run_progress SET last_seq = {MESSAGES}, stored = {MESSAGES}, emitted = {MESSAGES}, n_success = {MESSAGES}"
    ));
}

/// Reads an answer to its end and keeps nothing of it: how many lines it had.
async fn drain(base: &str, visitor: &Visitor, path: &str) -> i64 {
    let mut reading = Reading::start(base, visitor, path, false).await;
    let mut lines = 0;
    while reading.more().await.expect("the answer is whole") {
        lines += i64::try_from(reading.text.matches('\n').count()).expect("small");
        reading.text.clear();
    }
    lines
}

both_databases! {
    /// A log of a million messages opens.
    async fn a_long_export_needs_no_more(fleet: Fleet) {
        let (process, ada) = fleet.settle(&[]).await;
        let tree = fleet.tree(&ada, "Tree", &[]).await;
        fill(&tree.source, 0..3, "small");
        let number = request_run(&ada, &tree).await;
        ended(&ada, &tree.run(number)).await;
        lengthen(&fleet);
        // It opens, at any place, with its total.
        let run = tree.run(number);
        for (query, first) in [
            ("", 1),
            ("?category=success&after=500000", 500_001),
            ("?before=end", MESSAGES - 49),
            ("?at=777777", 777_777),
            ("?around=600000", 599_980),
        ] {
            let page = ada.get(&format!("{run}{query}")).await.expect(200);
            assert_eq!(page.attributes("tbody tr", "id").first(), Some(&format!("m{first}")), "{query}");
        }
        assert!(ada.get(&run).await.expect(200).says("1,000,000"), "its total");
        for kind in ["csv", "ndjson"] {
            let path = format!("{}/messages.{kind}", tree.run(number));
            // Once by a page, so that what is kept for any request is there.
            ada.get(&tree.run(number)).await.expect(200);
            process.forget_peak();
            let before = process.memory("VmRSS:");
            let lines = drain(&process.base, &ada, &path).await;
            let added = process.memory("VmHWM:") - before;
            println!("{kind}: {lines} lines, {added} KiB more than the {before} KiB before");
            assert_eq!(lines, MESSAGES + i64::from(kind == "csv"), "{kind}");
            assert!(added < MOST, "{kind} took {added} KiB more");
        }
    }
}

/// More than all buffers, so that both fill them.
const SMALL: u64 = 32 << 20;
const LARGE: u64 = 5 << 30;
/// What the allocator may keep between the pieces, in KiB; less than a hundredth of the large file.
const KEPT: i64 = 32 * 1_024;

/// One database is enough: nothing of a file's content goes there.
#[tokio::test]
async fn a_large_file_needs_no_more_than_a_small_one() {
    let fleet = Fleet::on(Database::Sqlite).await;
    let (process, ada) = fleet.settle(&[]).await;
    let mut peaks = Vec::new();
    for (name, size) in [("Small", SMALL), ("Large", LARGE)] {
        let sink = Sink::new();
        let fields = sink.fields();
        let tree = fleet.tree(&ada, name, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
        // A hole, which takes no room; the service throws away what it is sent.
        File::create(tree.source.join("file.bin")).and_then(|file| file.set_len(size)).expect("a file");
        own(&tree.source);
        process.forget_peak();
        let number = request_run(&ada, &tree).await;
        let page = ended(&ada, &tree.run(number)).await;
        peaks.push(process.memory("VmHWM:"));
        assert!(page.says("Completed"), "{}", page.told());
        assert_eq!(sink.files().into_iter().collect::<Vec<_>>(), [("file.bin".to_owned(), size)]);
    }
    println!("peaks in KiB: {peaks:?}");
    assert!(peaks[1] - peaks[0] < KEPT, "{peaks:?}");
}
