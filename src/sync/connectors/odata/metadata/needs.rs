//! Which other documents are needed: those that have the types of sets, of their bases or of their properties. Most
//! references lead to vocabularies, which say nothing about records.

use std::collections::BTreeSet;

use super::Version;
use super::document::{Document, single};
use super::xml::MOST_TEXT;
use crate::net::secrets::cut;

/// A document that is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Needed {
    /// As it is in the document that names it; may be relative.
    pub(in super::super) address: String,
    namespaces: Vec<String>,
}

impl Document {
    /// The next documents to be read, at most one for each namespace.
    pub(in super::super) fn needed(&self) -> Vec<Needed> {
        let mut wanted: BTreeSet<&str> = self.names().filter_map(|name| Some(name.rsplit_once('.')?.0)).collect();
        let known = self.schemas.iter().map(|schema| schema.namespace.as_str());
        for namespace in known.chain(self.missing.keys().map(String::as_str)).chain(["Edm"]) {
            wanted.remove(namespace);
        }
        let mut needed = Vec::new();
        for one in &self.references {
            let includes = one.includes.iter().map(|(namespace, _)| namespace);
            let namespaces: Vec<String> =
                includes.filter(|namespace| wanted.remove(namespace.as_str())).cloned().collect();
            if !namespaces.is_empty() {
                needed.push(Needed { address: one.address.clone(), namespaces });
            }
        }
        needed
    }

    /// The full names of all types that are named.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.schemas.iter().flat_map(|schema| {
            let types = schema.types.iter().flat_map(|one| {
                let properties = one.properties.iter().map(|declared| single(&declared.type_name));
                one.base.as_deref().into_iter().chain(properties)
            });
            let sets = schema.sets.iter().map(|set| set.type_name.as_str());
            types.chain(sets).chain(schema.definitions.iter().map(|(_, kind)| kind.as_str()))
        })
    }

    /// Adds the types of a document that was needed. Its sets are those of another service.
    pub(in super::super) fn add(&mut self, needed: &Needed, other: Self) {
        if other.version != Some(Version::V4) && self.version == Some(Version::V4) {
            return self.lacks(needed, "it is of another version");
        }
        if self.text + other.text > MOST_TEXT {
            return self.lacks(needed, "the names in all documents have too many bytes in total");
        }
        self.text += other.text;
        let was_here: BTreeSet<String> = self.schemas.iter().map(|schema| schema.namespace.clone()).collect();
        for mut schema in other.schemas {
            if was_here.contains(&schema.namespace) {
                continue;
            }
            (schema.sets, schema.association_sets) = (Vec::new(), Vec::new());
            self.schemas.push(schema);
        }
        self.references.extend(other.references);
        self.elements += other.elements;
        self.lacks(needed, "it does not have the namespace");
    }

    /// Remembers why a document that was needed could not be used.
    pub(in super::super) fn lacks(&mut self, needed: &Needed, why: &str) {
        for namespace in &needed.namespaces {
            if !self.schemas.iter().any(|schema| schema.namespace == *namespace) {
                let address = cut(&needed.address, 200);
                self.missing.insert(namespace.clone(), format!("{address}: {why}"));
            }
        }
    }
}
