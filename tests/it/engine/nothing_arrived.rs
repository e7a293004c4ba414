//! A run that had items to copy, copied none, and found none equal is an Error.

use std::fs;
use std::sync::Arc;

use super::harness::{Desk, RunOutcome, lasting, put, tree_of};
use super::wrapped::{Hooked, Op};
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::sync::connectors::files::endpoint::{EndpointError, ItemError, Which};
use syncdesk::sync::stop::StopReason;

fn failure(outcome: &RunOutcome) -> PeerFailure {
    match outcome.result.clone() {
        Err(StopReason::Failed(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

/// A run in which a folder has the name of each file as soon as it is written.
fn run_in_vain(desk: &mut Desk) -> RunOutcome {
    let destination = desk.destination();
    let hook = Arc::new(move |path: &[u8]| {
        let _ = fs::create_dir(destination.join(std::str::from_utf8(path).unwrap()));
    });
    desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => end,
        Which::Destination => Hooked::around(end, Op::Write, hook.clone()),
    })
}

#[test]
fn where_each_file_is_refused() {
    let mut desk = Desk::new("copy");
    for name in ["a", "b", "x/c"] {
        put(&desk.source(), name, "one");
    }
    let outcome = run_in_vain(&mut desk);
    let failure = failure(&outcome);
    assert_eq!((failure.code, failure.stage, failure.transient), ("FILE-NOTHING-ARRIVED", Stage::Content, false));
    assert_eq!(failure.args, ["3"], "a folder that was made is no file that arrived");
    assert_eq!(failure.foreign_text.as_deref(), Some("an item of another type exists at this path"));
    assert_eq!(outcome.log(), ["FILE-IN-THE-WAY a", "FILE-IN-THE-WAY b", "FILE-IN-THE-WAY x/c", "FOLDER-CREATED x"]);
    assert_eq!(outcome.summary(), [0, 1, 0, 0, 3, 0]);
}

#[test]
fn where_one_arrives_or_is_equal_already_it_is_none() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a", "one");
    desk.run_well();
    put(&desk.source(), "b", "two");
    assert_eq!(run_in_vain(&mut desk).result, Ok(()), "a is equal");
}

#[test]
fn where_nothing_had_to_arrive_it_is_none() {
    let mut desk = Desk::new("mirror").with("exclude", "*.tmp");
    desk.run_well();
    put(&desk.source(), "a.tmp", "filtered out");
    std::os::unix::fs::symlink("nowhere", desk.source().join("link")).unwrap();
    desk.run_well();
    // Only deletions.
    let mut desk = Desk::new("mirror");
    fs::create_dir(desk.source().join("folder")).unwrap();
    for n in 0..3 {
        put(&desk.destination(), &format!("folder/{n}"), "goes");
    }
    assert_eq!(desk.run_well().summary(), [0, 0, 0, 3, 0, 0]);
}

#[test]
fn where_every_item_is_refused_beforehand() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a/b", "one");
    put(&desk.source(), "c", "two");
    let outcome = desk.run_with(&lasting(), |which, end| match which {
        Which::Source => Hooked::listing(end, |path, listed| {
            if path == b"a" { Err(EndpointError::item(ItemError::Denied, "EACCES")) } else { listed }
        }),
        Which::Destination => Hooked::able(end, |abilities| abilities.longest_name = 0),
    });
    let failure = failure(&outcome);
    assert_eq!((failure.code, failure.args.as_slice()), ("FILE-NOTHING-ARRIVED", ["2".to_owned()].as_slice()));
}

#[test]
fn what_vanished_from_the_source_did_not_have_to_arrive() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a", "one");
    let source = desk.source();
    let hook = Arc::new(move |_path: &[u8]| fs::remove_file(source.join("a")).unwrap());
    let outcome = desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => Hooked::around(end, Op::Read, hook.clone()),
        Which::Destination => end,
    });
    assert_eq!((outcome.result.clone(), outcome.log()), (Ok(()), vec!["FILE-GONE a".to_owned()]));
}

/// The destination keeps what it has until something arrives.
#[test]
fn nothing_is_deleted_where_nothing_arrives() {
    let mut desk = Desk::new("mirror").with("brake_percent", "100");
    for n in 0..3 {
        put(&desk.destination(), &format!("old/{n}"), "stays for now");
        fs::create_dir_all(desk.source().join("old")).unwrap();
    }
    put(&desk.source(), "new", "does not arrive");
    let outcome = run_in_vain(&mut desk);
    assert_eq!(failure(&outcome).code, "FILE-NOTHING-ARRIVED");
    assert_eq!(tree_of(&desk.destination()).iter().filter(|line| line.starts_with("old/")).count(), 4);
    assert!(!outcome.log().iter().any(|line| line.contains("DELETED")), "{:?}", outcome.log());
}

/// A destination that takes a name for that of another item: the old one may be the only copy of the new one.
#[test]
fn where_a_name_is_refused_its_neighbours_are_not_deleted() {
    let mut desk = Desk::new("mirror");
    for name in ["x/Readme", "x/other", "x/sub/old", "y/old", "keep"] {
        put(&desk.source(), name, "one");
    }
    desk.run_well();
    fs::rename(desk.source().join("x/Readme"), desk.source().join("x/README")).unwrap();
    for name in ["x/other", "x/sub/old", "y/old"] {
        fs::remove_file(desk.source().join(name)).unwrap();
    }
    let destination = desk.destination();
    let hook = Arc::new(move |path: &[u8]| {
        if path == b"x/README" {
            let _ = fs::create_dir(destination.join("x/README"));
        }
    });
    let outcome = desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => end,
        Which::Destination => Hooked::around(end, Op::Write, hook.clone()),
    });
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(
        tree_of(&desk.destination()),
        ["keep=one", "x/", "x/README/", "x/Readme=one", "x/other=one", "x/sub/", "y/"]
    );
    assert_eq!(
        outcome.log(),
        [
            "FILE-DELETED x/sub/old",
            "FILE-DELETED y/old",
            "FILE-IN-THE-WAY x/README",
            "FILE-NAME x/Readme",
            "FILE-NAME x/other"
        ]
    );
}

/// A page to sign in with, or an older version from a cache.
#[test]
fn what_is_not_the_version_that_was_listed_does_not_arrive() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "a", "new and good");
    put(&desk.destination(), "a", "good");
    put(&desk.source(), "b", "read as listed");
    let outcome = desk.run_with(&lasting(), |which, end| match which {
        Which::Destination => end,
        Which::Source => Hooked::able(
            Hooked::listing(end, |_path, listed| {
                let mut listing = listed?;
                let marked = listing.entries.iter_mut().filter(|entry| entry.name == b"a");
                marked.for_each(|entry| entry.facts.etag = Some("\"1\"".to_owned()));
                Ok(listing)
            }),
            |abilities| abilities.reads_listed_etags = true,
        ),
    });
    assert_eq!(tree_of(&desk.destination()), ["a=good", "b=read as listed"]);
    assert_eq!(outcome.log(), ["FILE-CHANGED a", "FILE-COPIED b"]);
}
