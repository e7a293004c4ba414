//! The children of a folder at both ends, side by side.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::iter::Peekable;
use std::vec::IntoIter;

use crate::sync::connectors::files::end::Entry;

/// What both ends have under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: Vec<u8>,
    pub(super) source: Option<Entry>,
    pub(super) destination: Option<Entry>,
    /// The name at the source that already stands for this one, where the destination cannot tell them apart.
    pub(super) clash: Option<Vec<u8>>,
}

/// Both lists merged, in the order of their names, one pair at a time: a folder may have a million children.
pub(super) struct Pairs {
    source: Peekable<IntoIter<Entry>>,
    destination: Peekable<IntoIter<Entry>>,
    clashes: HashMap<Vec<u8>, Vec<u8>>,
}

impl Pairs {
    pub(super) fn new(mut source: Vec<Entry>, mut destination: Vec<Entry>, case_sensitive: bool) -> Self {
        source.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let clashes = if case_sensitive { HashMap::new() } else { fold_together(&source, &mut destination) };
        destination.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self { source: source.into_iter().peekable(), destination: destination.into_iter().peekable(), clashes }
    }
}

impl Iterator for Pairs {
    type Item = Pair;

    fn next(&mut self) -> Option<Pair> {
        let order = match (self.source.peek(), self.destination.peek()) {
            (Some(one), Some(other)) => one.name.cmp(&other.name),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let source = if order.is_le() { self.source.next() } else { None };
        let destination = if order.is_ge() { self.destination.next() } else { None };
        let name = source.as_ref().or(destination.as_ref())?.name.clone();
        let clash = source.as_ref().and_then(|_entry| self.clashes.get(&name).cloned());
        Some(Pair { name, source, destination, clash })
    }
}

/// Names that differ only in case are one at the destination: the first of the source stands for all.
/// The destination's entry gets its name; the others are returned with it.
fn fold_together(source: &[Entry], destination: &mut [Entry]) -> HashMap<Vec<u8>, Vec<u8>> {
    let mut first: HashMap<Vec<u8>, &[u8]> = HashMap::new();
    let mut clashes = HashMap::new();
    for entry in source {
        match first.get(&folded(&entry.name)) {
            Some(name) => {
                clashes.insert(entry.name.clone(), name.to_vec());
            }
            None => {
                first.insert(folded(&entry.name), &entry.name);
            }
        }
    }
    for entry in destination {
        if let Some(name) = first.get(&folded(&entry.name)) {
            entry.name = name.to_vec();
        }
    }
    clashes
}

fn folded(name: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => name.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::connectors::files::end::{Facts, Kind};

    fn entries(names: &[&str]) -> Vec<Entry> {
        let entry = |name: &&str| Entry { name: name.as_bytes().to_vec(), kind: Kind::File, facts: Facts::default() };
        names.iter().map(entry).collect()
    }

    fn merged(source: &[&str], destination: &[&str], case_sensitive: bool) -> Vec<String> {
        let show = |pair: Pair| {
            let side = |entry: Option<Entry>, mark: &str| entry.map_or(String::new(), |_entry| mark.to_owned());
            let clash = pair.clash.map_or(String::new(), |_name| "!".to_owned());
            let name = String::from_utf8(pair.name).unwrap();
            format!("{name}{}{}{clash}", side(pair.source, "<"), side(pair.destination, ">"))
        };
        Pairs::new(entries(source), entries(destination), case_sensitive).map(show).collect()
    }

    #[test]
    fn side_by_side_in_order() {
        assert_eq!(merged(&["c", "a"], &["b", "c"], true), ["a<", "b>", "c<>"]);
        assert_eq!(merged(&["A", "a"], &["a"], true), ["A<", "a<>"]);
    }

    #[test]
    fn one_name_where_case_does_not_count() {
        assert_eq!(merged(&["A", "a", "b"], &["a"], false), ["A<>", "a<!", "b<"]);
        assert_eq!(merged(&["Ä"], &["ä", "x"], false), ["x>", "Ä<>"]);
    }
}
