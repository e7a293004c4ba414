//! From the document to entity sets: names are resolved, base types merged.

use std::collections::{BTreeMap, HashMap};

use super::document::{AssociationSet, Declared, Document, Navigation, Set, Type};
use super::{EntitySet, Kind, Model, Property, Reference};

/// Base types are at most so many.
const MOST_BASES: usize = 32;

/// Everything by its full name.
struct Names<'a> {
    document: &'a Document,
    /// Alias to namespace.
    aliases: HashMap<&'a str, &'a str>,
    types: HashMap<String, &'a Type>,
}

pub(super) fn resolve(document: &Document) -> Result<Model, String> {
    let version = document.version.ok_or("it is no document of OData")?;
    let mut names = Names { document, aliases: HashMap::new(), types: HashMap::new() };
    for schema in &document.schemas {
        if let Some(alias) = &schema.alias {
            names.aliases.insert(alias, &schema.namespace);
        }
        for one in &schema.types {
            names.types.insert(format!("{}.{}", schema.namespace, one.name), one);
        }
    }
    let mut sets = BTreeMap::new();
    for set in document.schemas.iter().flat_map(|schema| &schema.sets) {
        sets.insert(set.name.clone(), names.entity_set(set)?);
    }
    for set in document.schemas.iter().flat_map(|schema| &schema.sets) {
        let references = names.references(set, &sets)?;
        if let Some(resolved) = sets.get_mut(&set.name) {
            resolved.references = references;
        }
    }
    Ok(Model { version, sets })
}

