//! SIGKILL at seeded points: what was read is read again, every run comes to its end, and the trees end equal.

use std::collections::BTreeMap;
use std::fs;

use scraper::ElementRef;

use crate::database::both_databases;
use crate::logs::reading::Reading;
use crate::visitor::{Visitor, parsed, text_of};
use crate::wait::{until, wait_until};

use super::fleet::{Fleet, messages, tree_of};
use crate::desk::{Tree, ended, request_run};
use crate::program::{Process, own};

const FILES: usize = 1_500;
/// How many runs must be hit while they are under way, and within how many rounds.
const HITS: u32 = 20;
const MOST_ROUNDS: u32 = 80;
/// The shortest lease that there is: each round waits for one.
const SETTINGS: [&str; 2] = ["--lease-seconds=1", "--workers=1"];

/// When to kill: after this many rows were read in the live log, or when the n-th file is there in its new form.
#[derive(Debug, Clone, Copy)]
enum Point {
    Rows(usize),
    File(usize),
}

/// The same points each time: a linear congruential generator (Numerical Recipes), seeded by the round.
fn point(round: u32) -> Point {
    let drawn = (u64::from(round) + 1).wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 8;
    let place = usize::try_from(drawn).expect("small") % FILES;
    // Rows are behind the files by some hundred: they are stored in batches, and read twice a second.
    if round.is_multiple_of(2) { Point::File(place) } else { Point::Rows(place / 3) }
}

/// New texts for all files; three go and three come.
fn change(tree: &Tree, round: u32) {
    let first = usize::try_from(round).expect("small") * 3;
    for gone in first.saturating_sub(3)..first {
        fs::remove_file(tree.source.join(format!("{gone:05}.txt"))).expect("it was there");
    }
    for number in first..first + FILES {
        let text = format!("round {round}, file {number}");
        fs::write(tree.source.join(format!("{number:05}.txt")), text).expect("a file");
    }
    own(&tree.source);
}

/// Number and item of each row of a live log, as far as it was read.
fn rows(page: &str) -> Vec<(i64, String)> {
    let whole = page.rsplit_once("</tr>").map_or("", |(whole, _)| whole);
    let html = scraper::Html::parse_document(whole);
    let (row, item) = (parsed("tbody tr"), parsed("bdi.key"));
    let number = |row: &ElementRef<'_>| row.attr("id")?.strip_prefix('m')?.parse().ok();
    html.select(&row)
        // Between messages there are rows that show the progress.
        .filter_map(|row| {
            let item = row.select(&item).next().map(|item| text_of(&item)).unwrap_or_default();
            Some((number(&row)?, item))
        })
        .collect()
}

/// The same of the whole log, as it is exported.
async fn exported(ada: &Visitor, tree: &Tree, number: u64) -> Vec<(i64, String)> {
    let log = messages(ada, tree, number).await;
    let lines = log.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines
        .map(|line| {
            let item = line["item_key"].as_str().expect("text").to_owned();
            (line["number"].as_i64().expect("a number"), item)
        })
        .collect()
}

/// Reads a run's log as it is written until it is time to strike; what was read by then.
async fn strike(process: Process, ada: &Visitor, tree: &Tree, number: u64, round: u32) -> Vec<(i64, String)> {
    let mut live = Reading::start(&process.base, ada, &format!("{}/live", tree.run(number)), false).await;
    match point(round) {
        Point::Rows(n) => {
            while live.text.matches("<tr id=\"m").count() < n && live.more().await.expect("the log goes on") {}
        }
        Point::File(n) => {
            let first = usize::try_from(round).expect("small") * 3;
            let file = tree.destination.join(format!("{:05}.txt", first + n));
            let begins = format!("round {round},");
            let is_new = move || fs::read_to_string(&file).ok().filter(|text| text.starts_with(&begins)).map(drop);
            let mut watch = tokio::task::spawn_blocking(move || wait_until("the file", is_new));
            loop {
                tokio::select! {
                    _ = &mut watch => break,
                    more = live.more() => if !more.expect("the log goes on") { break },
                }
            }
        }
    }
    process.kill();
    rows(&live.text)
}

both_databases! {
    /// An interrupted mirror run: the next goes on from what was done and ends with both ends equal under the
    /// filters.
    async fn nothing_is_lost(fleet: Fleet) {
        let (mut process, mut ada) = fleet.settle(&SETTINGS).await;
        let tree = fleet.tree(&ada, "Crashing", &[]).await;
        let mut read: BTreeMap<u64, Vec<(i64, String)>> = BTreeMap::new();
        let mut struck = 0;
        for round in 0.. {
            if struck == HITS {
                break;
            }
            // However fast this machine is, one strike in four comes before the run has ended.
            assert!(round < MOST_ROUNDS, "{struck} of {MOST_ROUNDS} runs were hit");
            change(&tree, round);
            let number = request_run(&ada, &tree).await;
            let before = strike(process, &ada, &tree, number, round).await;
            process = fleet.serve(&SETTINGS);
            if round % 5 == 4 {
                // Again while it still looks at what it left behind.
                process.kill();
                process = fleet.serve(&SETTINGS);
            }
            ada = process.twin_of(&ada);
            let page = ended(&ada, &tree.run(number)).await;
            let lost = page.says("RUN-LOST-WORKER");
            assert!(lost || page.says("Completed"), "round {round}: {}", page.told());
            struck += u32::from(lost);
            let after = exported(&ada, &tree, number).await;
            assert_eq!(after[..before.len()], before, "round {round}: what was read is read again");
            read.insert(number, after);
        }
        until("a run that is not disturbed", async || {
            let number = request_run(&ada, &tree).await;
            ended(&ada, &tree.run(number)).await.says("Completed").then_some(())
        })
        .await;
        assert_eq!(tree_of(&tree.destination), tree_of(&tree.source), "a mirror ends with equal ends, and nothing left over");
        for (number, before) in read {
            assert_eq!(exported(&ada, &tree, number).await, before, "run {number} did not change since");
        }
        let open = fleet.texts("SELECT state AS value FROM runs WHERE state <> 'ended'");
        assert!(open.is_empty(), "{open:?}");
        let unlike = "SELECT CAST(no AS TEXT) AS value FROM runs r JOIN run_progress p ON p.run_id = r.id
            WHERE p.stored <> (SELECT count(*) FROM messages m WHERE m.run_id = r.id)";
        assert_eq!(fleet.texts(unlike), [""; 0], "counters and messages agree in every run");
    }
}
