//! The real program, run as somebody without rights: root reads everything, and would hide what a missing right does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::database::{Database, Fixture, TestDatabase};
use crate::peers::{Folder, guarded, hand_over, nobody};

/// `syncdesk serve` on a free port, with a home of its own.
pub struct Portal {
    guard: Child,
    /// Its address, such as `http://127.0.0.1:40123`.
    pub base: String,
    /// What the set-up page asks for.
    pub setup_token: String,
    // Dropped last: the program must be gone before its home and its database.
    home: Folder,
    _database: TestDatabase,
}

impl Fixture for Portal {
    async fn on(database: Database) -> Self {
        Self::start(TestDatabase::on(database))
    }
}

impl Portal {
    fn start(database: TestDatabase) -> Self {
        let home = Folder::new();
        let (run, trees) = (home.path().join("run"), home.path().join("trees"));
        fs::create_dir(&run).expect("a folder");
        fs::create_dir(&trees).expect("a folder");
        if let Some(user) = nobody() {
            hand_over(home.path(), user);
        }
        let program = readable_program(home.path());
        let mut guard = guarded("KILL", &run, nobody());
        guard.arg(program).args(["serve", "--listen=127.0.0.1:0", "--create", "--house-time-zone=Europe/Berlin"]);
        guard.arg(format!("--file-roots=General={}", trees.display()));
        guard.arg(format!("--data-dir={}", home.path().join("data").display()));
        guard.args(["--allow-networks=127.0.0.0/8", "--log=warn"]);
        if let TestDatabase::Postgres(database) = &database {
            guard
                .env("DATABASE_URL", &database.url)
                .arg(format!("--key-file={}", home.path().join("keys.toml").display()));
        }
        let mut guard = guard.current_dir(home.path()).stdout(Stdio::piped()).spawn().expect("keep.sh runs");
        let mut said = BufReader::new(guard.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let mut after = |words: &str| {
            let line = said.by_ref().find_map(|line| Some(line.split_once(words)?.1.to_owned()));
            line.unwrap_or_else(|| panic!("the portal ended without saying “{words}”"))
        };
        let base = after("listens on ");
        let setup_token = after("/setup?token=");
        Self { guard, base, setup_token, home, _database: database }
    }

    /// A folder in which the portal may synchronize. What is put there is the portal's after [`Portal::own`].
    pub fn trees(&self) -> PathBuf {
        self.home.path().join("trees")
    }

    /// Makes what lies in [`Portal::trees`] the portal's.
    pub fn own(&self) {
        if let Some(user) = nobody() {
            hand_over(&self.trees(), user);
        }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// The program where anybody may read it: the target folder may lie in root's home.
pub fn readable_program(folder: &Path) -> PathBuf {
    let built = env!("CARGO_BIN_EXE_syncdesk");
    let program = folder.join("syncdesk");
    if fs::hard_link(built, &program).is_err() {
        fs::copy(built, &program).expect("the program is copied");
    }
    program
}
