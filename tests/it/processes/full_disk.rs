//! A small disk under the database, filled by another program: a separate mount, as in `faults`.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::fleet::{Fleet, fill};
use crate::broken_database::{health, names_the_fault, press, until_healthy};
use crate::database::{Database, Fixture, TestDatabase};
use crate::desk::{connect, ended};
use crate::program::own;
use crate::wait::{until, wait_until};

/// Writes until there is no space.
fn fill_disk(file: &Path) {
    let mut file = File::create(file).expect("a file");
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

/// How many lines of the log begin a report of this.
fn lines(log: &Path, words: &str) -> usize {
    fs::read_to_string(log).expect("the log").lines().filter(|line| line.contains(words)).count()
}

/// A full disk under SQLite: /health says so before a request was refused; one line in the log when it begins, one
/// when it is over.
#[tokio::test]
async fn a_full_disk_is_named_counted_and_passes() {
    let fleet = Fleet::on(Database::Sqlite).await;
    let TestDatabase::Sqlite(disk) = &fleet.0.database else { panic!("it is SQLite") };
    let disk = disk.path().display().to_string();
    let (source, _destination) = fleet.folders("Tree");
    fill(&source, 0..50, "small");
    own(&source);
    let log = fleet.0.trees().join("log.txt");
    fs::write(&log, "").expect("a file");
    own(&log);
    let mounts = format!("mount -t tmpfs -o size=8m,mode=777 tmpfs '{disk}' && exec 2>>'{}'", log.display());
    let (process, ada) = fleet.serve_with_mounts(&mounts).await;
    let tree = connect(&ada, &fleet.0.trees(), "Tree", &[("settings.mode", "mirror")]).await;
    let filler = format!("/proc/{}/root{disk}/filler", process.number());
    fill_disk(filler.as_ref());
    assert_eq!(health(&ada).await, (503, "full".to_owned()), "before anything was refused");
    // What fits into the space that SQLite has already may still be stored.
    let refused = until("a refusal", async || Some(press(&ada, &tree).await).filter(|page| page.status == 503)).await;
    names_the_fault(&ada, &refused, "The database is full", "free space on the volume of the database").await;
    ada.get("/systems").await.expect(200);
    wait_until("the log to say so", || (lines(&log, "The database is full: ") > 0).then_some(()));
    for _ in 0..20 {
        press(&ada, &tree).await;
    }
    assert_eq!(lines(&log, "The database is full: "), 1, "{}", fs::read_to_string(&log).expect("the log"));
    fs::remove_file(filler).expect("there is space again");
    let asked = until("a run", async || Some(press(&ada, &tree).await).filter(|page| page.status == 303)).await;
    ada.follow(asked).await.expect(200);
    let page = ended(&ada, &tree.run(1)).await;
    assert!(page.says("Completed") || page.says("STORE-FULL"), "its own end: {}", page.told());
    until_healthy(&ada).await;
    wait_until("the log to say that it is over", || {
        (lines(&log, "The database works again. It was full for ") == 1).then_some(())
    });
    process.terminate();
}
