//! What an end does not know is neither deleted nor written, at either end, and its baseline stays.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use super::harness::{Desk, RunOutcome, lasting, put, tree_of};
use super::wrapped::Hooked;
use syncdesk::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError, Which};
use syncdesk::sync::connectors::files::listing::{Listing, Unknown, Unusable};

/// A mirrored pair: 40 files, a file `locked`, a folder `team` with a folder in it, and files of a similar name.
fn desk() -> Desk {
    let mut desk = Desk::new("mirror");
    for n in 0..40 {
        put(&desk.source(), &format!("keep/{n:02}"), "same");
    }
    for name in ["locked", "team/one", "team/deep/two", "team!", "teams"] {
        put(&desk.source(), name, "same");
    }
    desk.run_well();
    desk
}

fn baselines(desk: &Desk) -> BTreeMap<Vec<u8>, String> {
    desk.memory.baselines.lock().unwrap().clone()
}

/// A run in which one end lists folders in another way.
fn run(
    desk: &mut Desk,
    which: Which,
    relist: impl Fn(&[u8], Listing) -> EndpointResult<Listing> + Send + Sync + 'static,
) -> RunOutcome {
    let relist = Arc::new(relist);
    let outcome = desk.run_with(&lasting(), move |end, inner| {
        let relist = relist.clone();
        if end == which { Hooked::listing(inner, move |path, listed| relist(path, listed?)) } else { inner }
    });
    assert_eq!(outcome.result, Ok(()), "{:?}", outcome.messages);
    outcome
}

/// The listing in which the end knows nothing of these children.
fn without(mut listing: Listing, names: &[&str], trouble: ItemError) -> Listing {
    let lost = |name: &[u8]| names.iter().any(|lost| lost.as_bytes() == name);
    listing.entries.retain(|entry| !lost(&entry.name));
    let unknown = |name: &&str| Unknown { name: name.as_bytes().to_vec(), trouble, words: "503 Busy".to_owned() };
    listing.unknown.extend(names.iter().map(unknown));
    listing
}

/// The listing cut to what the predicate keeps.
fn cut(mut listing: Listing, keeps: impl Fn(&[u8]) -> bool) -> Listing {
    listing.entries.retain(|entry| keeps(&entry.name));
    listing.miss("it broke off");
    listing
}

/// A service lists another folder, or only some of the items, and does not say so.
#[test]
fn what_a_listing_lacks_without_a_word_is_not_deleted() {
    let mut desk = desk();
    let before = tree_of(&desk.destination());
    let outcome = run(&mut desk, Which::Source, |path, mut listing| {
        if path == b"team" {
            listing.entries.clear();
        }
        Ok(listing)
    });
    assert_eq!(tree_of(&desk.destination()), before, "the source, asked for each item, still has them");
    assert!(outcome.log().iter().any(|line| line.starts_with("FILE-TROUBLE team/")), "{:?}", outcome.log());
}

#[test]
fn at_the_source() {
    for (trouble, code) in
        [(ItemError::Other, "FILE-UNKNOWN"), (ItemError::NotFound, "FILE-UNKNOWN"), (ItemError::Denied, "FILE-DENIED")]
    {
        let mut desk = desk();
        fs::remove_file(desk.source().join("keep/00")).unwrap();
        let (mut before, mut kept) = (tree_of(&desk.destination()), baselines(&desk));
        let outcome = run(&mut desk, Which::Source, move |path, listing| {
            Ok(if path.is_empty() { without(listing, &["locked", "team"], trouble) } else { listing })
        });
        assert_eq!(outcome.log(), ["FILE-DELETED keep/00", &format!("{code} locked"), &format!("{code} team")]);
        assert!(
            outcome
                .messages
                .iter()
                .any(|one| one.args == ["source"] && one.foreign_text.as_deref() == Some("503 Busy"))
        );
        assert_eq!(outcome.summary(), [41, 0, 0, 1, 2, 0]);
        before.retain(|line| line != "keep/00=same");
        kept.remove(b"keep\x0000".as_slice());
        assert_eq!((tree_of(&desk.destination()), baselines(&desk)), (before, kept));
        assert_eq!(desk.run_well().summary(), [44, 0, 0, 0, 0, 0], "afterwards nothing has to be copied again");
    }
}

