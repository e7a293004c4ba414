//! What one end reports for one name, and a listing in order, each name once.

use crate::sync::connectors::files::endpoint::{DirEntry, ItemError, ItemType};
use crate::sync::connectors::files::listing::{Listing, Unknown, Unusable};
use crate::sync::connectors::files::names::is_temporary;
use crate::sync::connectors::files::path::{ItemPath, is_name};

/// What an end reports for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Existence {
    Exists(DirEntry),
    /// The listing is complete and does not have it.
    Missing,
    /// The end could not describe it.
    Unknown(Unknown),
    /// The listing is incomplete and does not have it. The folder's Warning says so.
    Unlisted,
}

/// The children of a folder at one end.
#[derive(Debug, Default)]
pub(super) struct Children {
    /// [`Existence::Exists`] and [`Existence::Unknown`], sorted by name, each name once.
    pub(super) seen: Vec<Existence>,
    pub(super) unusable: Vec<Unusable>,
    pub(super) incomplete: Option<String>,
}

impl Existence {
    /// The name; empty where the variant has none.
    pub(super) fn name(&self) -> &[u8] {
        match self {
            Self::Exists(entry) => &entry.name,
            Self::Unknown(unknown) => &unknown.name,
            Self::Missing | Self::Unlisted => &[],
        }
    }

    pub(super) const fn entry(&self) -> Option<&DirEntry> {
        match self {
            Self::Exists(entry) => Some(entry),
            Self::Missing | Self::Unknown(_) | Self::Unlisted => None,
        }
    }

    /// Whether the end knows that nothing has this name.
    pub(super) const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether the end does not know if something has this name.
    pub(super) const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Unlisted)
    }

    /// Whether it is a temporary file of some run, or may be one.
    pub(super) fn is_leftover(&self) -> bool {
        match self {
            Self::Exists(entry) => entry.kind == ItemType::LeftOver,
            Self::Unknown(unknown) => is_temporary(&unknown.name),
            Self::Missing | Self::Unlisted => false,
        }
    }
}

impl Children {
    /// From what an end lists in `folder`.
    pub(super) fn of(listing: Listing, folder: &ItemPath) -> Self {
        let Listing { entries, unknown, mut unusable, incomplete } = listing;
        let mut seen = Vec::with_capacity(entries.len() + unknown.len());
        let all = entries.into_iter().map(Existence::Exists).chain(unknown.into_iter().map(Existence::Unknown));
        for one in all {
            if is_name(one.name()) {
                seen.push(one);
            } else {
                let words = "this name cannot be used in a path".to_owned();
                unusable.push(Unusable { shown: folder.join(one.name()).as_bytes().to_vec(), words });
            }
        }
        let mut children = Self { seen, unusable, incomplete };
        children.arrange();
        children
    }

    /// Gives some of the children another name.
    pub(super) fn rename(&mut self, new_name: impl Fn(&[u8]) -> Option<Vec<u8>>) {
        for seen in &mut self.seen {
            match (new_name(seen.name()), seen) {
                (Some(name), Existence::Exists(entry)) => entry.name = name,
                (Some(name), Existence::Unknown(unknown)) => unknown.name = name,
                (_, _) => {}
            }
        }
        self.arrange();
    }

    /// Sorts by name. Of a name that was listed twice, with different contents, nobody knows what it is.
    fn arrange(&mut self) {
        self.seen.sort_by(|one, other| one.name().cmp(other.name()));
        self.seen.dedup_by(|second, first| {
            if second.name() != first.name() {
                return false;
            }
            if second != first && matches!(first, Existence::Exists(_)) {
                *first = match std::mem::replace(second, Existence::Missing) {
                    Existence::Exists(DirEntry { name, .. }) => {
                        let words = "the listing has this name twice, with different properties".to_owned();
                        Existence::Unknown(Unknown { name, trouble: ItemError::Other, words })
                    }
                    unknown => unknown,
                };
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::connectors::files::endpoint::Facts;

    fn entry(name: &[u8], size: u64) -> DirEntry {
        DirEntry { name: name.to_vec(), kind: ItemType::File, facts: Facts { size: Some(size), ..Facts::default() } }
    }

    fn unknown(name: &str) -> Unknown {
        Unknown { name: name.into(), trouble: ItemError::Denied, words: "403".to_owned() }
    }

    fn shown(children: &Children) -> Vec<String> {
        let show = |seen: &Existence| {
            let mark = if seen.is_unknown() { "?" } else { "" };
            format!("{}{mark}", String::from_utf8_lossy(seen.name()))
        };
        children.seen.iter().map(show).collect()
    }

    #[test]
    fn each_name_once_in_order() {
        let entries = vec![entry(b"c", 1), entry(b"a", 1), entry(b"b", 1), entry(b"a", 1), entry(b"b", 2)];
        let listing = Listing { entries, unknown: vec![unknown("c"), unknown("d")], ..Listing::default() };
        let children = Children::of(listing, &ItemPath::root());
        assert_eq!(shown(&children), ["a", "b?", "c?", "d?"], "equal entries are one, others are unknown");
        let three = Listing::of(vec![entry(b"a", 1), entry(b"a", 2), entry(b"a", 1)]);
        assert_eq!(shown(&Children::of(three, &ItemPath::root())), ["a?"]);
    }

    #[test]
    fn a_name_without_a_path_is_unusable() {
        let children = Children::of(Listing::of(vec![entry(b"x/y", 1), entry(b"..", 1)]), &ItemPath::root().join(b"f"));
        assert!(children.seen.is_empty());
        assert_eq!(
            children.unusable.iter().map(|one| one.shown.as_slice()).collect::<Vec<_>>(),
            [b"f/x/y", b"f/..".as_slice()]
        );
    }
}
