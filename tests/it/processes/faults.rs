//! Faults of the operating system in the real program: mounts and a small disk in a separate namespace, and what
//! `strace` puts in the place of an answer of the kernel.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rustix::process::geteuid;

use super::fleet::{Fleet, fill, messages, set_up, tree_of, wait_for_entries};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Tree, connect, ended, request_run};
use crate::program::{Process, own};
use crate::visitor::Visitor;
use crate::wait::wait_until;

impl Fleet {
    /// `serve` under another program.
    async fn serve_under(&self, before: &[&str], settings: &[&str]) -> (Process, Visitor) {
        let (home, roots) = (&self.0, self.0.roots());
        let args = [&["serve", "--listen=127.0.0.1:0", roots.as_str()], settings].concat();
        let mut process = home.process(&home.command(&args), before, "listens on ");
        let ada = set_up(&mut process).await;
        (process, ada)
    }

    /// `serve` with mounts that nobody else sees. As root it gives up its rights afterwards; somebody else is root in
    /// a separate user namespace.
    pub(super) async fn serve_with_mounts(&self, mounts: &str) -> (Process, Visitor) {
        let (flags, then) = if geteuid().is_root() {
            ("-m", "setpriv --reuid nobody --regid nogroup --clear-groups --")
        } else {
            ("-rm", "env")
        };
        let script = format!("{mounts} && exec {then} \"$@\"");
        self.serve_under(&["unshare", flags, "sh", "-c", &script, "sh"], &[]).await
    }

    /// `serve` under `strace`, which does this to calls that have to do with one of these files.
    async fn serve_with_fault(&self, files: &[PathBuf], fault: &str, settings: &[&str]) -> (Process, Visitor) {
        let call = fault.split(':').next().expect("a call");
        let (trace, inject) = (format!("trace={call}"), format!("inject={fault}"));
        let mut before = vec!["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        before.extend(files.iter().flat_map(|file| ["-P", file.as_str()]));
        self.serve_under(&before, settings).await
    }

    /// Source and destination of a system, before it is there.
    pub(super) fn folders(&self, name: &str) -> (PathBuf, PathBuf) {
        let folder = self.0.trees().join(name);
        let both = (folder.join("source"), folder.join("destination"));
        fs::create_dir_all(&both.0).expect("a folder");
        fs::create_dir_all(&both.1).expect("a folder");
        own(&folder);
        both
    }
}

/// The names of the first temporary files of the first run.
fn temporary(destination: &std::path::Path) -> Vec<PathBuf> {
    (1..=4).map(|number| destination.join(format!(".syncdesk-1-{number}.upload"))).collect()
}

async fn run(ada: &Visitor, tree: &Tree) -> (String, Vec<String>) {
    let number = request_run(ada, tree).await;
    let page = ended(ada, &tree.run(number)).await;
    (page.told(), messages(ada, tree, number).await)
}

const END: &str = "SELECT coalesce(end_code, '-') || ' ' || coalesce(end_stage, '-') AS value FROM runs WHERE no = 1";

both_databases! {
    /// Two folders of one disk, of which one is mounted into the other.
    async fn a_bind_mount_is_not_entered(fleet: Fleet) {
        let (source, _) = fleet.folders("Tree");
        let elsewhere = fleet.0.trees().join("elsewhere");
        for folder in [&elsewhere, &source.join("bound")] {
            fs::create_dir(folder).expect("a folder");
        }
        fs::write(elsewhere.join("secret.txt"), "of somebody else").expect("a file");
        fill(&source, 0..3, "small");
        let bind = format!("mount --bind '{}' '{}/bound'", elsewhere.display(), source.display());
        let (process, ada) = fleet.serve_with_mounts(&bind).await;
        let seen = format!("/proc/{}/root{}/bound/secret.txt", process.number(), source.display());
        assert_eq!(fs::read_to_string(seen).expect("it is there for the program"), "of somebody else");
        let tree = connect(&ada, &fleet.0.trees(), "Tree", &[("settings.mode", "mirror")]).await;
        let (page, log) = run(&ada, &tree).await;
        assert!(page.contains("Completed"), "{page}");
        let mount = log.iter().find(|line| line.contains("FILE-MOUNT")).unwrap_or_else(|| panic!("{log:?}"));
        assert!(mount.contains("bound") && mount.contains("\"category\":\"information\""), "{mount}");
        assert_eq!(tree_of(&tree.destination).len(), 3);
    }

    /// A full destination ends the run in error.
    async fn a_full_disk_fails_the_run(fleet: Fleet) {
        let (source, destination) = fleet.folders("Tree");
        fill(&source, 0..5, "small");
        fs::write(source.join("large.bin"), vec![7; 3 << 20]).expect("a file");
        own(&source);
        let small = format!("mount -t tmpfs -o size=1m,mode=777 tmpfs '{}'", destination.display());
        let (process, ada) = fleet.serve_with_mounts(&small).await;
        let tree = connect(&ada, &fleet.0.trees(), "Tree", &[("settings.mode", "mirror")]).await;
        let (page, log) = run(&ada, &tree).await;
        assert!(page.contains("FILE-FULL") && page.contains("No space"), "{page}");
        assert_eq!(fleet.texts(END), ["FILE-FULL content"]);
        assert!(log.last().is_some_and(|line| line.contains("FILE-FULL") && line.contains("\"category\":\"error\"")), "{log:?}");
        let there = tree_of(format!("/proc/{}/root{}", process.number(), destination.display()).as_ref());
        assert!(there.iter().all(|(name, text)| text == &format!("small, file {}", name[..4].parse::<u8>().expect("a number"))), "{there:?}");
        assert_eq!(fleet.texts("SELECT state AS value FROM runs"), ["ended"], "no retry frees a disk");
    }
}

both_databases! {
    /// The program is somebody without rights: what it may not read is unknown, not missing.
    async fn a_mirror_deletes_nothing_where_a_folder_cannot_be_read(fleet: Fleet) {
        let (source, destination) = fleet.folders("Tree");
        fill(&source, 0..40, "small");
        for file in ["closed/one", "closed/deep/two", "listed/three"] {
            let path = source.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, file).expect("a file");
        }
        own(&source);
        let (process, ada) = fleet.settle(&[]).await;
        assert!(has_no_rights(&process), "as root it can read everything, and nothing would be proved");
        let tree = connect(&ada, &fleet.0.trees(), "Tree", &[("settings.mode", "mirror")]).await;
        let (page, _) = run(&ada, &tree).await;
        assert!(page.contains("Completed"), "{page}");
        let before = names_below(&destination);
        assert_eq!(before.len(), 46, "43 files in 3 folders: {before:?}");
        // Nothing of the one can be read; of the other the names, and nothing of what they are.
        for (folder, mode) in [("closed", 0o000), ("listed", 0o444)] {
            fs::set_permissions(source.join(folder), fs::Permissions::from_mode(mode)).expect("its rights");
        }
        let number = request_run(&ada, &tree).await;
        let page = ended(&ada, &tree.run(number)).await.told();
        let log = messages(&ada, &tree, number).await;
        for folder in ["closed", "listed"] {
            fs::set_permissions(source.join(folder), fs::Permissions::from_mode(0o755)).expect("its rights");
            let denied = |line: &&String| line.contains("FILE-DENIED") && line.contains(&format!("\"{folder}\""));
            assert_eq!(log.iter().filter(denied).count(), 1, "{log:?}");
        }
        assert!(page.contains("Completed with warnings"), "{page}");
        assert!(!log.iter().any(|line| line.contains("DELETED")), "{log:?}");
        assert_eq!(names_below(&destination), before);
    }
}

