//! What a service says it holds: `$metadata`, as far as it matters for reading and validating.

mod document;
mod encoding;
mod links;
mod names;
mod needs;
mod resolve;
mod shared;
mod xml;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(super) use document::Document;
pub(super) use needs::Needed;

/// The version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    V2,
    V4,
}

impl fmt::Display for Version {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::V2 => "2",
            Self::V4 => "4",
        })
    }
}

/// The entity sets of a service, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Model {
    pub(super) version: Version,
    #[serde(with = "shared")]
    pub(super) sets: BTreeMap<String, Arc<EntitySet>>,
    /// The sets that cannot be read, each with the reason in words.
    #[serde(skip)]
    pub(super) unusable: BTreeMap<String, String>,
}

/// An entity set, with the type of its records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntitySet {
    /// The key's properties, in order: names, or paths such as `Address/Zip`.
    pub(super) key: Vec<String>,
    /// What parts of the key are called in addresses where that is not their name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) aliases: BTreeMap<String, String>,
    /// Whether records may have properties that are not here.
    pub(super) open: bool,
    pub(super) properties: BTreeMap<String, Property>,
    /// Their names and those of derived types, in the order of the document: what matters most tends to be first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) order: Vec<String>,
    /// Names of all navigations.
    pub(super) navigations: Vec<String>,
    pub(super) references: Vec<Reference>,
    /// The types that are derived from that of the set, by their full names: its records may be of any of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) derived: BTreeMap<String, Derived>,
}

/// What records of a derived type have besides what all records of the set have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Derived {
    pub(super) open: bool,
    pub(super) properties: BTreeMap<String, Property>,
    pub(super) navigations: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Property {
    pub(super) kind: EdmType,
    pub(super) collection: bool,
    pub(super) nullable: bool,
    /// In characters, or bytes.
    pub(super) max_length: Option<u32>,
    pub(super) precision: Option<u32>,
    pub(super) scale: Option<u32>,
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum EdmType {
    Text,
    Boolean,
    /// Within these bounds.
    Integer(i64, i64),
    Decimal,
    Float,
    Guid,
    /// Of V2: without a zone.
    DateTime,
    DateTimeOffset,
    Date,
    TimeOfDay,
    /// A time of V2, or a duration of V4.
    Duration,
    Binary,
    Enumeration,
    Complex,
    /// Has its own URL.
    Stream,
    /// Whatever it is: it is taken over as it comes.
    Other,
}

/// What leads to one record of another set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reference {
    /// Of the navigation, or in V2 of the association.
    pub(super) name: String,
    /// The set it leads to.
    pub(super) target: String,
    /// For each property of the target's key, in its order, ours.
    pub(super) properties: Vec<String>,
}

/// Why a document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is of a version that is not read.
    Version(String),
    /// In words.
    Words(String),
}

impl From<String> for Unfit {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

/// About how many bytes a set and a property take in memory besides their names: `it::processes::hostile`.
const SET: usize = 500;
const PROPERTY: usize = 600;

/// How often each name is in memory.
const COPIES: usize = 3;

impl EntitySet {
    /// About how many bytes of memory it takes.
    fn bytes(&self) -> usize {
        let derived = self.derived.values();
        let properties = derived.clone().flat_map(|one| one.properties.keys()).chain(self.properties.keys());
        let navigations = derived.flat_map(|one| &one.navigations).chain(&self.navigations);
        SET + properties.chain(navigations).map(|name| PROPERTY + COPIES * name.len()).sum::<usize>()
    }

    /// All that records and what is kept of a set depend on: some services list the same properties in another order.
    pub(super) fn structure(&self) -> Self {
        Self { order: Vec::new(), ..self.clone() }
    }
}

impl Document {
    /// Reads a document of either version. `elements` limits how many elements it may have.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(bytes: &[u8], elements: usize) -> Result<Self, Unfit> {
        xml::read(&encoding::utf_8(bytes)?, elements)
    }

    /// Resolves the sets of the service and their types. The result takes at most `bytes` of memory: sets that do not fit
    /// are marked as unusable, and those that are `wanted` come first.
    ///
    /// # Errors
    /// What is wrong with all of it, in words.
    pub(super) fn resolve(&self, bytes: usize, wanted: impl Fn(&str) -> bool) -> Result<Model, String> {
        resolve::resolve(self, bytes, wanted)
    }
}

impl Model {
    /// Whether the service has this set, usable or not.
    pub(super) fn has(&self, set: &str) -> bool {
        self.sets.contains_key(set) || self.unusable.contains_key(set)
    }

    /// About how many bytes of memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let unusable = self.unusable.iter().map(|(name, why)| name.len() + why.len() + SET);
        self.sets.values().map(|set| set.bytes()).chain(unusable).sum()
    }

    /// The names of all sets, usable or not.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().chain(self.unusable.keys()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
