//! What leads from the records of one set to those of another: by bindings (V4), by association sets (V2), or, where
//! a service declares neither, by type if only one set has it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::document::{Document, Set, single};
use super::names::Names;
use super::resolve::is_short;
use super::{EntitySet, Reference};

/// Maximum number of pairs of properties of a link.
const MOST_PAIRS: usize = 100;

/// Maximum number of types whose navigations are followed from one set.
const MOST_TYPES: usize = 1_000;

/// What leads from one set to another, by pairs of properties, ours first.
#[derive(Debug, Clone)]
pub(super) struct Link<'a> {
    name: &'a str,
    target: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

/// In which sets records of a type can be.
#[derive(Debug, Default)]
struct Homes<'a> {
    /// The sets of just this type.
    of: HashMap<&'a str, Home<'a>>,
    /// The same with the sets of types derived from it.
    or_derived: HashMap<&'a str, Home<'a>>,
}

/// One set, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home<'a> {
    One(&'a str),
    Several,
}

impl<'a> Home<'a> {
    fn join(homes: &mut HashMap<&'a str, Self>, kind: &'a str, set: &'a str) {
        let home = homes.entry(kind).or_insert(Self::One(set));
        if *home != Self::One(set) {
            *home = Self::Several;
        }
    }
}

impl<'a> Homes<'a> {
    fn of(names: &Names<'a>, sets: impl Iterator<Item = &'a Set>) -> Self {
        let mut homes = Self::default();
        for set in sets {
            Home::join(&mut homes.of, &set.type_name, &set.name);
            Home::join(&mut homes.or_derived, &set.type_name, &set.name);
            for base in names.with_bases(&set.type_name).into_iter().flatten().filter_map(|one| one.base.as_deref()) {
                Home::join(&mut homes.or_derived, base, &set.name);
            }
        }
        homes
    }

    /// The only set where records of a type can be.
    fn only(&self, names: &Names<'a>, kind: &str) -> Option<&'a str> {
        let bases = names.with_bases(kind).into_iter().flatten().filter_map(|one| one.base.as_deref());
        let mut found = self.or_derived.get(kind).into_iter().chain(bases.filter_map(|base| self.of.get(base)));
        match (found.next(), found.next()) {
            (Some(Home::One(set)), None) => Some(set),
            _ => None,
        }
    }
}

impl<'a> Names<'a> {
    /// The links of each set.
    pub(super) fn links(
        &self,
        document: &'a Document,
        sets: &BTreeMap<String, Arc<EntitySet>>,
    ) -> Vec<(&'a str, Vec<Link<'a>>)> {
        let all = || document.schemas.iter().flat_map(|schema| &schema.sets);
        let homes = Homes::of(self, all());
        let mut by_associations = self.by_associations(document, &homes);
        let of = |set: &'a Set| {
            let mut links = by_associations.remove(set.name.as_str()).unwrap_or_default();
            links.extend(self.by_navigations(set, &homes));
            (set.name.as_str(), links)
        };
        all().filter(|set| sets.contains_key(&set.name)).map(of).collect()
    }

    /// V4: navigations with constraints, of the type and of those derived from it.
    fn by_navigations(&self, set: &'a Set, homes: &Homes<'a>) -> Vec<Link<'a>> {
        // The last segment: a path may begin with a derived type.
        let last = |path: &'a str| path.rsplit_once('/').map_or(path, |(_, last)| last);
        let bindings: HashMap<&str, &str> =
            set.bindings.iter().rev().map(|(path, target)| (last(path), last(target))).collect();
        let navigations = self.navigations(&set.type_name, MOST_TYPES).into_iter();
        let with_target = navigations.filter_map(|navigation| {
            let is_single = !navigation.type_name.starts_with("Collection(");
            let by_type = || homes.only(self, single(&navigation.type_name));
            let target = bindings.get(navigation.name.as_str()).copied();
            let target = target.or_else(|| by_type().filter(|_| is_single && !navigation.contains))?;
            let pairs = navigation.constraints.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str()));
            Some(Link { name: &navigation.name, target, pairs: pairs.take(MOST_PAIRS).collect() })
        });
        with_target.collect()
    }

    /// V2: associations say it, whichever end the navigation is at. By the set that refers.
    fn by_associations(&self, document: &'a Document, homes: &Homes<'a>) -> HashMap<&'a str, Vec<Link<'a>>> {
        let mut links: HashMap<&str, Vec<Link<'_>>> = HashMap::new();
        let mut placed = Vec::new();
        for connection in document.schemas.iter().flat_map(|schema| &schema.association_sets) {
            placed.push(connection.association.as_str());
            if let Some(one) = self.association(&connection.association) {
                let end = |role: &str| Some(connection.ends.iter().find(|(other, _)| other == role)?.1.as_str());
                let ends = end(&one.dependent.0).zip(end(&one.principal.0));
                add(&mut links, &one.name, ends, &one.dependent.1, &one.principal.1);
            }
        }
        let mut others: Vec<_> = self.associations().filter(|(name, _)| !placed.contains(name)).collect();
        others.sort_by_key(|(name, _)| *name);
        for (_, one) in others {
            let of_type = |role: &str| Some(one.ends.iter().find(|(other, _)| other == role)?.1.as_str());
            let end = |role: &str| homes.only(self, of_type(role)?);
            let ends = end(&one.dependent.0).zip(end(&one.principal.0));
            add(&mut links, &one.name, ends, &one.dependent.1, &one.principal.1);
        }
        links
    }
}

fn add<'a>(
    links: &mut HashMap<&'a str, Vec<Link<'a>>>,
    name: &'a str,
    ends: Option<(&'a str, &'a str)>,
    ours: &'a [String],
    theirs: &'a [String],
) {
    if let Some((from, target)) = ends {
        let pairs = ours.iter().map(String::as_str).zip(theirs.iter().map(String::as_str));
        links.entry(from).or_default().push(Link { name, target, pairs: pairs.take(MOST_PAIRS).collect() });
    }
}

impl Link<'_> {
    /// As a reference, if it names the whole key of its target: only then does it lead to one record.
    pub(super) fn reference(&self, sets: &BTreeMap<String, Arc<EntitySet>>) -> Option<Reference> {
        let Self { name, target, pairs } = self;
        let target_set = sets.get(*target)?;
        let key = &target_set.key;
        if pairs.is_empty() || pairs.len() != key.len() || !is_short(name) {
            return None;
        }
        let is_part = |path: &str, theirs: &str| {
            path == theirs || target_set.aliases.get(path).is_some_and(|alias| alias == theirs)
        };
        let ours = |path: &String| {
            let (ours, _) = pairs.iter().find(|(_, theirs)| is_part(path, theirs))?;
            is_short(ours).then(|| (*ours).to_owned())
        };
        let properties = key.iter().map(ours).collect::<Option<Vec<_>>>()?;
        Some(Reference { name: (*name).to_owned(), target: (*target).to_owned(), properties })
    }
}
