//! Looks for secrets in everything that Syncdesk keeps or shows.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::forms::{forms, with_a_user};
use crate::database::{Bare, TestDatabase};
use crate::visitor::Visitor;

/// This many characters of a secret, in any form, count as a leak.
const PART: usize = 8;

/// Where a visit begins.
const START: [&str; 3] = ["/systems", "/systems.csv", "/logs"];

/// Everything that must be nowhere.
#[derive(Default)]
pub struct Needles {
    /// By their length.
    parts: BTreeMap<usize, HashSet<Vec<u8>>>,
    wholes: BTreeSet<String>,
}

impl Needles {
    /// No part of a secret, in any form.
    pub fn add(&mut self, secret: &str) {
        for form in forms(secret) {
            let length = (form.len() * PART).div_ceil(secret.len()).max(PART + 4);
            self.parts.entry(length).or_default().extend(form.as_bytes().windows(length).map(<[u8]>::to_vec));
        }
        self.wholes.extend(with_a_user(secret));
        self.wholes.extend(forms(secret));
    }

    /// Something that must not be there as a whole.
    pub fn add_whole(&mut self, text: &str) {
        self.wholes.insert(text.to_owned());
    }

    /// Panics with what it has found.
    pub fn miss(&self, place: &str, text: &str) {
        let bytes = text.as_bytes();
        let part =
            self.parts.iter().find_map(|(length, parts)| bytes.windows(*length).position(|part| parts.contains(part)));
        let whole = self.wholes.iter().find_map(|whole| text.find(whole.as_str()));
        if let Some(at) = part.or(whole) {
            let around = at.saturating_sub(200)..(at + 100).min(bytes.len());
            panic!("{place} has a secret: {}", String::from_utf8_lossy(&bytes[around]));
        }
    }
}

/// Every table with all columns as text, but those that hold what was transferred.
pub fn tables(database: &TestDatabase) -> Vec<(String, String)> {
    let mut db = database.connect();
    let (names, row): (Vec<String>, fn(&str) -> String) = match &mut db {
        Bare::Sqlite(_) => {
            (db.texts("SELECT name AS value FROM sqlite_master WHERE type = 'table'"), |_table| String::new())
        }
        Bare::Postgres(_) => {
            (db.texts("SELECT CAST(tablename AS TEXT) AS value FROM pg_tables WHERE schemaname = 'public'"), |table| {
                format!("SELECT t::text AS value FROM \"{table}\" t")
            })
        }
    };
    assert!(names.len() > 15, "{names:?}");
    let kept = names.into_iter().filter(|name| name != "replica_records");
    kept.map(|name| {
        let query = if row("x").is_empty() {
            let columns = db.texts(&format!("SELECT name AS value FROM pragma_table_info('{name}')"));
            let texts: Vec<String> =
                columns.iter().map(|column| format!("coalesce(iif(typeof(\"{column}\") = 'blob', hex(\"{column}\"), CAST(\"{column}\" AS TEXT)), '')")).collect();
            format!("SELECT {} AS value FROM \"{name}\"", texts.join(" || ' ' || "))
        } else {
            row(&name)
        };
        let rows = db.texts(&query).join("\n");
        (name, rows)
    })
    .collect()
}

/// Every page that can be reached by links, exports included.
pub async fn pages(visitor: &Visitor) -> Vec<(String, String)> {
    let (mut seen, mut waiting) =
        (BTreeSet::from(START.map(ToOwned::to_owned)), VecDeque::from(START.map(ToOwned::to_owned)));
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let page = visitor.get(&path).await;
        for link in page.attributes("a", "href") {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            // The pages of help are the same for everybody.
            let is_new =
                link.starts_with('/') && !link.starts_with("/help") && seen.len() < 1_000 && !seen.contains(&link);
            if is_new {
                seen.insert(link.clone());
                waiting.push_back(link);
            }
        }
        pages.push((path, page.body));
    }
    pages
}
