//! The elements of `$metadata` as they are in the document, before names are resolved.

use std::collections::{BTreeMap, HashMap};

use super::Version;

#[derive(Debug, Default)]
pub(in super::super) struct Document {
    pub(super) version: Option<Version>,
    pub(super) schemas: Vec<Schema>,
    pub(super) references: Vec<Referenced>,
    /// How many elements were kept.
    pub(in super::super) elements: usize,
    /// How many bytes of names were kept.
    pub(super) text: usize,
    /// Why what was needed of other documents is not here, by namespace.
    pub(super) missing: BTreeMap<String, String>,
}

/// Another document, and which namespaces it is referenced for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Referenced {
    pub(super) address: String,
    /// Namespace, and its alias in this document.
    pub(super) includes: Vec<(String, Option<String>)>,
}

#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) namespace: String,
    pub(super) alias: Option<String>,
    /// Entity types and complex types.
    pub(super) types: Vec<Type>,
    pub(super) enumerations: Vec<String>,
    /// Name and underlying type.
    pub(super) definitions: Vec<(String, String)>,
    pub(super) associations: Vec<Association>,
    pub(super) sets: Vec<Set>,
    pub(super) association_sets: Vec<AssociationSet>,
}

/// An entity type, or a complex type.
#[derive(Debug, Default)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) complex: bool,
    pub(super) base: Option<String>,
    pub(super) open: bool,
    /// Path, and what it is called in addresses.
    pub(super) key: Vec<(String, Option<String>)>,
    pub(super) properties: Vec<Declared>,
    pub(super) navigations: Vec<Navigation>,
}

/// A property.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) nullable: bool,
    pub(super) max_length: Option<u32>,
    pub(super) precision: Option<u32>,
    pub(super) scale: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Navigation {
    pub(super) name: String,
    /// V4.
    pub(super) type_name: String,
    /// V4: what it leads to is part of the record, and in no set.
    pub(super) contains: bool,
    /// V4: ours, and that of the other.
    pub(super) constraints: Vec<(String, String)>,
}

/// Of V2.
#[derive(Debug, Default)]
pub(super) struct Association {
    pub(super) name: String,
    /// Role, and type.
    pub(super) ends: Vec<(String, String)>,
    /// Role and properties of whom is referred to.
    pub(super) principal: (String, Vec<String>),
    /// Role and properties of who refers.
    pub(super) dependent: (String, Vec<String>),
}

#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) type_name: String,
    /// Navigation, and the set it leads to.
    pub(super) bindings: Vec<(String, String)>,
}

/// Of V2: which sets an association connects, by role.
#[derive(Debug, Default)]
pub(super) struct AssociationSet {
    pub(super) association: String,
    pub(super) ends: Vec<(String, String)>,
}

/// The name inside of `Collection(…)`, or the name itself.
pub(super) fn single(type_name: &str) -> &str {
    type_name.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(type_name)
}

impl Document {
    /// Writes whole addresses instead of those that are relative to the document's own.
    pub(in super::super) fn locate(&mut self, whole: impl Fn(&str) -> Option<String>) {
        for one in &mut self.references {
            if let Some(address) = whole(&one.address) {
                one.address = address;
            }
        }
    }

    /// Writes namespaces instead of the aliases that this document has for them.
    pub(super) fn expand_aliases(&mut self) {
        let of_schemas =
            self.schemas.iter().filter_map(|schema| Some((schema.alias.clone()?, schema.namespace.clone())));
        let included = self.references.iter().flat_map(|one| &one.includes);
        let of_includes = included.filter_map(|(namespace, alias)| Some((alias.clone()?, namespace.clone())));
        let aliases: HashMap<String, String> = of_includes.chain(of_schemas).collect();
        let expand = |name: &mut String| {
            let inner = single(name);
            let known = inner.rsplit_once('.').and_then(|(prefix, last)| Some((aliases.get(prefix)?, last)));
            if let Some((namespace, last)) = known {
                let full = format!("{namespace}.{last}");
                *name = if inner.len() == name.len() { full } else { format!("Collection({full})") };
            }
        };
        for schema in &mut self.schemas {
            for one in &mut schema.types {
                one.base.as_mut().map(expand);
                one.properties.iter_mut().for_each(|declared| expand(&mut declared.type_name));
                one.navigations.iter_mut().for_each(|navigation| expand(&mut navigation.type_name));
            }
            schema.definitions.iter_mut().for_each(|(_, kind)| expand(kind));
            schema.associations.iter_mut().flat_map(|one| &mut one.ends).for_each(|(_, kind)| expand(kind));
            schema.sets.iter_mut().for_each(|set| expand(&mut set.type_name));
            schema.association_sets.iter_mut().for_each(|set| expand(&mut set.association));
        }
    }
}
