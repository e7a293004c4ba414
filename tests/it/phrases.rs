//! Phrases that no native engineer writes, or that name a thing by another word than the glossary: neither sources and
//! documents nor pages contain them.

use std::path::{Path, PathBuf};

/// Literal phrases in lower case, found as whole words.
const PHRASES: &[&str] = &[
    "advice of the house",
    "anew",
    "be had",
    "by itself",
    "by themselves",
    "in its place",
    "in place of",
    "left out",
    "left-over",
    "left-overs",
    "look-up",
    "look-ups",
    "mass-deletion brake",
    "meanwhile",
    "of its own",
    "of their own",
    "one who",
    "put right",
    "set-up token",
    "so many",
    "stand for",
    "stands beside",
    "stands for",
    "stands in",
    "taken for",
    "takes for",
    "the house",
    "the other end",
    "the other side",
    "there any more",
    "those who",
    "time-out",
    "time-outs",
    "whoever",
];

/// The phrases in a text.
pub fn found(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let has = |phrase: &&str| {
        text.match_indices(*phrase).any(|(at, _)| {
            !is_word(text[..at].chars().next_back()) && !is_word(text[at + phrase.len()..].chars().next())
        })
    };
    PHRASES.iter().copied().filter(|phrase| has(phrase)).collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                files(&path, into);
            }
        } else if path
            .extension()
            .is_some_and(|kind| ["rs", "md", "css", "mjs", "sh", "sql", "toml"].iter().any(|one| kind == *one))
        {
            into.push(path);
        }
    }
}

#[test]
fn sources_and_documents_are_plain_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "Cargo.toml"]
        .map(|name| root.join(name))
        .into();
    for folder in ["src", "static", "templates-docs", "tests"] {
        files(&root.join(folder), &mut all);
    }
    let mut said = Vec::new();
    for path in all.iter().filter(|path| !path.ends_with("phrases.rs")) {
        let text = std::fs::read_to_string(path).expect("a text");
        for (line, text) in text.lines().enumerate() {
            let name = path.strip_prefix(root).expect("below the root").display();
            said.extend(found(text).into_iter().map(|phrase| format!("{name}:{}: “{phrase}”", line + 1)));
        }
    }
    assert!(all.len() > 500 && said.is_empty(), "{} files\n{}", all.len(), said.join("\n"));
}

#[test]
fn phrases_are_whole_words_in_any_case() {
    assert_eq!(found("Whoever reads this"), ["whoever"]);
    assert_eq!(found("typed anew."), ["anew"]);
    assert!(found("the household renewed it, and so many_things").is_empty());
}
