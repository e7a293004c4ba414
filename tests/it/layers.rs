//! What no compiler checks: which layer may import which, and a few habits.

mod cycles;

use std::fs;
use std::path::{Path, PathBuf};

/// What a place must not name. The first rule whose place fits holds, so the narrower ones stand first.
struct Rule {
    place: &'static str,
    may_see: &'static [&'static str],
}

/// `web, sync, notify -> ops, queries -> store -> domain`; `access` is seen by all, and hands on `Internal`, which
/// `app` alone makes. A part that is not listed sees everything.
const LAYERS: &[Rule] = &[
    Rule { place: "clock", may_see: &[] },
    Rule { place: "ids", may_see: &[] },
    Rule { place: "domain", may_see: &["clock", "ids"] },
    Rule { place: "access", may_see: &["app", "clock", "domain", "ids"] },
    Rule { place: "net", may_see: &["clock", "domain"] },
    Rule { place: "store", may_see: &["access", "clock", "domain", "ids"] },
    Rule { place: "queries", may_see: &["access", "clock", "domain", "ids", "store"] },
    Rule { place: "ops", may_see: &["access", "clock", "config", "domain", "error", "ids", "net", "store", "sync"] },
    Rule { place: "sync/connectors", may_see: &["clock", "domain", "ids", "net", "sync"] },
    Rule { place: "sync/connector", may_see: &["clock", "domain", "ids", "net", "sync"] },
    Rule { place: "sync", may_see: &["access", "clock", "config", "domain", "error", "ids", "net", "ops", "store"] },
    Rule { place: "web", may_see: &["access", "clock", "config", "domain", "ids", "net", "ops", "queries", "sync"] },
    Rule { place: "notify", may_see: &["access", "clock", "config", "domain", "error", "ids", "net", "ops", "store"] },
];

/// Crates that belong to one place.
const CRATES: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("actix_web", &["web", "app", "main"]),
    // The filter of the log names the target of its lines.
    ("actix_session", &["web", "app", "config/logging"]),
    ("maud", &["web"]),
];

