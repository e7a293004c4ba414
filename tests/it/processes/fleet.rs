//! Processes of the real program on one database, as somebody without rights.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use crate::database::{Database, Fixture, TestDatabase};
use crate::desk::{PASSWORD, Tree, connect};
use crate::program::{Home, Process, own};
use crate::visitor::Visitor;
use crate::wait::wait_until;

/// How long a worker may be silent; short, since tests wait for it.
pub const LEASE: &str = "--lease-seconds=2";

/// Where processes of one portal live.
pub struct Fleet(pub Home);

impl Fixture for Fleet {
    async fn on(database: Database) -> Self {
        Self(Home::on(database).await)
    }
}

impl Fleet {
    /// Starts `serve`.
    pub fn serve(&self, settings: &[&str]) -> Process {
        self.0.serve(&[&[self.0.roots().as_str(), "--allow-networks=127.0.0.0/8"][..], settings].concat())
    }

    /// Starts `work`.
    pub fn work(&self, settings: &[&str]) -> Process {
        self.0.work(&[&[self.0.roots().as_str(), "--allow-networks=127.0.0.0/8"][..], settings].concat())
    }

    /// Starts `serve` on the empty database and sets it up: the process, and its administrator.
    pub async fn settle(&self, settings: &[&str]) -> (Process, Visitor) {
        let mut process = self.serve(settings);
        let ada = set_up(&mut process).await;
        (process, ada)
    }

    /// Connects two new folders, through the form, for a mirror.
    pub async fn tree(&self, ada: &Visitor, name: &str, fields: &[(&str, &str)]) -> Tree {
        connect(ada, &self.0.trees(), name, &[&[("settings.mode", "mirror")], fields].concat()).await
    }

    /// Stops a process (SIGSTOP) while it holds no lock of the database: with one it would stop everybody, which no
    /// lease can help.
    pub fn stop(&self, process: &Process) {
        let locks = match &self.0.database {
            TestDatabase::Sqlite(_) => "BEGIN IMMEDIATE; ROLLBACK",
            TestDatabase::Postgres(_) => {
                "BEGIN; SELECT 1 FROM systems FOR UPDATE NOWAIT; SELECT 1 FROM runs FOR UPDATE NOWAIT;
                 SELECT 1 FROM run_progress FOR UPDATE NOWAIT; ROLLBACK"
            }
        };
        wait_until("a moment without a lock", || {
            process.signal(Signal::STOP);
            let free = self.0.database.connect().try_execute(locks).is_ok();
            if !free {
                process.signal(Signal::CONT);
            }
            free.then_some(())
        });
    }

    pub fn texts(&self, query: &str) -> Vec<String> {
        self.0.database.connect().texts(query)
    }
}

/// Fills in the setup page: its administrator, signed in.
pub async fn set_up(process: &mut Process) -> Visitor {
    let token = process.said("Setup token: ");
    let ada = process.visitor();
    ada.get("/setup").await.expect(200);
    let fields = [
        ("token", token.as_str()),
        ("name", "ada"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
        ("time_zone", "UTC"),
    ];
    ada.post_form("/setup", &fields).await.expect(303);
    ada
}

/// The messages of a run, as NDJSON has them.
pub async fn messages(ada: &Visitor, tree: &Tree, number: u64) -> Vec<String> {
    let log = ada.get(&format!("{}/messages.ndjson", tree.run(number))).await.expect(200);
    log.body.lines().map(ToOwned::to_owned).collect()
}

/// Makes files `0000.txt` and so on, all with one text.
pub fn fill(folder: &Path, files: std::ops::Range<usize>, text: &str) {
    for number in files {
        fs::write(folder.join(format!("{number:04}.txt")), format!("{text}, file {number}")).expect("a file");
    }
    own(folder);
}

/// Name and text of everything in a folder.
pub fn tree_of(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut tree: Vec<(String, String)> = entries
        .map(|entry| {
            let text = fs::read(entry.path()).expect("a file");
            (entry.file_name().to_string_lossy().into_owned(), String::from_utf8_lossy(&text).into_owned())
        })
        .collect();
    tree.sort_unstable();
    tree
}

/// Waits until a folder has this many entries.
pub fn wait_for_entries(folder: &Path, n: usize) {
    wait_until("files to arrive", || (fs::read_dir(folder).expect("a folder").count() >= n).then_some(()));
}
