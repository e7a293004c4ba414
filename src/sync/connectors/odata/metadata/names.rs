//! Types by their full names, with what they are based on.

use std::collections::{BTreeMap, HashMap};

use super::document::{Association, Declared, Document, Navigation, Type, single};
use super::{Derived, EdmType, Property};

/// Maximum number of base types above each other.
pub(super) const MOST_BASES: usize = 32;

/// Everything by its full name.
pub(super) struct Names<'a> {
    document: &'a Document,
    types: HashMap<String, &'a Type>,
    own: HashMap<String, Own<'a>>,
    /// The types whose base is this.
    derived: HashMap<&'a str, Vec<String>>,
    associations: HashMap<String, &'a Association>,
}

/// A type of the document's own that is no entity.
#[derive(Clone, Copy)]
enum Own<'a> {
    Is(EdmType),
    StandsFor(&'a str),
}

impl<'a> Names<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let (types, own, associations) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut names = Self { document, types, own, derived: HashMap::new(), associations };
        for schema in &document.schemas {
            let full = |name: &String| format!("{}.{name}", schema.namespace);
            for one in &schema.types {
                names.types.insert(full(&one.name), one);
                if let Some(base) = &one.base {
                    names.derived.entry(base).or_default().push(full(&one.name));
                }
                if one.complex {
                    names.own.insert(full(&one.name), Own::Is(EdmType::Complex));
                }
            }
            names.own.extend(schema.definitions.iter().map(|(name, kind)| (full(name), Own::StandsFor(kind))));
            names.own.extend(schema.enumerations.iter().map(|name| (full(name), Own::Is(EdmType::Enumeration))));
            names.associations.extend(schema.associations.iter().map(|one| (full(&one.name), one)));
        }
        names
    }

    pub(super) fn association(&self, name: &str) -> Option<&'a Association> {
        self.associations.get(name).copied()
    }

    /// All associations, by full names.
    pub(super) fn associations(&self) -> impl Iterator<Item = (&str, &'a Association)> {
        self.associations.iter().map(|(name, one)| (name.as_str(), *one))
    }

    /// The type with all it is based on, the base first.
    pub(super) fn with_bases(&self, name: &str) -> Result<Vec<&'a Type>, String> {
        let mut chain = Vec::new();
        let mut next = Some(name);
        while let Some(name) = next.take() {
            let one = *self.types.get(name).ok_or_else(|| self.unknown(name))?;
            if chain.len() >= MOST_BASES {
                return Err(format!("the type “{name}” has too many base types"));
            }
            chain.push(one);
            next = one.base.as_deref();
        }
        chain.reverse();
        Ok(chain)
    }

    fn unknown(&self, name: &str) -> String {
        let namespace = name.rsplit_once('.').map_or("", |(namespace, _)| namespace);
        match self.document.missing.get(namespace) {
            Some(why) => format!("its type “{name}” is in a document that could not be used: {why}"),
            None => format!("there is no type “{name}”"),
        }
    }

    /// The types that are derived from this one, each with what it has besides it; in any depth, at most `most`.
    pub(super) fn derived(&self, name: &str, most: usize) -> Result<BTreeMap<String, Derived>, String> {
        let mut found: BTreeMap<String, Derived> = BTreeMap::new();
        let mut left: Vec<(&str, Derived)> = vec![(name, Derived::default())];
        let mut size = 0;
        while let Some((base, above)) = left.pop() {
            for full in self.derived.get(base).into_iter().flatten() {
                let Some(one) = self.types.get(full.as_str()).filter(|_| !found.contains_key(full)) else { continue };
                let mut derived = above.clone();
                derived.open |= one.open;
                derived.navigations.extend(one.navigations.iter().map(|navigation| navigation.name.clone()));
                let declared = one.properties.iter().map(|declared| (declared.name.clone(), self.property(declared)));
                derived.properties.extend(declared);
                size += 1 + derived.properties.len() + derived.navigations.len();
                if size > most {
                    return Err(format!("the types derived from “{name}” have more than {most} properties"));
                }
                found.insert(full.clone(), derived.clone());
                left.push((full, derived));
            }
        }
        Ok(found)
    }

    /// The navigations of a type, of what it is based on, and of at most `most` types derived from it.
    pub(super) fn navigations(&self, name: &str, most: usize) -> Vec<&'a Navigation> {
        let mut types = self.with_bases(name).unwrap_or_default();
        let mut left = vec![name];
        while let Some(base) = left.pop() {
            for full in self.derived.get(base).into_iter().flatten() {
                if let Some(one) = self.types.get(full.as_str()).filter(|_| types.len() < most) {
                    types.push(one);
                    left.push(full);
                }
            }
        }
        types.into_iter().flat_map(|one| &one.navigations).collect()
    }

    /// The property at a path from a type, through properties of complex types.
    pub(super) fn at_path(&self, types: &[&'a Type], path: &str) -> Option<&'a Declared> {
        let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let found = types.iter().flat_map(|one| &one.properties).find(|declared| declared.name == name)?;
        match rest {
            None => Some(found),
            Some(rest) => {
                let inner = self.with_bases(&found.type_name).ok()?;
                inner.iter().all(|one| one.complex).then(|| self.at_path(&inner, rest)).flatten()
            }
        }
    }

    pub(super) fn property(&self, declared: &Declared) -> Property {
        let inner = single(&declared.type_name);
        Property {
            kind: self.kind(inner, 0),
            collection: inner.len() < declared.type_name.len(),
            nullable: declared.nullable,
            max_length: declared.max_length,
            precision: declared.precision,
            scale: declared.scale,
        }
    }

    fn kind(&self, name: &str, depth: usize) -> EdmType {
        match name {
            "Edm.String" => EdmType::Text,
            "Edm.Boolean" => EdmType::Boolean,
            "Edm.Byte" => EdmType::Integer(0, u8::MAX.into()),
            "Edm.SByte" => EdmType::Integer(i8::MIN.into(), i8::MAX.into()),
            "Edm.Int16" => EdmType::Integer(i16::MIN.into(), i16::MAX.into()),
            "Edm.Int32" => EdmType::Integer(i32::MIN.into(), i32::MAX.into()),
            "Edm.Int64" => EdmType::Integer(i64::MIN, i64::MAX),
            "Edm.Decimal" => EdmType::Decimal,
            "Edm.Double" | "Edm.Single" => EdmType::Float,
            "Edm.Guid" => EdmType::Guid,
            "Edm.DateTime" => EdmType::DateTime,
            "Edm.DateTimeOffset" => EdmType::DateTimeOffset,
            "Edm.Date" => EdmType::Date,
            "Edm.TimeOfDay" => EdmType::TimeOfDay,
            "Edm.Time" | "Edm.Duration" => EdmType::Duration,
            "Edm.Binary" => EdmType::Binary,
            "Edm.Stream" => EdmType::Stream,
            _ => self.own_kind(name, depth),
        }
    }

    /// Of a type that the document defines.
    fn own_kind(&self, full: &str, depth: usize) -> EdmType {
        match self.own.get(full) {
            Some(Own::Is(kind)) => *kind,
            Some(Own::StandsFor(name)) if depth < MOST_BASES => self.kind(name, depth + 1),
            Some(Own::StandsFor(_)) | None => EdmType::Other,
        }
    }
}
