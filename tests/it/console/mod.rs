//! The program at the console: what it says, what it leaves behind, and with which exit code. It runs as somebody
//! without rights.

mod ending;
mod explains;
mod people;
mod refusals;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::database::{Database, Fixture, TestDatabase};
use crate::peers::{Folder, hand_over, nobody};
use crate::portal::readable_program;
use crate::visitor::Visitor;

/// Nobody's number, on Debian and elsewhere.
const NOBODY: u32 = 65_534;

/// A home folder in which the program is called, and its database.
struct Console {
    home: PathBuf,
    program: PathBuf,
    database: TestDatabase,
    _folder: Folder,
}

/// What a command said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn worked(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// One sentence on standard error, nothing on standard output.
    #[track_caller]
    fn refused(self) -> String {
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

impl Fixture for Console {
    async fn on(database: Database) -> Self {
        Self::new(TestDatabase::on(database))
    }
}

impl Console {
    fn new(database: TestDatabase) -> Self {
        let folder = Folder::new();
        let home = folder.path().join("home");
        std::fs::create_dir(&home).expect("a folder");
        if let (Some(user), TestDatabase::Sqlite(folder)) = (nobody(), &database) {
            hand_over(folder.path(), user);
        }
        if let Some(user) = nobody() {
            hand_over(folder.path(), user);
        }
        let program = readable_program(folder.path());
        Self { home, program, database, _folder: folder }
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// The program with nothing in its environment, in its home.
    fn bare(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).env_clear().current_dir(&self.home);
        if nobody().is_some() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// The same on the console's database.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare(args);
        command.env("DATABASE_URL", self.database.url()).env("SYNCDESK_CREATE", "true");
        command.env("SYNCDESK_KEY_FILE", self.home.join("keys.toml")).env("SYNCDESK_LOG", "warn");
        command
    }

    fn say(&self, args: &[&str]) -> Said {
        said(self.command(args), "")
    }
}

/// Runs a command to its end.
fn said(mut command: Command, input: &str) -> Said {
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
fn files(folder: &Path) -> Vec<PathBuf> {
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

/// A process that serves or works until it is told to end.
struct Serving {
    child: Child,
    base: String,
    _said: BufReader<ChildStdout>,
}

impl Serving {
    /// Starts it and waits until it has said this.
    fn start(mut command: Command, words: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("the program runs");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lines = output.by_ref().lines().map_while(Result::ok);
        let said: Option<String> = lines.find_map(|line| Some(line.split_once(words)?.1.to_owned()));
        let base = said.unwrap_or_else(|| panic!("it ended without saying “{words}”"));
        Self { child, base, _said: output }
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// As `kill` does.
    fn terminate(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::TERM).expect("it is there");
    }

    /// Its exit code.
    fn ended(&mut self) -> Option<i32> {
        crate::wait::wait_until("the process to end", || self.child.try_wait().expect("a child can be asked")).code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a file or a folder the program's.
fn own(path: &Path) {
    if let Some(user) = nobody() {
        hand_over(path, user);
    }
}
