//! From the document to entity sets: names are resolved, base types merged. A set that cannot be resolved is marked
//! and costs no other set.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Document, Set, Type};
use super::names::Names;
use super::{EntitySet, Model};
use crate::net::secrets::cut;

/// Maximum number of sets, usable or not.
const MOST_SETS: usize = 5_000;

/// Maximum number of properties and navigations of one set. All together are bounded too: each set has its own, so that
/// a short document could fill the memory.
pub(super) const MOST_OF_SET: usize = 2_000;

const TOO_MUCH: &str = "the properties of all selected sets need too much memory: select fewer sets, or increase \
    --response-memory";

/// Longest name, as OData has it. Each set has those of its type, and pages show them in every row.
const LONGEST_NAME: usize = 128;

pub(super) fn resolve(document: &Document, bytes: usize, wanted: impl Fn(&str) -> bool) -> Result<Model, String> {
    let version = document.version.ok_or("it is not an OData document")?;
    let names = Names::of(document);
    let mut model = Model { version, sets: BTreeMap::new(), unusable: BTreeMap::new() };
    let mut left = bytes;
    let mut sets: Vec<&Set> = document.schemas.iter().flat_map(|schema| &schema.sets).collect();
    sets.sort_by_key(|set| !wanted(&set.name));
    for set in sets {
        match entity_set(&names, set, left) {
            Ok(resolved) => {
                left = left.saturating_sub(resolved.bytes());
                model.unusable.remove(&set.name);
                model.sets.insert(set.name.clone(), Arc::new(resolved));
            }
            Err(why) if !model.sets.contains_key(&set.name) => {
                model.unusable.insert(display_name(&set.name), why);
            }
            Err(_) => {}
        }
        if model.sets.len() + model.unusable.len() > MOST_SETS {
            return Err(format!("it has more than {MOST_SETS} entity sets"));
        }
    }
    let links = names.links(document, &model.sets);
    for (set, links) in links {
        let references = links.iter().filter_map(|link| link.reference(&model.sets)).collect();
        if let Some(resolved) = model.sets.get_mut(set) {
            Arc::make_mut(resolved).references = references;
        }
    }
    Ok(model)
}

fn entity_set(names: &Names<'_>, set: &Set, left: usize) -> Result<EntitySet, String> {
    let mut resolved = EntitySet::default();
    if !is_name(&set.name) {
        return Err(format!("“{}” is not a valid name of an entity set", display_name(&set.name)));
    }
    let types = names.with_bases(&set.type_name)?;
    let size_of = |one: &&Type| one.properties.len().max(one.navigations.len()).max(one.key.len());
    if types.iter().map(size_of).sum::<usize>() > MOST_OF_SET {
        return Err(format!("its type has more than {MOST_OF_SET} properties"));
    }
    for one in &types {
        resolved.open |= one.open;
        for (path, alias) in &one.key {
            resolved.key.push(path.clone());
            resolved.aliases.extend(alias.clone().filter(|alias| alias != path).map(|alias| (path.clone(), alias)));
        }
        resolved.navigations.extend(one.navigations.iter().map(|navigation| navigation.name.clone()));
        for declared in &one.properties {
            if resolved.properties.insert(declared.name.clone(), names.property(declared)).is_none() {
                resolved.order.push(declared.name.clone());
            }
        }
    }
    resolved.derived = names.derived(&set.type_name, MOST_OF_SET)?;
    if resolved.bytes() > left {
        return Err(TOO_MUCH.to_owned());
    }
    let derived: Vec<String> = resolved.derived.values().flat_map(|one| one.properties.keys()).cloned().collect();
    for name in derived {
        if !resolved.order.contains(&name) {
            resolved.order.push(name);
        }
    }
    check_names(&resolved)?;
    if resolved.key.is_empty() {
        return Err("its type has no key".to_owned());
    }
    if let Some(odd) = resolved.key.iter().chain(resolved.aliases.values()).find(|path| !path.split('/').all(is_name)) {
        return Err(format!("“{}” is not a valid name of a key property", display_name(odd)));
    }
    if let Some(lacking) = resolved.key.iter().find(|path| names.at_path(&types, path).is_none()) {
        return Err(format!("its key has the property “{lacking}”, which its type does not have"));
    }
    Ok(resolved)
}

fn check_names(set: &EntitySet) -> Result<(), String> {
    let of_derived = set.derived.iter().flat_map(|(full, one)| one.navigations.iter().chain([full]));
    let mut all = set.order.iter().chain(&set.navigations).chain(of_derived).chain(&set.key);
    if all.all(|name| is_short(name)) {
        return Ok(());
    }
    Err(format!("a property of its type has a name of more than {LONGEST_NAME} characters"))
}

pub(super) fn is_short(name: &str) -> bool {
    // No character has more than four bytes.
    name.len() <= LONGEST_NAME * 4 && name.chars().count() <= LONGEST_NAME
}

/// Whether it can be in an address, as names of sets and of keys are. Some services have dots in them.
fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(fits)
}

fn display_name(name: &str) -> String {
    cut(name, LONGEST_NAME)
}
