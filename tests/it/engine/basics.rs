//! Copy, mirror, unchanged, update, delete, drift, filters.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::harness::{Desk, put, tree_of};
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::sync::stop::StopReason;

#[test]
fn a_copy_brings_everything_and_deletes_nothing() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a.txt", "one");
    put(&desk.source(), "docs/b.txt", "two");
    fs::create_dir(desk.source().join("empty")).unwrap();
    put(&desk.destination(), "theirs.txt", "stays");
    let outcome = desk.run_well();
    assert_eq!(tree_of(&desk.destination()), ["a.txt=one", "docs/", "docs/b.txt=two", "empty/", "theirs.txt=stays"]);
    assert_eq!(
        outcome.log(),
        ["FILE-COPIED a.txt", "FILE-COPIED docs/b.txt", "FOLDER-CREATED docs", "FOLDER-CREATED empty"]
    );
    assert_eq!(outcome.summary(), [0, 4, 0, 0, 0, 6]);
}

#[test]
fn nothing_moves_when_nothing_changed() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "a.txt", "one");
    put(&desk.source(), "docs/b.txt", "two");
    desk.run_well();
    let outcome = desk.run_well();
    assert_eq!(outcome.log(), Vec::<String>::new());
    assert_eq!(outcome.summary(), [2, 0, 0, 0, 0, 0]);
    assert_eq!(desk.steps(), 0);
}

#[test]
fn modification_time_and_permission_bits_come_along() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a", "one");
    let file = fs::File::options().write(true).open(desk.source().join("a")).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 123_456_789);
    file.set_modified(time).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o640)).unwrap();
    desk.run_well();
    let copy = fs::metadata(desk.destination().join("a")).unwrap();
    assert_eq!(copy.modified().unwrap(), time);
    assert_eq!(copy.mode() & 0o777, 0o640);
}

/// Seconds and nanoseconds, as the file system has them.
#[test]
fn times_long_ago_and_far_ahead_come_along() {
    let mut desk = Desk::new("copy");
    let times = [
        ("1901", -2_147_483_647, 1),
        ("1969", -1, 999_999_999),
        ("1970", 0, 0),
        ("2262", 9_223_372_036, 854_775_807),
        ("2263", 9_223_372_037, 854_775_808),
        ("2300", 10_413_792_000, 500_000_000),
        ("2446", 15_032_385_535, 0),
    ];
    let set = |name: &str, seconds, nanos| {
        put(&desk.source(), name, name);
        let file = fs::File::open(desk.source().join(name)).unwrap();
        let last_modification = rustix::fs::Timespec { tv_sec: seconds, tv_nsec: nanos };
        let last_access = rustix::fs::Timespec { tv_sec: 0, tv_nsec: 0 };
        rustix::fs::futimens(&file, &rustix::fs::Timestamps { last_access, last_modification }).unwrap();
    };
    for (name, seconds, nanos) in times {
        set(name, seconds, nanos);
    }
    desk.run_well();
    let time = |folder: &std::path::Path, name: &str| {
        let found = fs::metadata(folder.join(name)).unwrap();
        (found.mtime(), found.mtime_nsec())
    };
    for (name, seconds, nanos) in times {
        assert_eq!(time(&desk.source(), name), (seconds, nanos), "the file system of the tests has this time");
        assert_eq!(time(&desk.destination(), name), (seconds, nanos), "{name}");
    }
    assert_eq!(desk.run_well().summary(), [7, 0, 0, 0, 0, 0]);
    // Two times that are the same in 64 bits of nanoseconds.
    let set = |name: &str, seconds| {
        let file = fs::File::open(desk.source().join(name)).unwrap();
        let time = rustix::fs::Timespec { tv_sec: seconds, tv_nsec: 0 };
        rustix::fs::futimens(&file, &rustix::fs::Timestamps { last_access: time, last_modification: time }).unwrap();
    };
    set("2300", 10_413_792_001);
    assert_eq!(desk.run_well().summary()[..3], [6, 0, 1]);
}

#[test]
fn a_mirror_updates_and_deletes() {
    let mut desk = Desk::new("mirror");
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}"), "same");
    }
    put(&desk.source(), "a.txt", "one");
    put(&desk.source(), "old/b.txt", "two");
    desk.run_well();
    put(&desk.source(), "a.txt", "one more");
    fs::remove_dir_all(desk.source().join("old")).unwrap();
    let outcome = desk.run_well();
    assert_eq!(outcome.log(), ["FILE-DELETED old/b.txt", "FILE-UPDATED a.txt", "FOLDER-DELETED old"]);
    assert_eq!(outcome.summary(), [10, 0, 1, 2, 0, 8]);
    assert_eq!(tree_of(&desk.destination()), tree_of(&desk.source()));
}

#[test]
fn what_is_equal_already_is_adopted() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "a.txt", "one");
    desk.run_well();
    desk.memory.baselines.lock().unwrap().clear();
    assert_eq!(desk.run_well().summary(), [1, 0, 0, 0, 0, 0]);
    assert_eq!(desk.memory.baselines.lock().unwrap().len(), 1);
}

