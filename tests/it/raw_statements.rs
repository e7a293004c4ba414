//! Statements that tests write themselves. Each names columns, so that a new column touches it: a builder of
//! `tests/it/desk` or a function of `ops` or `store` comes first.

use std::collections::BTreeSet;
use std::path::Path;

/// How many lines with statements a module has, and why. Who removes one lowers the number; none rises.
const KNOWN: &[(&str, &[(&str, usize)])] = &[
    ("The builders", &[("desk/people", 3), ("desk/rows", 6), ("systems/shelf", 4)]),
    ("Tables of earlier versions", &[("migrations/mod", 17), ("upgrade/mod", 12)]),
    (
        "Somebody changes the database behind the portal's back",
        &[
            ("audit/chain", 11),
            ("console/refusals", 1),
            ("exports", 5),
            ("logs/complete", 1),
            ("processes/memory", 2),
            ("processes/replica", 2),
            ("queue/locked", 2),
            ("queue/replicas", 2),
            ("sign_in/setup", 1),
            ("systems/races", 6),
            ("systems/shared/runs", 2),
            ("systems/shared/stored", 11),
        ],
    ),
    (
        "Times long ago, or times that a wrong clock has left",
        &[
            ("business_logs/retention", 9),
            ("log_ends", 1),
            ("logs/changes", 3),
            ("odata/upkeep", 1),
            ("processes/clocks", 1),
            ("queue/clocks", 5),
            ("queue/set_back", 2),
            ("work/lost", 2),
        ],
    ),
    (
        "Many rows, or rows with chosen times, which one statement makes fast",
        &[
            ("business_logs/list", 4),
            ("business_logs/mod", 1),
            ("business_logs/range", 3),
            ("logs/book", 1),
            ("logs/jumps", 1),
            ("odata/short_writes", 4),
            ("statements", 6),
            ("systems/orders", 2),
            ("systems/paging", 1),
        ],
    ),
    (
        "Columns that no builder sets",
        &[
            ("help/notes", 1),
            ("logs/live", 2),
            ("odata/faults", 1),
            ("odata/later", 1),
            ("odata/losses", 2),
            ("odata/pages", 2),
            ("odata/protocol", 1),
            ("pages/gallery", 1),
            ("pages/list", 2),
            ("pages/overview_rows", 5),
            ("pages/plan", 6),
            ("pages/run", 4),
            ("pages/system", 2),
            ("queue/depot", 1),
            ("queue/schedule", 1),
            ("sign_in/answers", 2),
            ("sign_in/ended", 1),
            ("sign_in/sessions", 6),
            ("systems/bulk", 6),
            ("systems/check", 5),
            ("systems/create", 1),
            ("systems/delete", 1),
            ("systems/export", 1),
            ("systems/family", 1),
            ("systems/list", 1),
            ("systems/secrets", 1),
            ("systems/shared/saved", 1),
            ("systems/synchronize", 2),
            ("systems/territory", 1),
            ("systems/together", 1),
            ("watch/clears", 1),
            ("watch/held", 1),
            ("watch/pages", 5),
            ("watch/pauses", 1),
            ("watch/silence", 1),
            ("work/checks", 1),
            ("work/ends", 1),
            ("work/script", 1),
            ("work/shares", 1),
            ("work/stops", 1),
        ],
    ),
];

/// Lines that change rows.
fn statements(source: &str) -> usize {
    let is_one = |line: &&str| {
        line.contains("INSERT INTO ")
            || line.contains("DELETE FROM ")
            || (line.contains("UPDATE ") && !["FOR UPDATE", "BEFORE UPDATE"].iter().any(|other| line.contains(other)))
    };
    source.lines().filter(is_one).count()
}

fn found(folder: &Path, root: &Path, into: &mut Vec<(String, usize)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found(&path, root, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let number = statements(&std::fs::read_to_string(&path).expect("UTF-8"));
            let name = path.strip_prefix(root).expect("below the root").with_extension("");
            into.push((name.display().to_string(), number));
        }
    }
}

/// Tests change rows through builders; statements that remain are counted, with a reason.
#[test]
fn rows_are_made_by_builders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut all = Vec::new();
    found(&root, &root, &mut all);
    let known =
        |name: &str| KNOWN.iter().flat_map(|(_, files)| *files).find(|(file, _)| *file == name).map_or(0, |one| one.1);
    let listed = KNOWN.iter().flat_map(|(_, files)| *files).map(|(file, _)| (*file).to_owned());
    let names: BTreeSet<String> = all.iter().map(|(name, _)| name.clone()).chain(listed).collect();
    let number = |name: &str| all.iter().find(|one| one.0 == name).map_or(0, |one| one.1);
    let wrong: Vec<_> = names
        .iter()
        .filter(|name| *name != "raw_statements" && number(name) != known(name))
        .map(|name| (name, number(name), known(name)))
        .collect();
    assert!(wrong.is_empty(), "found and listed differ: {wrong:#?}");
}