impl<'a> Names<'a> {
    /// With the namespace in place of its alias.
    fn full(&self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((prefix, last)) => format!("{}.{last}", self.aliases.get(prefix).unwrap_or(&prefix)),
            None => name.to_owned(),
        }
    }

    /// The type with all it is based on, the base first.
    fn with_bases(&self, name: &str) -> Result<Vec<&'a Type>, String> {
        let mut chain = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next.take() {
            let one = *self.types.get(&self.full(&name)).ok_or_else(|| format!("there is no type “{name}”"))?;
            if chain.len() >= MOST_BASES {
                return Err(format!("the type “{name}” has too many base types"));
            }
            chain.push(one);
            next.clone_from(&one.base);
        }
        chain.reverse();
        Ok(chain)
    }

    fn entity_set(&self, set: &Set) -> Result<EntitySet, String> {
        let mut resolved = EntitySet::default();
        for one in self.with_bases(&set.type_name)? {
            resolved.open |= one.open;
            resolved.key.extend(one.key.iter().cloned());
            resolved.navigations.extend(one.navigations.iter().map(|navigation| navigation.name.clone()));
            for declared in &one.properties {
                resolved.properties.insert(declared.name.clone(), self.property(declared));
            }
        }
        if resolved.key.is_empty() {
            return Err(format!("the entity set “{}” has no key", set.name));
        }
        if let Some(lacking) = resolved.key.iter().find(|name| !resolved.properties.contains_key(*name)) {
            return Err(format!("the key of “{}” has no property “{lacking}”", set.name));
        }
        Ok(resolved)
    }

    fn property(&self, declared: &Declared) -> Property {
        let inner = declared.type_name.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        Property {
            kind: self.kind(inner.unwrap_or(&declared.type_name), 0),
            collection: inner.is_some(),
            nullable: declared.nullable,
            max_length: declared.max_length,
            precision: declared.precision,
            scale: declared.scale,
        }
    }

    fn kind(&self, name: &str, depth: usize) -> Kind {
        match name {
            "Edm.String" => Kind::Text,
            "Edm.Boolean" => Kind::Boolean,
            "Edm.Byte" => Kind::Integer(0, u8::MAX.into()),
            "Edm.SByte" => Kind::Integer(i8::MIN.into(), i8::MAX.into()),
            "Edm.Int16" => Kind::Integer(i16::MIN.into(), i16::MAX.into()),
            "Edm.Int32" => Kind::Integer(i32::MIN.into(), i32::MAX.into()),
            "Edm.Int64" => Kind::Integer(i64::MIN, i64::MAX),
            "Edm.Decimal" => Kind::Decimal,
            "Edm.Double" | "Edm.Single" => Kind::Float,
            "Edm.Guid" => Kind::Guid,
            "Edm.DateTime" => Kind::DateTime,
            "Edm.DateTimeOffset" => Kind::DateTimeOffset,
            "Edm.Date" => Kind::Date,
            "Edm.TimeOfDay" => Kind::TimeOfDay,
            "Edm.Time" | "Edm.Duration" => Kind::Duration,
            "Edm.Binary" => Kind::Binary,
            "Edm.Stream" => Kind::Stream,
            _ => self.own_kind(&self.full(name), depth),
        }
    }

    /// Of a type that the document defines.
    fn own_kind(&self, full: &str, depth: usize) -> Kind {
        let Some((namespace, last)) = full.rsplit_once('.') else { return Kind::Other };
        let is = |name: &String| name == last;
        for schema in self.document.schemas.iter().filter(|schema| schema.namespace == namespace) {
            if schema.complex.iter().any(is) {
                return Kind::Complex;
            }
            if schema.enumerations.iter().any(is) {
                return Kind::Enumeration;
            }
            if let Some((_, stands_for)) = schema.definitions.iter().find(|(name, _)| name == last)
                && depth < MOST_BASES
            {
                return self.kind(stands_for, depth + 1);
            }
        }
        Kind::Other
    }

    /// What leads from the records of a set to the key of another.
    fn references(&self, set: &Set, sets: &BTreeMap<String, EntitySet>) -> Result<Vec<Reference>, String> {
        let mut found = self.by_associations(set);
        for navigation in self.with_bases(&set.type_name)?.into_iter().flat_map(|one| &one.navigations) {
            found.extend(by_binding(set, navigation));
        }
        let mut references = Vec::new();
        for Link { name, target, pairs } in found {
            let Some(key) = sets.get(&target).map(|target| &target.key) else { continue };
            let ours = |theirs: &String| pairs.iter().find(|(_, other)| other == theirs).map(|(ours, _)| ours.clone());
            // Only what names the whole key leads to one record.
            if let Some(properties) = key.iter().map(ours).collect::<Option<Vec<_>>>()
                && pairs.len() == key.len()
            {
                references.push(Reference { name, target, properties });
            }
        }
        Ok(references)
    }

    /// V2: associations say it, whichever end the navigation is at.
    fn by_associations(&self, set: &Set) -> Vec<Link> {
        let connections = self.document.schemas.iter().flat_map(|schema| &schema.association_sets);
        let lead = |connection: &AssociationSet| {
            let full = self.full(&connection.association);
            let (namespace, last) = full.rsplit_once('.')?;
            let mut schemas = self.document.schemas.iter().filter(|schema| schema.namespace == namespace);
            let one = schemas.find_map(|schema| schema.associations.iter().find(|one| one.name == last))?;
            let end = |role: &str| connection.ends.iter().find(|(other, _)| other == role).map(|(_, set)| set);
            if end(&one.dependent.0) != Some(&set.name) {
                return None;
            }
            let pairs = one.dependent.1.iter().cloned().zip(one.principal.1.iter().cloned()).collect();
            Some(Link { name: one.name.clone(), target: end(&one.principal.0)?.clone(), pairs })
        };
        connections.filter_map(lead).collect()
    }
}

/// What leads from one set to another, by pairs of properties, ours first.
struct Link {
    name: String,
    target: String,
    pairs: Vec<(String, String)>,
}

/// V4: navigations say it.
fn by_binding(set: &Set, navigation: &Navigation) -> Option<Link> {
    let (_, target) = set.bindings.iter().find(|(path, _)| *path == navigation.name)?;
    let (name, target, pairs) = (navigation.name.clone(), target.clone(), navigation.constraints.clone());
    (!pairs.is_empty()).then_some(Link { name, target, pairs })
}
