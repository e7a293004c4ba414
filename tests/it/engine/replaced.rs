//! A file in the place of a folder, and the other way round.

use std::fs;

use super::harness::{Desk, put, tree_of};

/// A mirrored pair with enough files that nothing brakes.
fn desk(mode: &str) -> Desk {
    let desk = Desk::new(mode);
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}"), "same");
    }
    desk
}

fn rest(desk: &Desk) -> Vec<String> {
    tree_of(&desk.destination()).into_iter().filter(|line| !line.starts_with("keep/")).collect()
}

#[test]
fn a_folder_becomes_a_file() {
    let mut desk = desk("mirror");
    put(&desk.source(), "x/y/a", "one");
    put(&desk.source(), "x/b", "two");
    desk.run_well();
    fs::remove_dir_all(desk.source().join("x")).unwrap();
    put(&desk.source(), "x", "now a file");
    let outcome = desk.run_well();
    assert_eq!(rest(&desk), ["x=now a file"]);
    assert_eq!(
        outcome.log(),
        ["FILE-COPIED x", "FILE-DELETED x/b", "FILE-DELETED x/y/a", "FOLDER-DELETED x", "FOLDER-DELETED x/y"]
    );
    assert_eq!(desk.run_well().summary(), [11, 0, 0, 0, 0, 0]);
}

#[test]
fn a_file_becomes_a_folder() {
    let mut desk = desk("mirror");
    put(&desk.source(), "x", "a file");
    desk.run_well();
    fs::remove_file(desk.source().join("x")).unwrap();
    put(&desk.source(), "x/y/a", "one");
    fs::create_dir(desk.source().join("x/empty")).unwrap();
    let outcome = desk.run_well();
    assert_eq!(rest(&desk), ["x/", "x/empty/", "x/y/", "x/y/a=one"]);
    assert_eq!(
        outcome.log(),
        ["FILE-COPIED x/y/a", "FILE-DELETED x", "FOLDER-CREATED x", "FOLDER-CREATED x/empty", "FOLDER-CREATED x/y"]
    );
    assert_eq!(desk.run_well().summary(), [11, 0, 0, 0, 0, 0]);
}

#[test]
fn a_copy_leaves_what_is_in_the_way() {
    let mut desk = desk("copy");
    put(&desk.source(), "x", "a file");
    put(&desk.source(), "y/a", "in a folder");
    put(&desk.destination(), "x/theirs", "stays");
    put(&desk.destination(), "y", "stays too");
    let outcome = desk.run_well();
    assert_eq!(rest(&desk), ["x/", "x/theirs=stays", "y=stays too"]);
    let log = outcome.log();
    assert!(log.contains(&"FILE-IN-THE-WAY x".to_owned()) && log.contains(&"FILE-IN-THE-WAY y".to_owned()), "{log:?}");
}

#[test]
fn a_folder_with_something_excluded_cannot_give_way() {
    let mut desk = desk("mirror").with("exclude", "*.tmp");
    put(&desk.source(), "x", "a file");
    put(&desk.destination(), "x/theirs.tmp", "stays");
    put(&desk.destination(), "x/other", "goes");
    let outcome = desk.run_well();
    assert_eq!(rest(&desk), ["x/", "x/theirs.tmp=stays"]);
    assert!(outcome.log().contains(&"FILE-IN-THE-WAY x".to_owned()));
}

/// What the filter keeps out stays also where the source has something else of that name.
#[test]
fn an_excluded_folder_does_not_give_way_to_a_file() {
    let mut desk = desk("mirror").with("exclude", "x/");
    desk.run_well();
    put(&desk.source(), "x", "a file");
    put(&desk.destination(), "x/theirs", "stays");
    let outcome = desk.run_well();
    assert_eq!(rest(&desk), ["x/", "x/theirs=stays"]);
    assert_eq!(outcome.log(), ["FILE-IN-THE-WAY x"]);
}

/// The other way round.
#[test]
fn a_file_that_is_not_included_does_not_give_way_to_a_folder() {
    let mut desk = Desk::new("mirror").with("include", "*.txt");
    for n in 0..10 {
        put(&desk.source(), &format!("keep/{n}.txt"), "same");
    }
    desk.run_well();
    put(&desk.source(), "x/a.txt", "in a folder");
    put(&desk.destination(), "x", "stays");
    let outcome = desk.run_well();
    assert_eq!(rest(&desk), ["x=stays"]);
    assert_eq!(outcome.log(), ["FILE-IN-THE-WAY x"]);
}
