//! What an end reports about one folder: for each name that it *exists*, or that this is *unknown*. A name
//! that appears nowhere in a complete listing does not exist.
//!
//! An end never drops anything silently. The engine deletes only what a complete listing of the source
//! lacks, so whatever an end cannot describe must appear here.

use super::item::{DirEntry, ItemError};

/// The children of a folder, in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Children that exist. If a name appears twice, the engine compares both entries; entries that differ
    /// make the name unknown.
    pub entries: Vec<DirEntry>,
    /// Names that may or may not exist.
    pub unknown: Vec<Unknown>,
    /// Things that exist and can never be items.
    pub unusable: Vec<Unusable>,
    /// Why children may be missing whose names are not known, in words; `None` if the listing is complete.
    pub incomplete: Option<String>,
}

/// A child that the end could not describe, such as a file with the status 423 in an answer 207.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// A name that [`super::path::is_name`] accepts.
    pub name: Vec<u8>,
    pub trouble: ItemError,
    /// What the service or the operating system said.
    pub words: String,
}

/// A child that exists and can never be an item, because no path leads to it, or because another child
/// hides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// How messages show it: bytes below the root of the end, not necessarily a path.
    pub shown: Vec<u8>,
    /// Why it cannot be an item.
    pub words: String,
}

impl Listing {
    /// A complete listing.
    #[must_use]
    pub fn of(entries: Vec<DirEntry>) -> Self {
        Self { entries, ..Self::default() }
    }

    /// Notes that children are missing whose names are not known. The first reason is kept.
    pub fn miss(&mut self, words: impl Into<String>) {
        self.incomplete.get_or_insert_with(|| words.into());
    }

    /// Whether nothing is in the folder, beyond doubt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.unknown.is_empty() && self.unusable.is_empty() && self.incomplete.is_none()
    }
}
