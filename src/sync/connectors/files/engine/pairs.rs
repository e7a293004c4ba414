//! The children of a folder at both ends, side by side.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::iter::Peekable;
use std::vec::IntoIter;

use super::existence::{Children, Existence};

/// What both ends report for one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: Vec<u8>,
    pub(super) source: Existence,
    pub(super) destination: Existence,
    /// The name at the source that is already used for this one, where the destination cannot distinguish the two.
    pub(super) clash: Option<Vec<u8>>,
}

/// Both lists merged, in the order of their names, one pair at a time: a folder may have a million children.
pub(super) struct Pairs {
    source: Side,
    destination: Side,
    clashes: HashMap<Vec<u8>, Vec<u8>>,
}

/// The children at one end, and what it means that a name is not among them.
struct Side {
    children: Peekable<IntoIter<Existence>>,
    absent: Existence,
}

impl Side {
    fn of(children: Children) -> Self {
        let absent = if children.incomplete.is_some() { Existence::Unlisted } else { Existence::Missing };
        Self { children: children.seen.into_iter().peekable(), absent }
    }

    fn next_if(&mut self, wanted: bool) -> Existence {
        let next = if wanted { self.children.next() } else { None };
        next.unwrap_or_else(|| self.absent.clone())
    }
}

impl Pairs {
    pub(super) fn new(source: Children, mut destination: Children, case_sensitive: bool) -> Self {
        let clashes = if case_sensitive { HashMap::new() } else { fold_together(&source.seen, &mut destination) };
        Self { source: Side::of(source), destination: Side::of(destination), clashes }
    }
}

impl Iterator for Pairs {
    type Item = Pair;

    fn next(&mut self) -> Option<Pair> {
        let (one, other) = (self.source.children.peek(), self.destination.children.peek());
        let order = match (one, other) {
            (Some(one), Some(other)) => one.name().cmp(other.name()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let first = if order.is_le() { one } else { other };
        let name = first.map(|seen| seen.name().to_vec())?;
        let clash = if order.is_le() { self.clashes.get(&name).cloned() } else { None };
        let (source, destination) = (self.source.next_if(order.is_le()), self.destination.next_if(order.is_ge()));
        Some(Pair { name, source, destination, clash })
    }
}

/// Names that differ only in case are one at the destination: the first name of the source is used.
/// The destination's entry gets its name; the others are returned with it.
fn fold_together(source: &[Existence], destination: &mut Children) -> HashMap<Vec<u8>, Vec<u8>> {
    let mut first: HashMap<Vec<u8>, &[u8]> = HashMap::new();
    let mut clashes = HashMap::new();
    for seen in source {
        match first.get(&folded(seen.name())) {
            Some(name) => {
                clashes.insert(seen.name().to_vec(), name.to_vec());
            }
            None => {
                first.insert(folded(seen.name()), seen.name());
            }
        }
    }
    destination.rename(|name| first.get(&folded(name)).map(|name| name.to_vec()));
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
    use crate::sync::connectors::files::endpoint::{DirEntry, Facts, ItemType};
    use crate::sync::connectors::files::listing::Listing;
    use crate::sync::connectors::files::path::ItemPath;

    fn children(names: &[&str]) -> Children {
        let entry =
            |name: &&str| DirEntry { name: name.as_bytes().to_vec(), kind: ItemType::File, facts: Facts::default() };
        Children::of(Listing::of(names.iter().map(entry).collect()), &ItemPath::root())
    }

    fn shown(pairs: Pairs) -> Vec<String> {
        let show = |pair: Pair| {
            let side = |seen: &Existence, mark: &str| match seen {
                Existence::Exists(_) => mark.to_owned(),
                Existence::Unknown(_) | Existence::Unlisted => "?".to_owned(),
                Existence::Missing => String::new(),
            };
            let clash = pair.clash.map_or("", |_name| "!");
            let name = String::from_utf8(pair.name).unwrap();
            format!("{name}{}{}{clash}", side(&pair.source, "<"), side(&pair.destination, ">"))
        };
        pairs.map(show).collect()
    }

    fn merged(source: &[&str], destination: &[&str], case_sensitive: bool) -> Vec<String> {
        shown(Pairs::new(children(source), children(destination), case_sensitive))
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
        assert_eq!(merged(&["A"], &["A", "a"], false), ["A<>"], "equal entries are one");
    }

    #[test]
    fn what_an_incomplete_listing_does_not_have_is_unknown() {
        let cut = |names: &[&str]| Children { incomplete: Some("cut".to_owned()), ..children(names) };
        let pairs = Pairs::new(cut(&["a"]), children(&["a", "b"]), true);
        assert_eq!(shown(pairs), ["a<>", "b?>"]);
        let pairs = Pairs::new(children(&["a", "b"]), cut(&["a"]), true);
        assert_eq!(shown(pairs), ["a<>", "b<?"]);
    }
}
