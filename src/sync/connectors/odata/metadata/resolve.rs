//! From the document to entity sets: names are resolved, base types merged.

use std::collections::{BTreeMap, HashMap};

use super::document::{Association, Declared, Document, Set, Type};
use super::{EntitySet, Kind, Model, Property, Reference};

/// Base types are at most so many.
const MOST_BASES: usize = 32;

/// Sets are at most so many, and the properties and navigations of one, and of all together: each set has its own,
/// so that a short document could fill the memory.
const MOST_SETS: usize = 5_000;
const MOST_OF_SET: usize = 2_000;
const MOST_OF_ALL: usize = 200_000;

/// Names are at most so long, as OData has it. Each set has those of its type, and pages show them in every row.
const LONGEST_NAME: usize = 128;

/// Everything by its full name.
struct Names<'a> {
    /// Alias to namespace.
    aliases: HashMap<&'a str, &'a str>,
    types: HashMap<String, &'a Type>,
    own: HashMap<String, Own<'a>>,
    associations: HashMap<String, &'a Association>,
}

/// A type of the document's own that is no entity.
#[derive(Clone, Copy)]
enum Own<'a> {
    Is(Kind),
    StandsFor(&'a str),
}

pub(super) fn resolve(document: &Document) -> Result<Model, String> {
    let version = document.version.ok_or("it is no document of OData")?;
    let mut names =
        Names { aliases: HashMap::new(), types: HashMap::new(), own: HashMap::new(), associations: HashMap::new() };
    for schema in &document.schemas {
        let full = |name: &String| format!("{}.{name}", schema.namespace);
        if let Some(alias) = &schema.alias {
            names.aliases.insert(alias, &schema.namespace);
        }
        for one in &schema.types {
            names.types.insert(full(&one.name), one);
        }
        names.own.extend(schema.definitions.iter().map(|(name, kind)| (full(name), Own::StandsFor(kind))));
        names.own.extend(schema.enumerations.iter().map(|name| (full(name), Own::Is(Kind::Enumeration))));
        names.own.extend(schema.complex.iter().map(|name| (full(name), Own::Is(Kind::Complex))));
        names.associations.extend(schema.associations.iter().map(|one| (full(&one.name), one)));
    }
    let mut sets = BTreeMap::new();
    let mut all = 0;
    for set in document.schemas.iter().flat_map(|schema| &schema.sets) {
        let resolved = names.entity_set(set)?;
        all += resolved.properties.len() + resolved.navigations.len();
        sets.insert(set.name.clone(), resolved);
        if sets.len() > MOST_SETS || all > MOST_OF_ALL {
            return Err(format!(
                "it has more than {MOST_SETS} entity sets, or {MOST_OF_ALL} properties in all of them"
            ));
        }
    }
    let by_associations = names.by_associations(document);
    for set in document.schemas.iter().flat_map(|schema| &schema.sets) {
        let links = by_associations.get(set.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let references = names.references(set, links, &sets)?;
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
        if !is_name(&set.name) {
            return Err(format!("no entity set can have the name “{}”", set.name));
        }
        let types = self.with_bases(&set.type_name)?;
        let size = |one: &&Type| one.properties.len().max(one.navigations.len()).max(one.key.len());
        if types.iter().map(size).sum::<usize>() > MOST_OF_SET {
            return Err(format!("the type of “{}” has more than {MOST_OF_SET} properties", set.name));
        }
        let names = |one: &&'a Type| {
            let navigations = one.navigations.iter().map(|navigation| &navigation.name);
            one.properties.iter().map(|declared| &declared.name).chain(navigations).chain(&one.key)
        };
        if types.iter().flat_map(names).any(|name| !is_short(name)) {
            return Err(format!(
                "no property of “{}” can have a name of more than {LONGEST_NAME} characters",
                set.name
            ));
        }
        for one in types {
            resolved.open |= one.open;
            resolved.key.extend(one.key.iter().cloned());
            resolved.navigations.extend(one.navigations.iter().map(|navigation| navigation.name.clone()));
            for declared in &one.properties {
                if resolved.properties.insert(declared.name.clone(), self.property(declared)).is_none() {
                    resolved.order.push(declared.name.clone());
                }
            }
        }
        if resolved.key.is_empty() {
            return Err(format!("the entity set “{}” has no key", set.name));
        }
        if let Some(lacking) = resolved.key.iter().find(|name| !resolved.properties.contains_key(*name)) {
            return Err(format!("the key of “{}” has no property “{lacking}”", set.name));
        }
        if let Some(odd) = resolved.key.iter().find(|name| !is_name(name)) {
            return Err(format!("no property can have the name “{odd}”"));
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
        match self.own.get(full) {
            Some(Own::Is(kind)) => *kind,
            Some(Own::StandsFor(name)) if depth < MOST_BASES => self.kind(name, depth + 1),
            Some(Own::StandsFor(_)) | None => Kind::Other,
        }
    }

    /// What leads from the records of a set to the key of another.
    fn references(
        &self,
        set: &'a Set,
        by_associations: &[Link<'a>],
        sets: &BTreeMap<String, EntitySet>,
    ) -> Result<Vec<Reference>, String> {
        let bindings: HashMap<&str, &str> =
            set.bindings.iter().rev().map(|(path, target)| (path.as_str(), target.as_str())).collect();
        let types = self.with_bases(&set.type_name)?;
        let navigations = types.into_iter().flat_map(|one| &one.navigations);
        let by_bindings = navigations.filter_map(|navigation| {
            let target = *bindings.get(navigation.name.as_str())?;
            let pairs = navigation.constraints.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str()));
            Some(Link { name: &navigation.name, target, pairs: pairs.take(MOST_OF_SET).collect() })
        });
        let mut references = Vec::new();
        for Link { name, target, pairs } in by_associations.iter().cloned().chain(by_bindings) {
            let Some(key) = sets.get(target).map(|target| &target.key) else { continue };
            // Only what names the whole key leads to one record.
            if pairs.is_empty() || pairs.len() != key.len() {
                continue;
            }
            if !is_short(name) || !pairs.iter().all(|(ours, _)| is_short(ours)) {
                continue;
            }
            let ours =
                |theirs: &String| pairs.iter().find(|(_, other)| other == theirs).map(|(ours, _)| (*ours).to_owned());
            if let Some(properties) = key.iter().map(ours).collect::<Option<Vec<_>>>() {
                references.push(Reference { name: name.to_owned(), target: target.to_owned(), properties });
            }
        }
        Ok(references)
    }

    /// V2: associations say it, whichever end the navigation is at. By the set that refers.
    fn by_associations(&self, document: &'a Document) -> HashMap<&'a str, Vec<Link<'a>>> {
        let mut links: HashMap<&str, Vec<Link<'_>>> = HashMap::new();
        for connection in document.schemas.iter().flat_map(|schema| &schema.association_sets) {
            let Some(one) = self.associations.get(&self.full(&connection.association)) else { continue };
            let end = |role: &str| connection.ends.iter().find(|(other, _)| other == role).map(|(_, set)| set.as_str());
            let (Some(from), Some(target)) = (end(&one.dependent.0), end(&one.principal.0)) else { continue };
            let pairs = one.dependent.1.iter().map(String::as_str).zip(one.principal.1.iter().map(String::as_str));
            let link = Link { name: &one.name, target, pairs: pairs.take(MOST_OF_SET).collect() };
            links.entry(from).or_default().push(link);
        }
        links
    }
}

/// What leads from one set to another, by pairs of properties, ours first.
#[derive(Clone)]
struct Link<'a> {
    name: &'a str,
    target: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

fn is_short(name: &str) -> bool {
    // No character has more bytes than four.
    name.len() <= LONGEST_NAME * 4 && name.chars().count() <= LONGEST_NAME
}

/// Whether it can stand in an address, as names of sets and of keys do. Some services have dots in them.
fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(fits)
}