#[test]
fn drift_is_overwritten_with_a_warning() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a.txt", "one");
    put(&desk.source(), "b.txt", "two");
    desk.run_well();
    put(&desk.destination(), "a.txt", "changed by somebody");
    fs::remove_file(desk.destination().join("b.txt")).unwrap();
    let outcome = desk.run_well();
    assert_eq!(outcome.log(), ["FILE-COPIED b.txt", "FILE-DRIFT a.txt", "FILE-DRIFT b.txt", "FILE-UPDATED a.txt"]);
    assert_eq!(tree_of(&desk.destination()), ["a.txt=one", "b.txt=two"]);
}

#[test]
fn what_is_excluded_is_neither_copied_nor_deleted() {
    let mut desk = Desk::new("mirror").with("exclude", "*.tmp\ncache/");
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}"), "same");
    }
    put(&desk.source(), "a.tmp", "not this");
    put(&desk.source(), "x/cache/b", "nor this");
    put(&desk.destination(), "theirs.tmp", "stays");
    put(&desk.destination(), "gone/theirs.tmp", "stays too");
    put(&desk.destination(), "gone/c", "goes");
    let outcome = desk.run_well();
    let left: Vec<String> =
        tree_of(&desk.destination()).into_iter().filter(|line| !line.starts_with("keep/")).collect();
    assert_eq!(left, ["gone/", "gone/theirs.tmp=stays too", "theirs.tmp=stays", "x/"]);
    assert!(outcome.log().contains(&"FILE-DELETED gone/c".to_owned()));
}

#[test]
fn only_what_is_included_counts() {
    let mut desk = Desk::new("mirror").with("include", "*.txt");
    put(&desk.source(), "docs/a.txt", "one");
    put(&desk.source(), "docs/b.bin", "two");
    put(&desk.source(), "bare/b.bin", "two");
    put(&desk.destination(), "other/theirs.bin", "stays");
    put(&desk.destination(), "other/theirs.txt", "goes");
    put(&desk.destination(), "emptied/theirs.txt", "goes");
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}.txt"), "same");
        put(&desk.destination(), &format!("keep/{n}.txt"), "same");
    }
    desk.run_well();
    let left: Vec<String> =
        tree_of(&desk.destination()).into_iter().filter(|line| !line.starts_with("keep/")).collect();
    assert_eq!(left, ["docs/", "docs/a.txt=one", "other/", "other/theirs.bin=stays"]);
}

#[test]
fn a_copy_without_a_source_is_an_error() {
    let mut desk = Desk::new("copy");
    fs::remove_dir(desk.source()).unwrap();
    let failure =
        PeerFailure::new(Stage::Content, "FILE-SOURCE-MISSING").arg(format!("file://{}/", desk.source().display()));
    assert_eq!(desk.run().result, Err(StopReason::Failed(failure)));
}

#[test]
fn a_missing_destination_is_made() {
    let mut desk = Desk::new("mirror");
    fs::remove_dir(desk.destination()).unwrap();
    put(&desk.source(), "a/b", "one");
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()), ["a/", "a/b=one"]);
}

#[test]
fn a_place_outside_the_allowed_folders_is_refused() {
    let mut desk = Desk::new("copy");
    let elsewhere = tempfile::tempdir().unwrap();
    desk.settings.insert("source_path".to_owned(), elsewhere.path().to_str().unwrap().to_owned());
    let Err(StopReason::Failed(failure)) = desk.run().result else { panic!("it ran") };
    assert_eq!((failure.stage, failure.code), (Stage::Settings, "FILE-ROOT"));
}

#[test]
fn a_changed_destination_forgets_what_was_known_of_the_other() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a", "one");
    desk.run_well();
    let other = desk.folder.path().join("other");
    desk.settings.insert("destination_path".to_owned(), other.to_str().unwrap().to_owned());
    assert_eq!(desk.run_well().log(), ["FILE-COPIED a"]);
    assert_eq!(tree_of(&other), ["a=one"]);
}

#[test]
fn a_file_of_many_chunks_arrives_whole() {
    let mut desk = Desk::new("copy");
    let content: String = (0..700_000).fold(String::new(), |all, n| all + &n.to_string() + "\n");
    put(&desk.source(), "big", &content);
    put(&desk.source(), "empty", "");
    desk.run_well();
    assert!(fs::read_to_string(desk.destination().join("big")).unwrap() == content);
    assert_eq!(fs::metadata(desk.destination().join("empty")).unwrap().len(), 0);
}

#[test]
fn a_check_tries_both_ends_and_changes_nothing() {
    let desk = Desk::new("mirror");
    assert_eq!(desk.check(), Ok(()));
    fs::remove_dir(desk.destination()).unwrap();
    assert_eq!(desk.check(), Ok(()), "the first run makes it");
    assert!(!desk.destination().exists());
    fs::remove_dir(desk.source()).unwrap();
    assert_eq!(desk.check().unwrap_err().code, "FILE-SOURCE-MISSING", "as a run reports it");
}

#[test]
fn a_link_above_cannot_make_one_end_contain_the_other() {
    let mut desk = Desk::new("mirror");
    let roots = tempfile::tempdir().unwrap();
    let alias = roots.path().join("alias");
    std::os::unix::fs::symlink(desk.folder.path(), &alias).unwrap();
    desk.roots.push(alias.clone());
    desk.settings.insert("destination_path".to_owned(), alias.join("source/inside").to_str().unwrap().to_owned());
    assert_eq!(desk.run().result, Err(StopReason::Failed(PeerFailure::new(Stage::Settings, "FILE-OVERLAP"))));
}
