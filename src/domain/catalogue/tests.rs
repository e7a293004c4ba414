use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rstest::rstest;

use super::*;

fn args(args: &[&str]) -> Vec<String> {
    args.iter().map(ToString::to_string).collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn each_code_has_its_page_and_each_page_its_code() {
    let pages: BTreeSet<String> = std::fs::read_dir(folder("templates-docs/codes"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let entries: Vec<&CodeInfo> = all().chain([&UNKNOWN]).collect();
    let codes: BTreeSet<String> = entries.iter().map(|entry| format!("{}.md", entry.code)).collect();
    assert_eq!(pages, codes);
    assert_eq!(codes.len(), entries.len(), "no code stands twice");

    for entry in entries {
        assert_eq!(entry.doc().title, format!("{}: {}", entry.code, entry.title));
        for text in [entry.meaning(), entry.to_do(), &entry.to_do_in_short()] {
            assert!(text.ends_with('.'), "{}: {text}", entry.code);
        }
        let short = entry.to_do_in_short();
        assert!(!short.contains(['*', '`', '#', '[']) && short.len() < 400, "{}: {short}", entry.code);
        assert_eq!(entry.doc().body.matches("## ").count(), 2, "{}", entry.code);
    }
}

#[test]
fn every_text_is_whole_with_and_without_arguments() {
    let seven = args(&["0", "1", "2", "3", "4", "5", "6"]);
    for entry in all().chain([&UNKNOWN]) {
        for given in [&[], &seven[..1], &seven[..]] {
            let text = entry.text(given);
            assert!(text.ends_with('.') && !text.contains(['{', '}', '[', ']', '|', '=']), "{}: {text}", entry.code);
        }
    }
}

#[test]
fn what_heals_and_who_fixes_agree_with_the_category() {
    for entry in all() {
        let fine = matches!(entry.category, Category::Success | Category::Information);
        if fine {
            assert_eq!((entry.fixer, entry.healing), (Fixer::Nobody, Healing::NothingLeft), "{}", entry.code);
        }
        if entry.category == Category::Error {
            assert_eq!(entry.scope, Scope::Run, "{}", entry.code);
        }
        if entry.healing == Healing::ByHand {
            assert_ne!(entry.fixer, Fixer::Nobody, "{}", entry.code);
        }
    }
}

#[rstest]
#[case("FILE-COPIED", &["512"], "New file copied, 512 B.")]
#[case("FILE-DENIED", &["source"], "No permission to read it at the source, so the item was skipped.")]
#[case("FILE-TOO-LONG", &["2100", "2000"], "The name or the path is too long: 2100 bytes, at most 2000 are possible. The item was skipped.")]
#[case("FILE-IN-THE-WAY", &["link"], "An item of another type exists at this path: a symbolic link. It was not changed, and the item was skipped.")]
#[case("FILE-BRAKE", &["60", "100", "60", "20", "10", "share"],
    "Stopped before the first deletion because more would be deleted than the deletion limit allows: \
     the run would delete 60 of 100 items (60 %). The limit without confirmation is 20 % or 10 items.")]
#[case("FILE-BRAKE", &["1", "1", "100", "20", "10", "all", "changed"],
    "Stopped before the first deletion because every item at the destination would be deleted: \
     the run would delete 1 of 1 items (100 %). The limit without confirmation is 20 % or 10 items. \
     An earlier plan was confirmed, but the files to delete have changed since then.")]
#[case("FILE-ROOT", &["/srv/x", "it is not in an allowed folder"],
    "A folder or service is not usable (/srv/x): it is not in an allowed folder.")]
#[case("FILE-SUMMARY", &["8", "1", "2", "3", "4", "9000"],
    "8 unchanged, 1 inserted, 2 updated, 3 deleted, 4 skipped; 9000 B transferred.")]
#[case("PEER-REFUSED", &["files.example:8443"], "The connection to files.example:8443 was refused.")]
#[case("PEER-TLS", &[""], "The TLS handshake failed.")]
#[case("RUN-CANCELED", &["mona"], "The run was canceled by mona.")]
#[case("OLD-CODE", &["a", "", "b"], "OLD-CODE: a, b")]
#[case("OLD-CODE", &[], "OLD-CODE")]
fn texts_of_messages(#[case] code: &str, #[case] given: &[&str], #[case] expected: &str) {
    assert_eq!(text(code, &args(given)), expected);
}

#[test]
fn entries_are_found_by_code() {
    assert_eq!(by_code("CREDENTIAL-UNREADABLE").title, "Credential cannot be read");
    assert_eq!(by_code("file-full"), &UNKNOWN);
}

/// Whatever is logged can be looked up, and whatever Help lists is logged: codes in the layers that log are literals
/// with one of our prefixes. Those that begin with `AFC-` are the catalogue of another product.
#[test]
fn every_code_in_the_source_is_in_the_catalogue_and_the_other_way_round() {
    let mut files: Vec<PathBuf> = ["src/net", "src/ops", "src/store", "src/sync"].map(folder).into();
    let mut logged = BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()));
            continue;
        }
        if path.ends_with("tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let prefixes =
            ["AFC-", "ODATA-", "FILE-", "FOLDER-", "PEER-", "RUN-", "CREDENTIAL-", "STORE-", "KIND-", "SETTINGS-"];
        let codes = source.split('"').filter(|word| {
            let shape = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
            shape && !word.ends_with('-') && prefixes.iter().any(|prefix| word.starts_with(prefix))
        });
        logged.extend(codes.map(str::to_owned));
    }
    let listed: BTreeSet<String> = all().map(|entry| entry.code.to_owned()).collect();
    assert_eq!(logged.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new());
    let silent: Vec<&String> = listed.difference(&logged).filter(|code| !code.starts_with("AFC-")).collect();
    assert_eq!(silent, Vec::<&String>::new());
}