/// Pages, exports and sessions read through queries and ops; web never names the store.
#[test]
fn imports_point_one_way() {
    let wrong: Vec<String> = sources("src")
        .iter()
        .filter_map(|source| Some((source, LAYERS.iter().find(|rule| source.is_in(rule.place))?)))
        .flat_map(|(source, rule)| {
            let own = source.module.split('/').next().unwrap_or_default().to_owned();
            let strangers = source.parts_seen().into_iter().filter(move |part| *part != own);
            strangers
                .filter(|part| !rule.may_see.contains(&part.as_str()))
                .map(|part| format!("{} sees {part}", source.path))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_library_is_named_in_its_module_only() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for (library, places) in CRATES {
            if source.names(library) && !places.iter().any(|place| source.is_in(place)) {
                wrong.push(format!("{} names {library}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One module opens connections, one runs transactions, one holds the other differences, one migrates: nobody else asks which database it is.
#[test]
fn few_ask_which_database_it_is() {
    let may = ["store/connection", "store/transaction", "store/backend", "store/migrate"];
    let asks = |source: &Source| source.code.contains("Db::Sqlite") || source.code.contains("Db::Postgres");
    let wrong: Vec<String> = found(|source| asks(source) && !may.contains(&source.module.as_str()));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The filter by reach is written once: nothing else in the store sees which groups a scope has.
#[test]
fn the_filter_by_reach_is_written_once() {
    let sees = found(|source| source.is_in("store") && source.names("Scope"));
    assert_eq!(sees, ["src/store/systems/reach.rs"]);
}

/// A bare id opens nothing: the store reads and changes what belongs to a system by what was found through a grant, by a
/// claim, or for Syncdesk itself. The compiler holds that nobody else makes these proofs.
#[test]
fn a_bare_id_opens_nothing() {
    let ids = ["SystemId", "RunId", "CredentialKey"];
    let gives = ["SystemId", "RunId", "System,", "System>", "Claim>", "Check>", "Run,", "Run>", "SharedCredential"];
    // A check and a set of a replica are rows that were found by one of the others.
    let proofs =
        ["Grant<", "InReach<", "OfSystem<", "impl Systems", "Internal", "&Claim", "&Check,", "&Check)", "ReplicaSet"];
    let mut without_proof = Vec::new();
    for source in sources("src").iter().filter(|source| source.is_in("store")) {
        for function in source.code.replace("pub const fn ", "pub fn ").split("pub fn ").skip(1) {
            let head = function.split('{').next().unwrap_or_default();
            let (arguments, answer) = head.split_once("->").unwrap_or((head, ""));
            // A method gives what its own proof has.
            let is_method = arguments.split('(').nth(1).is_some_and(|first| first.trim_start().starts_with("&self"));
            let opens = ids.iter().any(|id| arguments.contains(id)) || gives.iter().any(|word| answer.contains(word));
            if opens && !is_method && !proofs.iter().any(|word| arguments.contains(word)) {
                without_proof.push(format!("{}: {}", source.path, arguments.split('(').next().unwrap_or_default()));
            }
        }
    }
    assert!(without_proof.is_empty(), "{without_proof:#?}");
}

/// What an attacker may guess at is compared in constant time.
#[test]
fn secrets_are_compared_in_constant_time() {
    let modules = ["web/session/csrf", "web/session/setup_link", "ops/audit_seal", "ops/passwords", "ops/set_up"];
    for module in modules {
        assert_eq!(found(|source| source.module == module && source.code.contains(".ct_eq(")).len(), 1, "{module}");
    }
}

/// Each folder of `sync/connectors` is one kind, with one trait impl, and the registry has it. Whatever runs is run by
/// one worker, queued by one scheduler, and told to one journal.
#[test]
fn there_is_one_of_each() {
    let folders = fs::read_dir(root().join("src/sync/connectors")).expect("a folder");
    let folders = folders.filter(|entry| entry.as_ref().expect("an entry").path().is_dir()).count();
    let impls = found(|source| source.code.contains("impl Connector for") && source.is_in("sync/connectors"));
    assert_eq!(impls.len(), folders, "{impls:?}");
    assert_eq!(syncdesk::sync::registry::all().len(), folders);
    for (what, words) in [
        ("worker", "pub async fn work("),
        ("scheduler", "fn due_systems("),
        ("journal", "pub struct Journal"),
        ("connector trait", "pub trait Connector:"),
        ("route table", "pub static ROUTES"),
        ("clock", "Utc::now("),
    ] {
        assert_eq!(found(|source| source.code.contains(words)).len(), 1, "one {what}");
    }
    assert!(found(|source| source.names("SystemTime")).is_empty(), "time comes from the clock");
}

/// What a form asks for is the connector's: nothing else in the program knows the name of a field. (Names of one word
/// mean other things elsewhere.)
#[test]
fn only_a_connector_knows_its_fields() {
    for connector in syncdesk::sync::registry::all() {
        let own = format!("sync/connectors/{}", connector.kind());
        for field in connector.fields().iter().filter(|field| field.name.contains('_')) {
            let literal = format!("\"{}\"", field.name);
            let knows = |source: &Source| source.code.contains(&literal) && !source.is_in(&own);
            assert_eq!(found(knows), Vec::<String>::new(), "{literal}");
            let is_known = |source: &Source| source.code.contains(&literal) && source.is_in(&own);
            assert!(!found(is_known).is_empty(), "{literal}");
        }
    }
}

/// The paths of the sources that are so, without their unit tests.
fn found(fits: impl Fn(&Source) -> bool) -> Vec<String> {
    let own = sources("src")
        .into_iter()
        .filter(|source| !source.module.ends_with("tests") && !source.module.contains("/tests/"));
    own.map(Source::without_tests).filter(|source| fits(source)).map(|source| source.path).collect()
}

/// Files of `src` have at most 350 lines; the median is printed.
#[test]
fn files_are_small() {
    let mut lines: Vec<(usize, String)> =
        sources("src").into_iter().map(|source| (source.text.lines().count(), source.path)).collect();
    lines.sort();
    println!("{} files, median {} lines", lines.len(), lines[lines.len() / 2].0);
    assert!(lines.iter().all(|(lines, _path)| *lines <= 350), "{:?}", lines.last());
}

/// The lints of STYLE.md hold; no test file over 400 lines.
#[test]
fn habits() {
    let tests_only = [concat!("#[", "ignore"), concat!("thread::", "sleep("), concat!("time::", "sleep(")];
    let mut wrong = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let lines = source.text.lines().count();
        if lines > 400 {
            wrong.push(format!("{} has {lines} lines: split it", source.path));
        }
        for allow in [concat!("#[", "allow("), concat!("#![", "allow(")] {
            if source.text.contains(allow) {
                wrong.push(format!("{} has a bare {allow}…): use expect with a reason", source.path));
            }
        }
        let is_test = source.path.starts_with("tests/") && source.path != "tests/it/wait.rs";
        for habit in tests_only.iter().filter(|habit| is_test && source.code.contains(**habit)) {
            wrong.push(format!("{} has {habit}", source.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A file of Rust.
struct Source {
    /// From the root of the repository.
    path: String,
    /// Below `src`, without `.rs` and `/mod`.
    module: String,
    text: String,
    /// The text without comments.
    code: String,
}

impl Source {
    /// Without the unit tests at its end.
    fn without_tests(mut self) -> Self {
        self.code.truncate(self.code.find("#[cfg(test)]").unwrap_or(self.code.len()));
        self
    }

    fn is_in(&self, place: &str) -> bool {
        self.module.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether the code contains `word` as a whole word.
    fn names(&self, word: &str) -> bool {
        let part_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        self.code.match_indices(word).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + word.len()..].chars().next();
            !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
        })
    }

    /// The top-level modules of the crate that the code names, by `crate::` or by climbing with `super::`.
    fn parts_seen(&self) -> Vec<String> {
        let depth = self.module.split('/').filter(|part| *part != "lib" && *part != "main").count();
        // `super` in a test module inside the file climbs one less; what then looks too high is none of our parts.
        let climb = "super::".repeat(depth);
        let mut parts = Vec::new();
        for root in ["crate::", "syncdesk::", &climb] {
            for (at, _) in self.code.match_indices(root).filter(|_| !root.is_empty()) {
                let rest = &self.code[at + root.len()..];
                let names = if let Some(group) = rest.strip_prefix('{') { top_level_names(group) } else { vec![rest] };
                parts.extend(names.into_iter().map(first_word).filter(|part| exists(part)));
            }
        }
        parts
    }
}

/// The members of a `{…}` in a `use`, which may contain further groups.
fn top_level_names(group: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut open, mut start) = (0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 0 => {
                names.push(&group[start..at]);
                break;
            }
            '}' => open -= 1,
            ',' if open == 0 => {
                names.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Whether there is such a top-level module.
fn exists(part: &str) -> bool {
    let file = root().join("src").join(part);
    !part.is_empty() && (file.is_dir() || file.with_extension("rs").is_file())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the repository.
fn sources(folder: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(source(&path));
            }
        }
    }
    assert!(!sources.is_empty(), "no sources in {folder}");
    sources
}

fn source(file: &PathBuf) -> Source {
    let path = file.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
    let text = fs::read_to_string(file).expect("Rust is UTF-8");
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let module = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
    Source { path, module, text, code }
}