#[test]
fn at_the_destination_it_is_not_written_and_not_deleted() {
    let mut desk = desk();
    put(&desk.source(), "locked", "newer");
    put(&desk.source(), "new", "not blindly");
    fs::remove_dir_all(desk.source().join("team")).unwrap();
    let (before, kept) = (tree_of(&desk.destination()), baselines(&desk));
    let outcome = run(&mut desk, Which::Destination, |path, listing| {
        Ok(match path {
            b"" => without(listing, &["locked", "new"], ItemError::Other),
            b"team" => without(listing, &["one"], ItemError::Other),
            b"team/deep" => without(listing, &["two"], ItemError::Other),
            _ => listing,
        })
    });
    assert_eq!(
        outcome.log(),
        ["locked", "new", "team/deep/two", "team/one"].map(|path| format!("FILE-UNKNOWN {path}"))
    );
    assert_eq!(outcome.summary(), [42, 0, 0, 0, 4, 0]);
    assert_eq!((tree_of(&desk.destination()), baselines(&desk)), (before, kept));
}

#[test]
fn a_folder_with_something_unknown_stays_and_so_do_those_above() {
    let mut desk = desk();
    fs::remove_dir_all(desk.source().join("team")).unwrap();
    let outcome = run(&mut desk, Which::Destination, |path, listing| {
        Ok(if path == b"team/deep" { without(listing, &["hidden"], ItemError::Denied) } else { listing })
    });
    assert_eq!(outcome.log(), ["FILE-DELETED team/deep/two", "FILE-DELETED team/one", "FILE-DENIED team/deep/hidden"]);
    assert!(desk.destination().join("team/deep").exists());
}

#[test]
fn an_incomplete_listing_of_the_source_deletes_nothing_and_forgets_nothing() {
    for folder in ["", "keep", "team"] {
        let mut desk = desk();
        fs::remove_file(desk.destination().join("keep/39")).unwrap();
        let kept = baselines(&desk);
        let before = tree_of(&desk.destination());
        let outcome = run(&mut desk, Which::Source, move |path, listing| {
            Ok(if path == folder.as_bytes() { cut(listing, |name| name < b"11".as_slice()) } else { listing })
        });
        let mut there = tree_of(&desk.destination());
        there.retain(|line| line != "keep/39=same");
        assert_eq!(there, before, "{folder}");
        let mut still = baselines(&desk);
        if folder != "keep" && !folder.is_empty() {
            // It is copied again, and remembered with its new time.
            still.insert(b"keep\x0039".to_vec(), kept[b"keep\x0039".as_slice()].clone());
        }
        assert_eq!(still.len(), kept.len(), "{folder}");
        let shown_folder = if folder.is_empty() { "/" } else { folder };
        assert!(outcome.log().contains(&format!("FILE-INCOMPLETE {shown_folder}")), "{:?}", outcome.log());
        assert!(outcome.log().iter().filter(|line| line.starts_with("FILE-INCOMPLETE")).count() == 1);
        assert!(!outcome.log().iter().any(|line| line.contains("DELETED")), "{:?}", outcome.log());
    }
}

#[test]
fn an_incomplete_listing_still_allows_what_is_certain() {
    let mut desk = desk();
    put(&desk.source(), "keep/new", "copied");
    put(&desk.source(), "team/one", "updated");
    fs::remove_file(desk.source().join("keep/01")).unwrap();
    let outcome = run(&mut desk, Which::Source, |path, listing| {
        Ok(if path == b"team" { cut(listing, |name| name != b"deep") } else { listing })
    });
    assert_eq!(
        outcome.log(),
        ["FILE-COPIED keep/new", "FILE-DELETED keep/01", "FILE-INCOMPLETE team", "FILE-UPDATED team/one"]
    );
    // The folder, and what it may have.
    assert_eq!(outcome.summary().get(4), Some(&2));
}

#[test]
fn an_incomplete_listing_of_the_destination_is_not_written_over() {
    let mut desk = desk();
    put(&desk.source(), "team/one", "newer");
    put(&desk.source(), "team/new", "not blindly");
    put(&desk.source(), "teams", "updated");
    let outcome = run(&mut desk, Which::Destination, |path, listing| {
        Ok(if path == b"team" { cut(listing, |_| false) } else { listing })
    });
    assert_eq!(outcome.log(), ["FILE-INCOMPLETE team", "FILE-UPDATED teams"]);
    assert_eq!(fs::read_to_string(desk.destination().join("team/one")).unwrap(), "same");
    assert!(!desk.destination().join("team/new").exists());
    let mut next = desk.run_well().log();
    next.sort();
    assert_eq!(next, ["FILE-COPIED team/new", "FILE-UPDATED team/one"]);
    fs::remove_dir_all(desk.source().join("team")).unwrap();
    let outcome = run(&mut desk, Which::Destination, |path, listing| {
        Ok(if path == b"team/deep" { cut(listing, |_| false) } else { listing })
    });
    assert_eq!(outcome.log(), ["FILE-DELETED team/new", "FILE-DELETED team/one", "FILE-INCOMPLETE team/deep"]);
    assert!(desk.destination().join("team/deep/two").exists(), "a folder whose listing is incomplete is not empty");
}

