//! Links, pipes, sockets, swapped links, leftovers.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use super::harness::{Desk, lasting, put, tree_of};
use super::wrapped::{Hooked, Op};
use syncdesk::domain::message::Category;
use syncdesk::sync::connectors::files::endpoint::Which;

#[test]
fn links_are_skipped_with_information() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "a", "one");
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "secret", "outside");
    symlink(outside.path(), desk.source().join("out")).unwrap();
    symlink("a", desk.source().join("to-a")).unwrap();
    symlink(".", desk.source().join("loop")).unwrap();
    symlink("nowhere", desk.source().join("broken")).unwrap();
    let outcome = desk.run_well();
    assert_eq!(tree_of(&desk.destination()), ["a=one"]);
    assert_eq!(
        outcome.log(),
        ["FILE-COPIED a", "FILE-LINK broken", "FILE-LINK loop", "FILE-LINK out", "FILE-LINK to-a"]
    );
    assert!(outcome.messages.iter().all(|message| !matches!(message.category, Category::Error | Category::Warning)));
}

#[test]
fn pipes_and_sockets_are_never_opened() {
    let mut desk = Desk::new("mirror");
    let socket = UnixListener::bind(desk.source().join("socket")).unwrap();
    let pipe = desk.source().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(desk.run_well().log(), ["FILE-SPECIAL pipe", "FILE-SPECIAL socket"]);
    drop(socket);
}

#[test]
fn a_link_at_the_destination_is_left_alone() {
    let mut desk = Desk::new("mirror");
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "theirs", "outside");
    put(&desk.source(), "x/theirs", "one");
    put(&desk.source(), "y", "two");
    symlink(outside.path(), desk.destination().join("x")).unwrap();
    symlink(outside.path().join("theirs"), desk.destination().join("y")).unwrap();
    symlink(outside.path(), desk.destination().join("z")).unwrap();
    put(&desk.source(), "arrives", "three");
    let outcome = desk.run_well();
    assert_eq!(outcome.log(), ["FILE-COPIED arrives", "FILE-IN-THE-WAY x", "FILE-IN-THE-WAY y", "FILE-LINK z"]);
    assert_eq!(tree_of(outside.path()), ["theirs=outside"]);
}

/// Before each operation of that kind on the end, the folder `x` is replaced by a link to elsewhere.
fn swap_before(op: Op, which: Which) {
    let mut desk = Desk::new("mirror");
    let outside = tempfile::tempdir().unwrap();
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}"), "same");
    }
    put(&desk.source(), "x/new", "from inside");
    put(outside.path(), "new", "outside");
    put(outside.path(), "old", "outside");
    put(&desk.destination(), "x/old", "goes");
    let swapped = if which == Which::Source { desk.source() } else { desk.destination() }.join("x");
    let target = outside.path().to_path_buf();
    let swap = Arc::new(move |path: &[u8]| {
        if path.starts_with(b"x") && fs::symlink_metadata(&swapped).is_ok_and(|found| found.is_dir()) {
            fs::remove_dir_all(&swapped).unwrap();
            symlink(&target, &swapped).unwrap();
        }
    });
    let outcome = desk.run_with(
        &lasting(),
        move |end, inner| {
            if end == which { Hooked::around(inner, op, swap.clone()) } else { inner }
        },
    );
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(tree_of(outside.path()), ["new=outside", "old=outside"], "{op:?}");
    let copied = fs::read(desk.destination().join("x/new"));
    assert!(which == Which::Destination || copied.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound));
    assert!(outcome.messages.iter().any(|message| message.category == Category::Warning), "{op:?} {:?}", outcome.log());
}

#[test]
fn a_link_swapped_in_does_not_lead_outside() {
    swap_before(Op::List, Which::Source);
    swap_before(Op::Read, Which::Source);
    swap_before(Op::List, Which::Destination);
    swap_before(Op::Write, Which::Destination);
    swap_before(Op::Delete, Which::Destination);
}

#[test]
fn leftovers_of_crashed_runs_are_removed() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "x/a", "one");
    put(&desk.source(), ".syncdesk-9-9.upload", "never an item");
    put(&desk.destination(), ".syncdesk-7-1.upload", "left");
    put(&desk.destination(), "x/.syncdesk-7-2.part", "left");
    put(&desk.destination(), "gone/.syncdesk-7-3.upload", "left");
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}"), "same");
    }
    let outcome = desk.run_well();
    let message = outcome.messages.iter().find(|message| message.code == "FILE-LEFTOVER").unwrap();
    assert_eq!(message.args, ["3"]);
    let left: Vec<String> =
        tree_of(&desk.destination()).into_iter().filter(|line| !line.starts_with("keep/")).collect();
    assert_eq!(left, ["x/", "x/a=one"]);
}

/// Another system may copy into the same folder.
#[test]
fn what_another_run_in_process_has_begun_is_left_alone() {
    let mut desk = Desk::new("mirror");
    for run in [5, 6] {
        put(&desk.destination(), &format!(".syncdesk-{run}-1.upload"), "begun");
    }
    desk.memory.in_process.lock().unwrap().insert(5);
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()), [".syncdesk-5-1.upload=begun"]);
}

#[test]
fn a_temporary_file_of_a_living_run_is_left_alone() {
    let mut desk = Desk::new("mirror");
    put(&desk.destination(), ".syncdesk-7-1.upload", "being written");
    let file = fs::File::open(desk.destination().join(".syncdesk-7-1.upload")).unwrap();
    file.lock().unwrap();
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()), [".syncdesk-7-1.upload=being written"]);
}
