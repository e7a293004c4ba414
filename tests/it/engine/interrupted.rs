//! Stopped at every step; files that change or vanish; ends that fail.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::harness::{Desk, lasting, put, tree_of};
use super::wrapped::{Failing, Hooked, Op};
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::sync::connectors::files::endpoint::Which;
use syncdesk::sync::stop::StopReason;
use syncdesk::sync::stop::Stopped;

/// A pair that has something of everything to do.
fn busy() -> Desk {
    let mut desk = Desk::new("mirror").with("transfers", "2");
    for n in 0..6 {
        put(&desk.source(), &format!("keep/{n}"), "same");
    }
    put(&desk.source(), "changed", "before");
    put(&desk.source(), "gone/a", "one");
    put(&desk.source(), "gone/b/c", "two");
    put(&desk.source(), "folder-to-file/a", "three");
    put(&desk.source(), "file-to-folder", "four");
    desk.run_well();
    put(&desk.source(), "changed", "afterwards");
    fs::remove_dir_all(desk.source().join("gone")).unwrap();
    fs::remove_dir_all(desk.source().join("folder-to-file")).unwrap();
    put(&desk.source(), "folder-to-file", "a file");
    fs::remove_file(desk.source().join("file-to-folder")).unwrap();
    put(&desk.source(), "file-to-folder/x/y", "in a folder");
    put(&desk.source(), "new/a", "five");
    put(&desk.source(), "new/b", "six");
    desk
}

/// The same for a copy run: nothing is deleted, and what is gone at the source stays.
fn busy_copy() -> Desk {
    let mut desk = Desk::new("copy").with("transfers", "2");
    put(&desk.destination(), "theirs", "of somebody else");
    for n in 0..3 {
        put(&desk.source(), &format!("changed/{n}"), "before");
    }
    put(&desk.source(), "gone/a", "one");
    put(&desk.source(), "keep", "same");
    desk.run_well();
    for n in 0..3 {
        put(&desk.source(), &format!("changed/{n}"), "afterwards");
        put(&desk.source(), &format!("new/{n}/file"), "new");
    }
    fs::remove_dir_all(desk.source().join("gone")).unwrap();
    desk
}

/// What a run must end with.
#[derive(Clone, Copy)]
struct Whole {
    /// Makes a pair with something to do.
    desk: fn() -> Desk,
    steps: usize,
    /// What stays at the destination without being at the source.
    beside: &'static [&'static str],
    files: i64,
}

const MIRROR: Whole = Whole { desk: busy, steps: 12, beside: &[], files: 11 };
const COPY: Whole =
    Whole { desk: busy_copy, steps: 9, beside: &["gone/", "gone/a=one", "theirs=of somebody else"], files: 7 };

#[test]
fn stopped_before_any_step_the_next_run_continues() {
    interrupt_at_each_step(MIRROR, false);
}

#[test]
fn crashed_before_anything_was_remembered_the_next_run_continues() {
    interrupt_at_each_step(MIRROR, true);
}

#[test]
fn a_copy_stopped_before_any_step_continues_with_the_next_run() {
    interrupt_at_each_step(COPY, false);
}

#[test]
fn a_copy_crashed_before_anything_was_remembered_continues_with_the_next_run() {
    interrupt_at_each_step(COPY, true);
}

