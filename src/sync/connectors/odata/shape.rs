//! What a record may have: the properties of its set, and those of the derived type that it names.

use serde_json::value::RawValue;

use super::metadata::{Derived, EntitySet, Property};
use super::raw::Raw;
use crate::domain::json::RawMembers;

/// The type of a record.
pub(super) struct Shape<'a> {
    pub(super) set: &'a EntitySet,
    derived: Option<&'a Derived>,
}

impl<'a> Shape<'a> {
    /// By what the record says of its type; that of the set if it says nothing, or names no type derived from it.
    pub(super) fn of(set: &'a EntitySet, raw: &Raw<'_>) -> Self {
        if set.derived.is_empty() {
            return Self { set, derived: None };
        }
        let named = raw.text(&["@odata.type", "@type"]).or_else(|| {
            let (_, metadata) = raw.members().find(|(name, _)| *name == "__metadata")?;
            type_in(metadata)
        });
        Self { set, derived: named.and_then(|name| find(set, &name)) }
    }

    pub(super) fn property(&self, name: &str) -> Option<&'a Property> {
        let of_derived = || self.derived?.properties.get(name);
        self.set.properties.get(name).or_else(of_derived)
    }

    pub(super) fn properties(&self) -> impl Iterator<Item = (&'a String, &'a Property)> {
        let of_derived = self.derived.into_iter().flat_map(|derived| &derived.properties);
        self.set.properties.iter().chain(of_derived)
    }

    pub(super) fn is_open(&self) -> bool {
        self.set.open || self.derived.is_some_and(|derived| derived.open)
    }

    pub(super) fn is_navigation(&self, name: &str) -> bool {
        let is_in = |navigations: &[String]| navigations.iter().any(|one| one == name);
        is_in(&self.set.navigations) || self.derived.is_some_and(|derived| is_in(&derived.navigations))
    }
}

/// The type in version 2's `__metadata`.
fn type_in(metadata: &RawValue) -> Option<String> {
    let RawMembers(members) = serde_json::from_str(metadata.get()).ok()?;
    let (_, value) = members.into_iter().find(|(name, _)| name == "type")?;
    serde_json::from_str(value.get()).ok()
}

/// By its full name behind the last `#`; or by its last part, if only one type has it: a service may write an alias.
fn find<'a>(set: &'a EntitySet, name: &str) -> Option<&'a Derived> {
    let name = name.rsplit_once('#').map_or(name, |(_, name)| name);
    let last = |name: &str| name.rsplit_once('.').map_or(name, |(_, last)| last).to_owned();
    let by_last = || {
        let mut found = set.derived.iter().filter(|(full, _)| last(full) == last(name));
        found.next().filter(|_| found.next().is_none()).map(|(_, derived)| derived)
    };
    set.derived.get(name).or_else(by_last)
}
