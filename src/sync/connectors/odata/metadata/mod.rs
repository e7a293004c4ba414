//! What a service says it holds: `$metadata`, as far as it matters for reading and validating.

mod document;
mod resolve;
mod xml;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    V2,
    V4,
}

/// The entity sets of a service, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Model {
    pub(super) version: Version,
    pub(super) sets: BTreeMap<String, EntitySet>,
}

/// An entity set, with the type of its records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntitySet {
    /// Names of the key's properties, in order.
    pub(super) key: Vec<String>,
    /// Whether records may have properties that are not here.
    pub(super) open: bool,
    pub(super) properties: BTreeMap<String, Property>,
    /// Their names in the order of the document: what matters most tends to stand first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) order: Vec<String>,
    /// Names of all navigations.
    pub(super) navigations: Vec<String>,
    pub(super) references: Vec<Reference>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Property {
    pub(super) kind: Kind,
    pub(super) collection: bool,
    pub(super) nullable: bool,
    /// In characters, or bytes.
    pub(super) max_length: Option<u32>,
    pub(super) precision: Option<u32>,
    pub(super) scale: Option<u32>,
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
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
    /// Comes by an address of its own.
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

impl EntitySet {
    /// All that records and what is kept of a set depend on: some services list the same properties in another order.
    pub(super) fn structure(&self) -> Self {
        Self { order: Vec::new(), ..self.clone() }
    }
}

impl Model {
    /// Reads a document of either version.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(document: &[u8]) -> Result<Self, String> {
        resolve::resolve(&xml::read(document)?)
    }
}

#[cfg(test)]
mod tests;
