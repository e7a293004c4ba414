//! The real program, run as somebody without rights: root reads everything, and would hide what a missing right does.

mod process;

use std::fs;
use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::database::{Database, Fixture, TestDatabase};
use crate::peers::{Folder, hand_over, nobody};

pub use process::Process;

/// Nobody's number, on Debian and elsewhere.
const NOBODY: u32 = 65_534;

/// A folder in which the program is called, a database, and folders to synchronize.
pub struct Home {
    pub path: PathBuf,
    program: PathBuf,
    started: AtomicU32,
    pub database: TestDatabase,
    folder: Folder,
}

impl Fixture for Home {
    async fn on(database: Database) -> Self {
        Self::new(TestDatabase::on(database))
    }
}

impl Home {
    pub fn new(database: TestDatabase) -> Self {
        let folder = Folder::new();
        let path = folder.path().join("home");
        let program = readable_program(folder.path());
        let home = Self { path, program, started: AtomicU32::new(0), database, folder };
        for made in [&home.path, &home.trees()] {
            fs::create_dir(made).expect("a folder");
        }
        for owned in [&home.path, &home.trees()] {
            own(owned);
        }
        if nobody().is_some() {
            // The folder alone: something else may be going on in it.
            chown(home.folder.path(), Some(NOBODY), None).expect("it is handed over");
        }
        if let TestDatabase::Sqlite(folder) = &home.database {
            own(folder.path());
        }
        home
    }

    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// A folder in which systems may synchronize, with [`Home::roots`]. What is put there is the program's after
    /// [`own`].
    pub fn trees(&self) -> PathBuf {
        self.folder.path().join("trees")
    }

    /// The setting that allows [`Home::trees`].
    pub fn roots(&self) -> String {
        format!("--file-roots=General={}", self.trees().display())
    }

    /// The program with nothing in its environment, in its home.
    pub fn bare(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).env_clear().current_dir(&self.path);
        if nobody().is_some() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// The same on its database.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare(args);
        command.env("DATABASE_URL", self.database.url()).env("SYNCDESK_CREATE", "true");
        command.env("SYNCDESK_KEY_FILE", self.path.join("keys.toml")).env("SYNCDESK_LOG", "warn");
        command
    }

    pub fn say(&self, args: &[&str]) -> Said {
        said(self.command(args), "")
    }

    /// `serve` on a free port, on its database, with more settings.
    pub fn serve(&self, settings: &[&str]) -> Process {
        let args = [&["serve", "--listen=127.0.0.1:0"], settings].concat();
        self.process(&self.command(&args), &[], "listens on ")
    }

    /// `work` on its database, with more settings.
    pub fn work(&self, settings: &[&str]) -> Process {
        self.process(&self.command(&[&["work"], settings].concat()), &[], "Syncdesk worker started.")
    }

    /// A process that lasts, once it has said this; `before` it on its command line may stand what it runs under.
    pub fn process(&self, command: &Command, before: &[&str], words: &str) -> Process {
        let run = self.folder.path().join(format!("run-{}", self.started.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&run).expect("a folder");
        Process::start(command, before, &run, words)
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    #[track_caller]
    pub fn worked(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// One sentence on standard error, nothing on standard output.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{}", self.err);
        let sentence = self.err.strip_prefix("syncdesk: ").unwrap_or_else(|| panic!("{}", self.err));
        let odd = ["panicked", "Error {", "Some(", "os error 2)\n\n", "thread '"];
        assert!(
            sentence.trim_end().lines().count() == 1 && !odd.iter().any(|odd| sentence.contains(odd)),
            "{sentence}"
        );
        sentence.trim_end().to_owned()
    }
}

/// Runs a command to its end.
pub fn said(mut command: Command, input: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    // It may end before it has read anything.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Everything below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        }
        found.push(path);
    }
    found
}

/// Makes a file or a folder the program's.
pub fn own(path: &Path) {
    if let Some(user) = nobody() {
        hand_over(path, user);
    }
}

/// The program where anybody may read it: the target folder may lie in root's home.
fn readable_program(folder: &Path) -> PathBuf {
    let built = env!("CARGO_BIN_EXE_syncdesk");
    let program = folder.join("syncdesk");
    if fs::hard_link(built, &program).is_err() {
        fs::copy(built, &program).expect("the program is copied");
    }
    program
}
