//! The first paragraph of the foundation in a real browser, with scripts off.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::database::both_databases;
use crate::peers::{installed, node};
use crate::portal::Portal;

/// More than a page of messages.
const FILES: usize = 500;

/// The last file is so large that the run can be watched while it goes on; it is a hole, but copied in full.
const LARGE_BYTES: u64 = 512 << 20;

both_databases! {
    /// Clone, one command, set up an administrator in the browser, connect a file tree, Synchronize now, watch it,
    /// read the log by category: with scripts off.
    async fn the_first_paragraph(portal: Portal) {
        let (source, destination) = (portal.trees().join("source"), portal.trees().join("destination"));
        fs::create_dir(&destination).expect("an empty folder");
        fill(&source);
        portal.own();
        let pictures = tempfile::tempdir().expect("a temporary folder");
        let walk = Command::new(node())
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/first_paragraph.mjs"))
            .args([portal.base(), &portal.setup_token])
            .args([&source, &destination])
            .arg((FILES + 1).to_string())
            .arg(pictures.path())
            .env("SYNCDESK_PEERS", installed())
            .output()
            .expect("node runs");
        let (said, complained) = (String::from_utf8_lossy(&walk.stdout), String::from_utf8_lossy(&walk.stderr));
        assert!(walk.status.success(), "{said}{complained}\npictures: {}", pictures.keep().display());
        let arrived = fs::read_dir(&destination).expect("a folder").count();
        assert_eq!(arrived, FILES + 1, "what could be read has arrived");
    }
}

/// Files, one that its owner may not read, and a link.
fn fill(source: &Path) {
    fs::create_dir(source).expect("a folder");
    for number in 0..FILES {
        fs::write(source.join(format!("report {number:04}.txt")), format!("figures of report {number}"))
            .expect("a file");
    }
    File::create(source.join("z large.bin")).and_then(|file| file.set_len(LARGE_BYTES)).expect("a large file");
    let unreadable = source.join("unreadable.txt");
    fs::write(&unreadable, "secret").expect("a file");
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o000)).expect("its mode is set");
    symlink("report 0000.txt", source.join("link.txt")).expect("a link");
}