/// Whether a process is not root and has no capabilities.
fn has_no_rights(process: &Process) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process.number())).expect("it runs");
    let values = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of it");
        line.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    values("Uid:").iter().all(|user| user != "0")
        && values("CapEff:").iter().all(|set| set.chars().all(|one| one == '0'))
}

/// The paths of everything below a folder.
fn names_below(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(names_below(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

/// What the kernel answers in the middle of a file: how the run ends, what is said of the file, and what is there.
#[tokio::test]
async fn what_the_kernel_refuses_is_told() {
    for (fault, end, code) in [
        ("write:error=EDQUOT", "FILE-FULL content", "FILE-FULL"),
        ("write:error=ENOSPC", "FILE-FULL content", "FILE-FULL"),
        ("write:error=EIO", "FILE-NOTHING-ARRIVED content", "FILE-TROUBLE"),
        ("fsync:error=EIO", "FILE-NOTHING-ARRIVED content", "FILE-TROUBLE"),
    ] {
        let fleet = Fleet::on(Database::Sqlite).await;
        let (source, destination) = fleet.folders("Tree");
        fs::write(source.join("large.bin"), vec![7; 3 << 20]).expect("a file");
        own(&source);
        let (_process, ada) = fleet.serve_with_fault(&temporary(&destination), fault, &[]).await;
        let tree = connect(&ada, &fleet.0.trees(), "Tree", &[]).await;
        let (page, log) = run(&ada, &tree).await;
        assert_eq!(fleet.texts(END), [end], "{fault}: {page}");
        assert!(log.iter().any(|line| line.contains(code)), "{fault}: {log:?}");
        assert_eq!(tree_of(&destination), [], "{fault}: nothing incomplete is left");
    }
}

/// A disk that does not come back for long (`strace` holds on for five seconds): neither the run nor the process waits for it longer than the grace.
#[tokio::test]
async fn a_run_that_hangs_ends_as_shut_down() {
    let fleet = Fleet::on(Database::Sqlite).await;
    let (source, destination) = fleet.folders("Tree");
    fs::write(source.join("large.bin"), vec![7; 3 << 20]).expect("a file");
    own(&source);
    let files = temporary(&destination);
    let hangs = "fsync:delay_enter=5000000";
    let (mut process, ada) = fleet.serve_with_fault(&files, hangs, &["--grace-seconds=1"]).await;
    let tree = connect(&ada, &fleet.0.trees(), "Tree", &[]).await;
    request_run(&ada, &tree).await;
    wait_for_entries(&destination, 1);
    wait_until("all of the file", || fs::metadata(&files[0]).is_ok_and(|found| found.len() == 3 << 20).then_some(()));
    process.terminate();
    assert_eq!(process.ended(), Some(0));
    let run = "SELECT state || ' ' || end_reason AS value FROM runs WHERE no = 1";
    assert_eq!(fleet.texts(run), ["ended shut_down"]);
    assert_eq!(fleet.texts("SELECT trigger AS value FROM runs WHERE state = 'queued'"), ["retry"]);
    assert!(!destination.join("large.bin").exists());
}