#[test]
fn a_name_that_is_listed_twice_differently_is_unknown() {
    let mut desk = desk();
    let before = tree_of(&desk.destination());
    let outcome = run(&mut desk, Which::Source, |path, mut listing| {
        if path.is_empty() {
            let team = listing.entries.iter().position(|entry| entry.name == b"team").unwrap();
            let mut second = listing.entries[team].clone();
            second.kind = syncdesk::sync::connectors::files::endpoint::ItemType::File;
            let twice = listing.entries.iter().find(|entry| entry.name == b"locked").unwrap().clone();
            listing.entries.extend([second, twice]);
        }
        Ok(listing)
    });
    assert_eq!(outcome.log(), ["FILE-UNKNOWN team"]);
    assert_eq!(tree_of(&desk.destination()), before);
}

#[test]
fn what_can_never_be_an_item_is_a_warning() {
    let odd = |mut listing: Listing, folder: &str| {
        let shown = format!("{folder}in%2Fvoice.txt").into_bytes();
        listing.unusable.push(Unusable { shown, words: "this name cannot be used in a path".to_owned() });
        Ok(listing)
    };
    let mut desk = desk();
    let outcome = run(
        &mut desk,
        Which::Source,
        move |path, listing| {
            if path == b"team" { odd(listing, "team/") } else { Ok(listing) }
        },
    );
    assert_eq!(outcome.log(), ["FILE-NAME team/in%2Fvoice.txt"]);
    assert_eq!(outcome.summary(), [45, 0, 0, 0, 1, 0]);
    fs::remove_dir_all(desk.source().join("team")).unwrap();
    let outcome =
        run(
            &mut desk,
            Which::Destination,
            move |path, listing| {
                if path == b"team/deep" { odd(listing, "team/deep/") } else { Ok(listing) }
            },
        );
    assert_eq!(
        outcome.log(),
        ["FILE-DELETED team/deep/two", "FILE-DELETED team/one", "FILE-NAME team/deep/in%2Fvoice.txt"]
    );
    assert!(desk.destination().join("team/deep").exists());
}

#[test]
fn a_copy_says_nothing_of_what_only_the_destination_has() {
    let mut desk = Desk::new("copy");
    put(&desk.source(), "a", "one");
    put(&desk.destination(), "theirs", "stays");
    let outcome = run(&mut desk, Which::Destination, |_path, listing| {
        let mut listing = without(listing, &["theirs", "other"], ItemError::Other);
        listing.unusable.push(Unusable { shown: b"x//y".to_vec(), words: String::new() });
        Ok(listing)
    });
    assert_eq!(outcome.log(), ["FILE-COPIED a"]);
}

#[test]
fn what_is_filtered_out_is_not_reported() {
    let mut desk = desk().with("exclude", "locked\nteam/\nin*");
    let before = tree_of(&desk.destination());
    let outcome = run(&mut desk, Which::Source, |path, listing| {
        let mut listing = if path.is_empty() { without(listing, &["locked"], ItemError::Other) } else { listing };
        listing.unusable.push(Unusable { shown: b"in%2Fvoice.txt".to_vec(), words: String::new() });
        Ok(listing)
    });
    assert_eq!(outcome.log(), Vec::<String>::new());
    assert_eq!(tree_of(&desk.destination()), before);
}

/// Whether a folder cannot be read, or was deleted after its parent was listed: nothing is known of what is in it.
#[test]
fn a_folder_that_cannot_be_listed_is_not_empty() {
    for (trouble, code) in [
        (ItemError::Denied, "FILE-DENIED"),
        (ItemError::NotFound, "FILE-GONE"),
        (ItemError::Other, "FILE-TROUBLE"),
        (ItemError::Name, "FILE-NAME"),
    ] {
        for which in [Which::Source, Which::Destination] {
            let mut desk = desk();
            let (before, kept) = (tree_of(&desk.destination()), baselines(&desk));
            let outcome =
                desk.run_with(&lasting(), move |end, inner| {
                    if end != which {
                        return inner;
                    }
                    Hooked::listing(inner, move |path, listed| {
                        if path == b"team" { Err(EndpointError::item(trouble, "no")) } else { listed }
                    })
                });
            assert_eq!(outcome.result, Ok(()));
            assert_eq!(outcome.log(), [format!("{code} team")], "{which:?}");
            assert_eq!((tree_of(&desk.destination()), baselines(&desk)), (before, kept), "{which:?} {code}");
        }
    }
}
