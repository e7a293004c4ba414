//! The deletion limit, each way.

use std::fs;

use super::harness::{Desk, put, put_bytes, tree, tree_of};
use syncdesk::domain::brake::BrakeReason;
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::sync::items::BrakedPlan;
use syncdesk::sync::stop::StopReason;

/// A mirrored pair with a number of files, of which the source then loses some.
fn mirrored(files: usize, lost: usize) -> Desk {
    let mut desk = Desk::new("mirror");
    for n in 0..files {
        put(&desk.source(), &format!("f{n:03}"), "same");
    }
    desk.run_well();
    for n in 0..lost {
        fs::remove_file(desk.source().join(format!("f{n:03}"))).unwrap();
    }
    desk
}

fn braked(desk: &mut Desk) -> BrakedPlan {
    let before = tree_of(&desk.destination());
    let outcome = desk.run();
    assert_eq!(outcome.result, Err(StopReason::Braked));
    assert_eq!(outcome.log(), ["FILE-BRAKE"]);
    assert_eq!(tree_of(&desk.destination()), before, "a braked run changes nothing");
    desk.memory.braked.lock().unwrap().take().unwrap()
}

#[test]
fn a_share_over_the_limit() {
    let mut desk = mirrored(50, 11);
    put(&desk.source(), "new", "must not come before the plan is confirmed");
    let plan = braked(&mut desk);
    assert_eq!((plan.deletions, plan.items, plan.reason), (11, 50, BrakeReason::Share));
    assert_eq!(plan.digest.len(), 64);
}

#[test]
fn up_to_the_limits_it_continues() {
    assert_eq!(mirrored(50, 10).run_well().summary(), [40, 0, 0, 10, 0, 0], "ten is not more than ten");
    assert_eq!(mirrored(60, 12).run_well().summary(), [48, 0, 0, 12, 0, 0], "12 of 60 is not more than 20 %");
    assert_eq!(braked(&mut mirrored(59, 12)).reason, BrakeReason::Share);
}

#[test]
fn limits_are_settings() {
    let mut desk = mirrored(10, 3).with("brake_percent", "10").with("brake_count", "2");
    assert_eq!(braked(&mut desk).deletions, 3);
    let mut desk = mirrored(50, 30).with("brake_percent", "60");
    desk.run_well();
}

#[test]
fn all_items_are_too_many_however_few_they_are() {
    let plan = braked(&mut mirrored(1, 1));
    assert_eq!((plan.deletions, plan.items, plan.reason), (1, 1, BrakeReason::All));
}

#[test]
fn an_empty_source_is_fine_where_nothing_is_deleted() {
    let mut desk = Desk::new("mirror");
    desk.run_well();
    let mut desk = Desk::new("mirror").with("exclude", "*.tmp");
    put(&desk.destination(), "a.tmp", "excluded");
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()), ["a.tmp=excluded"]);
}

#[test]
fn a_missing_source_always_brakes() {
    let mut desk = mirrored(3, 0);
    fs::remove_dir_all(desk.source()).unwrap();
    let plan = braked(&mut desk);
    assert_eq!((plan.deletions, plan.items, plan.reason), (3, 3, BrakeReason::SourceMissing));
}

/// Not even where there is nothing to delete, or somebody has confirmed the deletions.
#[test]
fn a_missing_source_is_never_a_success() {
    let missing = |desk: &Desk| {
        let address = format!("file://{}/", desk.source().display());
        Err(StopReason::Failed(PeerFailure::new(Stage::Content, "FILE-SOURCE-MISSING").arg(address)))
    };
    let mut desk = Desk::new("mirror");
    fs::remove_dir(desk.source()).unwrap();
    assert_eq!(desk.run().result, missing(&desk));
    let mut desk = mirrored(3, 0);
    fs::remove_dir_all(desk.source()).unwrap();
    desk.confirmed = Some(braked(&mut desk).digest);
    let deleted = Err(StopReason::Failed(
        PeerFailure::new(Stage::Content, "FILE-SOURCE-MISSING")
            .arg(format!("file://{}/", desk.source().display()))
            .arg("deleted"),
    ));
    assert_eq!(desk.run().result, deleted);
    assert!(tree_of(&desk.destination()).is_empty(), "what was confirmed is deleted");
}

#[test]
fn what_is_remembered_survives_a_source_that_was_away() {
    let mut desk = mirrored(3, 0);
    let aside = desk.folder.path().join("aside");
    fs::rename(desk.source(), &aside).unwrap();
    fs::create_dir(desk.source()).unwrap();
    braked(&mut desk);
    assert_eq!(desk.memory.baselines.lock().unwrap().len(), 3);
    fs::remove_dir(desk.source()).unwrap();
    fs::rename(&aside, desk.source()).unwrap();
    assert_eq!(desk.run_well().summary(), [3, 0, 0, 0, 0, 0]);
}

#[test]
fn a_confirmed_plan_is_carried_out() {
    let mut desk = mirrored(50, 11);
    desk.confirmed = Some(braked(&mut desk).digest);
    put(&desk.source(), "new", "new things do not change a plan of deletions");
    let outcome = desk.run_well();
    assert_eq!(outcome.summary(), [39, 1, 0, 11, 0, 44]);
    assert_eq!(tree_of(&desk.destination()), tree_of(&desk.source()));
    assert_eq!(desk.memory.baselines.lock().unwrap().len(), 40);
}

#[test]
fn a_plan_that_changed_brakes_again() {
    let mut desk = mirrored(50, 11);
    let first = braked(&mut desk);
    fs::remove_file(desk.source().join("f040")).unwrap();
    desk.confirmed = Some(first.digest.clone());
    let second = braked(&mut desk);
    assert_eq!(second.deletions, 12);
    assert_ne!(second.digest, first.digest);
    desk.confirmed = Some(second.digest);
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()), tree_of(&desk.source()));
}

/// Somebody has put something into a file that the plan deletes.
#[test]
fn a_file_that_was_written_after_the_plan_is_not_deleted() {
    let mut desk = mirrored(50, 11);
    let first = braked(&mut desk);
    put(&desk.destination(), "f003", "not the same any more");
    desk.confirmed = Some(first.digest.clone());
    let second = braked(&mut desk);
    assert_eq!((second.deletions, second.digest == first.digest), (11, false));
    desk.confirmed = Some(second.digest);
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()), tree_of(&desk.source()));
}

#[test]
fn a_plan_for_other_ends_is_another_plan() {
    let (mut one, mut other) = (mirrored(1, 1), mirrored(1, 1));
    assert_ne!(braked(&mut one).digest, braked(&mut other).digest);
    assert_eq!(braked(&mut one).digest, braked(&mut one).digest);
}

/// One end is another folder, with the same files in it.
#[test]
fn a_confirmation_holds_for_no_other_end() {
    for end in ["source", "destination"] {
        let mut desk = mirrored(50, 11);
        desk.confirmed = Some(braked(&mut desk).digest);
        let (before, other) = (tree(&desk.folder.path().join(end)), desk.folder.path().join("other"));
        for (path, content) in &before {
            put_bytes(&other, path, content);
        }
        let mut desk = desk.with(&format!("{end}_path"), other.to_str().unwrap());
        braked(&mut desk);
        assert_eq!(tree(&other), before, "another {end}");
    }
}

#[test]
fn a_copy_never_brakes() {
    let mut desk = Desk::new("copy");
    for n in 0..20 {
        put(&desk.destination(), &format!("theirs{n}"), "stays");
    }
    desk.run_well();
    assert_eq!(tree_of(&desk.destination()).len(), 20);
}
