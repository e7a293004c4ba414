//! Random trees and random changes: after a mirror run both ends are equal under the filters, after a
//! copy every item of the source is equal at the destination.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

use super::harness::{Desk, RunOutcome, put, tree};
use syncdesk::sync::stop::StopReason;

/// What is at a path: a file with content, or an empty folder.
type Tree = BTreeMap<String, Option<u8>>;

fn trees() -> impl Strategy<Value = Tree> {
    let path = proptest::collection::vec("[ab.]!?", 1..4).prop_map(|names| {
        let names: Vec<String> = names.into_iter().map(|name| name.replace('.', "c.tmp")).collect();
        names.join("/")
    });
    proptest::collection::btree_map(path, proptest::option::of(0_u8..3), 0..12)
}

/// Makes a folder be this tree; of two things of different kinds in one place the first stays.
fn become_tree(root: &Path, wanted: &Tree) {
    std::fs::remove_dir_all(root).unwrap();
    std::fs::create_dir(root).unwrap();
    for (path, content) in wanted {
        let taken = Path::new(path).ancestors().skip(1).any(|above| root.join(above).is_file());
        if taken || root.join(path).exists() {
            continue;
        }
        match content {
            // The length tells the content apart, whatever the clock says.
            Some(n) => put(root, path, &"x".repeat(usize::from(*n))),
            None => std::fs::create_dir_all(root.join(path)).unwrap(),
        }
    }
}

fn filtered(root: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut found = tree(root);
    found.retain(|path, _| !path.split(|byte| *byte == b'/').any(|name| name.ends_with(b".tmp")));
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mirror_ends_with_equal_ends(first in trees(), second in trees(), theirs in trees()) {
        let mut desk = Desk::new("mirror").with("exclude", "*.tmp").with("brake_percent", "100");
        become_tree(&desk.source(), &first);
        become_tree(&desk.destination(), &theirs);
        for wanted in [&first, &second] {
            become_tree(&desk.source(), wanted);
            let excluded = tmp(&desk.destination());
            let mut outcome = desk.run();
            if outcome.result.is_err() {
                desk.confirmed = desk.memory.braked.lock().unwrap().take().map(|plan| plan.digest);
                outcome = desk.run();
            }
            prop_assert!(ended_well(&outcome), "{:?}", outcome);
            if !outcome.log().iter().any(|line| line.starts_with("FILE-IN-THE-WAY")) {
                let kept = filtered(&desk.destination());
                let wanted = filtered(&desk.source());
                prop_assert!(wanted.iter().all(|(path, content)| kept.get(path) == Some(content)));
                // What is more there is only there because something excluded is in it.
                prop_assert!(kept.keys().all(|path| wanted.contains_key(path) || excluded.iter().any(|tmp| tmp.starts_with(path))));
            }
            prop_assert_eq!(tmp(&desk.destination()), excluded);
            let again = desk.run();
            prop_assert!(ended_well(&again), "{:?}", again);
            prop_assert_eq!(desk.steps(), 0, "{:?}", again.log());
        }
    }

    #[test]
    fn a_copy_brings_every_item(first in trees(), second in trees(), theirs in trees()) {
        let mut desk = Desk::new("copy");
        become_tree(&desk.destination(), &theirs);
        for wanted in [&first, &second] {
            become_tree(&desk.source(), wanted);
            let before = tree(&desk.destination());
            let outcome = desk.run();
            prop_assert!(ended_well(&outcome), "{:?}", outcome);
            let now = tree(&desk.destination());
            let in_the_way = outcome.log().iter().any(|line| line.starts_with("FILE-IN-THE-WAY"));
            prop_assert!(in_the_way || tree(&desk.source()).iter().all(|(path, content)| now.get(path) == Some(content)));
            prop_assert!(before.keys().all(|path| now.contains_key(path)), "a copy deletes nothing");
        }
    }
}

/// A run may only fail where something is in the way of all that had to arrive.
fn ended_well(outcome: &RunOutcome) -> bool {
    match &outcome.result {
        Ok(()) => true,
        Err(StopReason::Failed(failure)) => {
            let has = |code: &str| outcome.log().iter().any(|line| line.starts_with(code));
            failure.code == "FILE-NOTHING-ARRIVED"
                && has("FILE-IN-THE-WAY")
                && !has("FILE-COPIED")
                && !has("FILE-UPDATED")
        }
        Err(StopReason::Braked | StopReason::Stopped(_)) => false,
    }
}

fn tmp(root: &Path) -> Vec<Vec<u8>> {
    let all = tree(root).into_keys();
    all.filter(|path| path.split(|byte| *byte == b'/').any(|name| name.ends_with(b".tmp"))).collect()
}
