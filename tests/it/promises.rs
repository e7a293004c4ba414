//! The list of promises, `tests/ACCEPTANCE.md`: a line for each integration test, by feature, in the words of its
//! documentation comment, or of its name where it has none. `SYNCDESK_WRITE_PROMISES=1` writes the list again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Features in the order of the list, with the modules that test them.
const FEATURES: &[(&str, &[&str])] = &[
    ("The first hour", &["browser"]),
    ("Starting, stopping and the console", &["console", "opening", "portal", "program"]),
    ("Signing in and sessions", &["sign_in"]),
    ("Permissions and reach", &["access"]),
    ("Systems: list, settings, checks", &["systems", "desk_stands"]),
    ("Files: local folders, WebDAV, S3, Azure", &["engine", "remote_ends"]),
    ("OData services and replicas", &["odata"]),
    ("Runs: schedule, queue, retries", &["queue", "work"]),
    ("Status over time", &["watch"]),
    ("Logs and exports", &["logs", "log_ends", "business_logs", "exports"]),
    ("Pages", &["pages", "page_rules", "phrases"]),
    ("Help and team notes", &["help"]),
    ("Audit log", &["audit"]),
    ("Secrets and the network", &["masking", "net", "certificates"]),
    ("Crashes, disks and hostile services", &["processes"]),
    ("Databases and upgrades", &["broken_database", "database", "migrations", "statements", "upgrade"]),
    (
        "Code, documents and test servers",
        &["documents", "layers", "peers", "peers_answer", "promises", "raw_statements", "stub", "visitor", "wait"],
    ),
];

const HEAD: &str = "# What Syncdesk promises\n\n\
    One line per integration test, in the words of the test. Written by `it::promises`; change the documentation comment of \
    a test and run `SYNCDESK_WRITE_PROMISES=1 cargo test --test it promises`. Most tests run on SQLite and on Postgres. \
    What is simulated, changed or measured by a command is in [LIMITS.md](LIMITS.md).\n";

/// A test: its path below `it`, and what it shows.
struct Promise {
    path: String,
    words: String,
}

fn modules(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            modules(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            into.push(path);
        }
    }
}

/// The tests of a source file, in its order.
fn promises(module: &str, source: &str) -> Vec<Promise> {
    let named = |name: &str, docs: &[&str]| Promise { path: format!("{module}::{name}"), words: sentence(name, docs) };
    let functions: BTreeMap<&str, Vec<&str>> =
        functions(source).into_iter().map(|(name, docs, _)| (name, docs)).collect();
    let mut found: Vec<Promise> =
        functions_that_are_tests(source).into_iter().map(|(name, docs)| named(name, &docs)).collect();
    let listed = source.split("against_each_server! {\n").nth(1).and_then(|rest| rest.split("\n}").next());
    for name in listed.unwrap_or_default().lines().map(|line| line.trim().trim_end_matches(',')) {
        let docs = functions.get(name).cloned().unwrap_or_default();
        found.push(named(name, &docs));
    }
    found
}

fn functions_that_are_tests(source: &str) -> Vec<(&str, Vec<&str>)> {
    functions(source).into_iter().filter(|(.., is_test)| *is_test).map(|(name, docs, _)| (name, docs)).collect()
}

/// The functions with the lines of their documentation, and whether each is a test.
fn functions(source: &str) -> Vec<(&str, Vec<&str>, bool)> {
    let (mut found, mut docs, mut marked, mut on_both) = (Vec::new(), Vec::new(), false, false);
    for line in source.lines() {
        let code = line.trim_start();
        match line {
            "both_databases! {" => on_both = true,
            "}" => on_both = false,
            _ => {}
        }
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc.trim());
        } else if code.starts_with("#[") {
            marked |= ["#[test]", "#[tokio::test", "#[rstest"].iter().any(|mark| code.starts_with(mark));
        } else {
            let function = code.strip_prefix("async ").unwrap_or(code).strip_prefix("fn ");
            let name = function.and_then(|function| function.split(['(', '<']).next());
            let is_test = marked || (on_both && line.starts_with("    ") && !line.starts_with("     "));
            if let Some(name) = name {
                found.push((name, std::mem::take(&mut docs), is_test));
            }
            docs.clear();
            marked = false;
        }
    }
    found
}

/// The first sentence of the documentation, or the name as one.
fn sentence(name: &str, docs: &[&str]) -> String {
    let text = if docs.is_empty() { name.replace('_', " ") } else { docs.join(" ") };
    let end = text.find(". ").map_or(text.len(), |at| at);
    let mut letters = text[..end].trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The whole list.
fn list() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut files = Vec::new();
    modules(&root, &mut files);
    files.sort();
    let mut by_feature: Vec<Vec<Promise>> = FEATURES.iter().map(|_| Vec::new()).collect();
    for file in files {
        let module = file.strip_prefix(&root).expect("below the root").with_extension("");
        let module: Vec<&str> =
            module.iter().map(|part| part.to_str().expect("UTF-8")).filter(|part| *part != "mod").collect();
        let found = promises(&module.join("::"), &fs::read_to_string(&file).expect("UTF-8"));
        if !found.is_empty() {
            let feature = FEATURES.iter().position(|(_, modules)| modules.contains(&module[0]));
            by_feature[feature.unwrap_or_else(|| panic!("no feature has {module:?}"))].extend(found);
        }
    }
    let mut text = HEAD.to_owned();
    for ((heading, _), promises) in FEATURES.iter().zip(by_feature) {
        text.extend(["\n## ", heading, "\n\n"]);
        for Promise { path, words } in promises {
            text.extend(["- ", &words, " `", &path, "`\n"]);
        }
    }
    text
}

#[test]
fn the_list_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ACCEPTANCE.md");
    let list = list();
    if std::env::var_os("SYNCDESK_WRITE_PROMISES").is_some() {
        fs::write(&path, &list).expect("the list");
    }
    let written = fs::read_to_string(&path).expect("the list");
    let missing: Vec<&str> = list.lines().filter(|line| !written.lines().any(|one| one == *line)).collect();
    assert!(list.lines().count() > 500, "{} lines", list.lines().count());
    assert!(written == list, "tests/ACCEPTANCE.md is not up to date: see the head of it. Missing: {missing:#?}");
}

/// Tests by attribute, in the macro for both databases, and in the list for each server; helpers are none.
#[test]
fn each_kind_of_test_is_found() {
    let source = "fn helper() {}\n/// It is plain. And more.\n#[test]\nfn plain() {}\n\nboth_databases! {\n    /// On\n    /// both.\n    \
                  async fn on_both(desk: Desk) {\n        fn inner() {}\n    }\n    fn name_only(x: X) {}\n}\nfn after() {}\n\
                  against_each_server! {\n    of_servers,\n}\n/// Of servers.\nasync fn of_servers() {}\n";
    let found: Vec<String> = promises("m", source).iter().map(|one| format!("{} {}", one.words, one.path)).collect();
    assert_eq!(
        found,
        ["It is plain. m::plain", "On both. m::on_both", "Name only. m::name_only", "Of servers. m::of_servers"]
    );
}
