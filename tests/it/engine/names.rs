//! Odd names, and names that cannot be at the destination.

use std::os::unix::ffi::OsStrExt;

use super::harness::{Desk, RunOutcome, lasting, put, put_bytes, tree, tree_of};
use super::wrapped::Hooked;
use syncdesk::sync::connectors::files::endpoint::{Abilities, Which};

#[test]
fn every_name_that_a_local_folder_can_have() {
    let mut desk = Desk::new("mirror");
    let long = vec![b'x'; 255];
    let names: [&[u8]; 16] = [
        b"a b",
        b"'quoted'",
        b"\"double\"",
        b"#hash",
        b"100%",
        b"%2e%2e",
        b"new\nline",
        b" leading",
        b"trailing ",
        b"\ttab",
        b"back\\slash",
        b"\xff\xfe not text",
        b"~",
        b"-rf",
        "ünï\u{1F600}".as_bytes(),
        &long,
    ];
    for name in names {
        put_bytes(&desk.source(), name, name);
        put_bytes(&desk.source(), &[b"in ", &name[..name.len().min(200)], b"/", name].concat(), b"nested");
    }
    desk.run_well();
    assert_eq!(tree(&desk.destination()).len(), 48);
    assert_eq!(tree(&desk.destination()), tree(&desk.source()));
    assert_eq!(desk.run_well().summary(), [32, 0, 0, 0, 0, 0]);
}

#[test]
fn a_path_that_is_too_long_to_remember_is_skipped_with_all_below() {
    let mut desk = Desk::new("mirror");
    let deep = ["d".repeat(199).as_str()].repeat(10).join("/");
    put(&desk.source(), &format!("{deep}/a"), "2,001 bytes");
    put(&desk.source(), "b", "short");
    let outcome = desk.run_well();
    let warning = outcome.messages.iter().find(|message| message.code == "FILE-TOO-LONG").unwrap();
    assert_eq!(warning.args, ["2001", "2000"]);
    assert_eq!(tree(&desk.destination()).len(), 11, "ten folders and b");
}

/// Runs with a destination of other abilities.
fn run_able(desk: &mut Desk, change: impl Fn(&mut Abilities) + Send + Sync + 'static) -> RunOutcome {
    let outcome = desk.run_with(&lasting(), move |which, end| match which {
        Which::Source => end,
        Which::Destination => Hooked::able(end, &change),
    });
    assert_eq!(outcome.result, Ok(()));
    outcome
}

#[test]
fn names_that_a_service_cannot_hold() {
    let mut desk = Desk::new("copy");
    put_bytes(&desk.source(), b"\xff", b"");
    put_bytes(&desk.source(), b"folder\xff/a", b"");
    put(&desk.source(), " leading", "");
    put(&desk.source(), "trailing ", "");
    put(&desk.source(), "exactly-16-bytes", "");
    put(&desk.source(), "exactly-17-bytes!", "");
    let outcome = run_able(&mut desk, |abilities| {
        abilities.utf8_only = true;
        abilities.trims_white_space = true;
        abilities.longest_name = 16;
    });
    assert_eq!(tree_of(&desk.destination()), ["exactly-16-bytes="]);
    assert_eq!(
        outcome.log(),
        [
            "FILE-COPIED exactly-16-bytes",
            "FILE-NAME  leading",
            "FILE-NAME folder\u{fffd}",
            "FILE-NAME trailing",
            "FILE-NAME \u{fffd}",
            "FILE-TOO-LONG exactly-17-bytes!"
        ]
    );
}

#[test]
fn names_that_differ_only_in_case() {
    let blind = |abilities: &mut Abilities| abilities.case_sensitive = false;
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "README", "first");
    put(&desk.source(), "readme", "second");
    put(&desk.source(), "Docs/a", "one");
    put(&desk.source(), "docs/b", "two");
    let outcome = run_able(&mut desk, blind);
    assert_eq!(tree_of(&desk.destination()), ["Docs/", "Docs/a=one", "README=first"]);
    assert_eq!(
        outcome.log(),
        ["FILE-CASE docs", "FILE-CASE readme", "FILE-COPIED Docs/a", "FILE-COPIED README", "FOLDER-CREATED Docs"]
    );
    assert_eq!(run_able(&mut desk, blind).summary(), [2, 0, 0, 0, 2, 0]);
}

#[test]
fn a_renamed_case_is_no_deletion_where_case_does_not_count() {
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "B", "one");
    put(&desk.destination(), "b", "one");
    let outcome = run_able(&mut desk, |abilities| abilities.case_sensitive = false);
    assert!(!outcome.log().iter().any(|line| line.starts_with("FILE-DELETED")), "{:?}", outcome.log());
}

#[test]
fn without_empty_folders_at_the_destination_none_are_made() {
    let mut desk = Desk::new("copy");
    std::fs::create_dir(desk.source().join("empty")).unwrap();
    assert_eq!(run_able(&mut desk, |abilities| abilities.keeps_empty_folders = false).log(), Vec::<String>::new());
}

#[test]
fn where_times_cannot_be_set_each_side_is_compared_with_its_own_past() {
    let timeless = |abilities: &mut Abilities| abilities.sets_times = false;
    let mut desk = Desk::new("mirror");
    put(&desk.source(), "a", "one");
    run_able(&mut desk, timeless);
    assert_eq!(run_able(&mut desk, timeless).summary(), [1, 0, 0, 0, 0, 0]);
    desk.memory.baselines.lock().unwrap().clear();
    assert_eq!(run_able(&mut desk, timeless).summary(), [0, 0, 1, 0, 0, 3], "nothing proves them equal");
}

#[test]
fn item_keys_are_the_bytes_of_the_path() {
    let mut desk = Desk::new("copy");
    put_bytes(&desk.source(), b"d/\xff", b"");
    let outcome = desk.run_well();
    let keys: Vec<&[u8]> = outcome.messages.iter().map(|message| message.item_key.as_slice()).collect();
    assert!(keys.contains(&b"d/\xff".as_slice()));
    assert!(desk.destination().join(std::ffi::OsStr::from_bytes(b"d/\xff")).exists());
}
