//! The elements of `$metadata` as they stand in the document, before names are resolved.

use super::Version;

#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) version: Option<Version>,
    pub(super) schemas: Vec<Schema>,
}

#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) namespace: String,
    pub(super) alias: Option<String>,
    pub(super) types: Vec<Type>,
    pub(super) complex: Vec<String>,
    pub(super) enumerations: Vec<String>,
    /// Name, and the type that it stands for.
    pub(super) definitions: Vec<(String, String)>,
    pub(super) associations: Vec<Association>,
    pub(super) sets: Vec<Set>,
    pub(super) association_sets: Vec<AssociationSet>,
}

/// An entity type.
#[derive(Debug, Default)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) base: Option<String>,
    pub(super) open: bool,
    pub(super) key: Vec<String>,
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
    /// V4: ours, and that of the other.
    pub(super) constraints: Vec<(String, String)>,
}

/// Of V2.
#[derive(Debug, Default)]
pub(super) struct Association {
    pub(super) name: String,
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