/// `forgetful`: what the run remembered is lost, as when it crashed.
fn interrupt_at_each_step(whole: Whole, forgetful: bool) {
    let mut mutations = 0;
    loop {
        let mut desk = (whole.desk)();
        let before = desk.memory.baselines.lock().unwrap().clone();
        let stop = lasting();
        let (stopping, count) = (stop.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        let hook = Arc::new(move |_path: &[u8]| {
            if counted.fetch_add(1, Ordering::SeqCst) == mutations {
                stopping.stop(Stopped::Canceled);
            }
        });
        let outcome = desk.run_with(&stop, move |which, end| match which {
            Which::Source => end,
            Which::Destination => Hooked::around(end, Op::Mutate, hook.clone()),
        });
        if outcome.result == Ok(()) {
            assert!(mutations >= whole.steps, "only {mutations} steps were seen");
            return;
        }
        if forgetful {
            *desk.memory.baselines.lock().unwrap() = before;
        }
        assert_eq!(outcome.result, Err(StopReason::Stopped(Stopped::Canceled)));
        assert!(count.load(Ordering::SeqCst) <= mutations + 2, "at most what was under way");
        let next = desk.run_well();
        assert!(!next.log().iter().any(|line| line.starts_with("FILE-DRIFT")), "{:?}", next.log());
        let mut expected = tree_of(&desk.source());
        expected.extend(whole.beside.iter().map(|&line| line.to_owned()));
        expected.sort();
        let mut there = tree_of(&desk.destination());
        there.sort();
        assert_eq!(there, expected, "stopped before mutation {mutations}");
        assert_eq!(desk.run_well().summary(), [whole.files, 0, 0, 0, 0, 0]);
        mutations += 1;
    }
}

#[test]
fn a_lost_lease_changes_nothing_any_more() {
    let mut desk = busy();
    let before = tree_of(&desk.destination());
    let stop = lasting();
    stop.extend(std::time::Duration::ZERO, std::time::Duration::ZERO);
    assert_eq!(desk.run_with(&stop, |_which, end| end).result, Err(StopReason::Stopped(Stopped::LeaseLost)));
    assert_eq!(tree_of(&desk.destination()), before);
}

#[test]
fn a_stop_in_the_middle_of_a_file_leaves_nothing_of_it() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "big", &"x".repeat(8 * 1024 * 1024));
    put(&desk.destination(), "big", "old");
    let stop = lasting();
    let stopping = stop.clone();
    let hook = Arc::new(move |_path: &[u8]| stopping.stop(Stopped::Canceled));
    let outcome = desk.run_with(&stop, move |which, end| match which {
        Which::Source => Hooked::around(end, Op::Read, hook.clone()),
        Which::Destination => end,
    });
    assert_eq!(outcome.result, Err(StopReason::Stopped(Stopped::Canceled)));
    assert_eq!(tree_of(&desk.destination()), ["big=old"]);
    desk.run_well();
    assert_eq!(fs::metadata(desk.destination().join("big")).unwrap().len(), 8 * 1024 * 1024);
}

#[test]
fn what_changes_while_it_is_read_is_never_seen() {
    let mut desk = Desk::new("copy");
    let big = "x".repeat(8 * 1024 * 1024);
    for name in ["grows", "shrinks", "touched"] {
        put(&desk.source(), name, &big);
    }
    let source = desk.source();
    // The first chunk is read when a file is opened; this happens before the others.
    let hook = Arc::new(move |path: &[u8]| {
        let path = source.join(std::str::from_utf8(path).unwrap());
        let file = fs::File::options().write(true).open(&path).unwrap();
        match path.file_name().unwrap().to_str().unwrap() {
            "grows" => file.set_len(9 * 1024 * 1024).unwrap(),
            "shrinks" => file.set_len(3 * 1024 * 1024).unwrap(),
            _ => file.set_modified(std::time::UNIX_EPOCH).unwrap(),
        }
    });
    let outcome = desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => end,
        Which::Destination => Hooked::around(end, Op::Write, hook.clone()),
    });
    let Err(StopReason::Failed(failure)) = outcome.result.clone() else { panic!("{outcome:?}") };
    assert_eq!((failure.code, failure.transient), ("FILE-NOTHING-ARRIVED", true), "none of three arrived, for now");
    assert_eq!(outcome.log(), ["FILE-CHANGED grows", "FILE-CHANGED shrinks", "FILE-CHANGED touched"]);
    assert_eq!(tree_of(&desk.destination()), Vec::<String>::new());
    assert_eq!(desk.run_well().summary().get(1), Some(&3), "again next time");
}

#[test]
fn what_vanishes_during_the_run_is_a_warning() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "a", "one");
    put(&desk.source(), "b", "two");
    put(&desk.source(), "x/c", "three");
    let source = desk.source();
    let hook = Arc::new(move |path: &[u8]| {
        if path == b"a" {
            fs::remove_file(source.join("a")).unwrap();
        }
    });
    let outcome = desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => Hooked::around(end, Op::Read, hook.clone()),
        Which::Destination => end,
    });
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(outcome.log(), ["FILE-COPIED b", "FILE-COPIED x/c", "FILE-GONE a", "FOLDER-CREATED x"]);
}

#[test]
fn what_was_done_when_the_disk_is_full_is_accounted_for() {
    let mut desk = Desk::new("mirror");
    for name in ["a", "b", "c", "d"] {
        put(&desk.source(), name, name);
    }
    let outcome = desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => end,
        Which::Destination => Failing::around(end, "b"),
    });
    let failure = PeerFailure::new(Stage::Content, "FILE-FULL").arg("destination");
    assert_eq!(outcome.result, Err(StopReason::Failed(failure)));
    assert_eq!(outcome.log(), ["FILE-COPIED a", "FILE-COPIED c", "FILE-COPIED d"]);
    assert_eq!(tree_of(&desk.destination()), ["a=a", "c=c", "d=d"]);
    assert_eq!(desk.memory.baselines.lock().unwrap().len(), 3);
    assert_eq!(desk.run_well().summary(), [3, 1, 0, 0, 0, 1]);
}
