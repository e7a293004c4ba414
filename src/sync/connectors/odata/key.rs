//! Keys of records: from their properties, and from their addresses.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::codes;
use super::metadata::{EdmType, EntitySet};
use super::record_error::RecordError;
use super::value::kept;
use crate::domain::json::{Json, Members};
use crate::domain::message::MAX_KEY_BYTES;
use crate::domain::number::Number;
use crate::sync::replica::Key;

/// What a key of one empty part is kept as: no key is without a letter. A `%` in a part is always escaped.
const EMPTY: &[u8] = b"%";

impl EntitySet {
    /// Whether a property is part of the key, or a part of the key is in it.
    pub(super) fn is_in_key(&self, name: &str) -> bool {
        self.key.iter().any(|path| path.split('/').next() == Some(name))
    }
}

/// Addresses are long, keys and pages many: this much of one distinguishes it from the others.
pub(super) fn fingerprint(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The names of the key's parts, for messages.
pub(super) fn shown_key(set: &EntitySet) -> String {
    set.key.join(", ")
}

/// The key of a record. A part may be empty, but not null.
///
/// # Errors
/// What is wrong with it.
pub(super) fn key(set: &EntitySet, record: &Members) -> Result<Key, RecordError> {
    let mut parts = Vec::with_capacity(set.key.len());
    for path in &set.key {
        match at(record, path).and_then(part) {
            Some(part) => parts.push(part),
            None => return Err(RecordError::of(codes::CONSISTENCY, &["key", path])),
        }
    }
    let key = joined(&parts);
    if key.len() > MAX_KEY_BYTES {
        return Err(RecordError::of(codes::CONSISTENCY, &["long", &shown_key(set)]));
    }
    Ok(key)
}

/// The key of a record that no longer exists, in each form in which it may be kept: by its address, or by what is said
/// of it.
pub(super) fn keys_of_removed(set: &EntitySet, known: &Members, address: Option<&str>) -> Option<Vec<Key>> {
    let Some(parts) = address.and_then(|address| parts_in_address(set, address)) else {
        return key(set, known).ok().map(|key| vec![key]);
    };
    let texts: Vec<String> = set.key.iter().zip(&parts).map(|(path, text)| in_kept_form(set, path, text)).collect();
    let numbers: Vec<String> = set.key.iter().zip(&texts).map(|(path, text)| as_number(set, path, text)).collect();
    let mut keys = vec![joined(&texts), joined(&numbers)];
    keys.dedup();
    Some(keys)
}

/// A part of a key as it is in an address: as it is kept of a text.
fn in_kept_form(set: &EntitySet, path: &str, text: &str) -> String {
    let found = set.properties.get(path).map(|property| kept(Json::Text(text.to_owned()), property));
    match found {
        Some(Ok(Json::Text(kept))) => kept,
        _ => text.to_owned(),
    }
}

/// The same as it is kept of a number: 1.50 is 1.5 then.
fn as_number(set: &EntitySet, path: &str, text: &str) -> String {
    let is_number =
        set.properties.get(path).is_some_and(|property| matches!(property.kind, EdmType::Decimal | EdmType::Float));
    match Json::read(text) {
        Ok(Json::Number(number)) if is_number => number.normal().into_owned(),
        _ => text.to_owned(),
    }
}

/// The value at a path.
fn at<'a>(record: &'a Members, path: &str) -> Option<&'a Json> {
    match path.split_once('/') {
        Some((name, rest)) => at(record.get(name)?.as_object()?, rest),
        None => record.get(path),
    }
}

/// The text of a part of a key; `None` for what cannot be one.
fn part(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone()),
        Json::Number(number) => Some(Number::normal(number).into_owned()),
        Json::Bool(bool) => Some(bool.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

/// The parts of a key with a slash between them; slashes in them are escaped.
fn joined(parts: &[String]) -> Key {
    let escaped: Vec<String> = parts.iter().map(|part| part.replace('%', "%25").replace('/', "%2F")).collect();
    let key = escaped.join("/").into_bytes();
    if key.is_empty() { EMPTY.to_vec() } else { key }
}

/// The key that these properties of a record refer to; `None` when they refer to nothing, as an empty one does.
pub(super) fn referred(record: &Members, properties: &[String]) -> Option<Key> {
    let parts: Option<Vec<String>> = properties.iter().map(|path| part(at(record, path)?)).collect();
    parts.filter(|parts| parts.iter().all(|part| !part.is_empty())).map(|parts| joined(&parts))
}

/// The parts of the key in the address of a record, such as `Products(1)` or `Items(Order='7',Item=10)`.
fn parts_in_address(set: &EntitySet, address: &str) -> Option<Vec<String>> {
    let address = percent_encoding::percent_decode_str(address).decode_utf8().ok()?;
    let inside = address.rsplit_once('/').map_or(&*address, |(_, last)| last);
    // The key itself may contain a slash.
    let inside = if inside.contains('(') { inside } else { &address };
    let predicate = inside.split_once('(')?.1.strip_suffix(')')?;
    let mut named: Vec<(Option<String>, String)> = Vec::new();
    let (mut name, mut text, mut quoted) = (None, String::new(), false);
    let mut letters = predicate.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' if quoted && letters.peek() == Some(&'\'') => {
                letters.next();
                text.push('\'');
            }
            '\'' => quoted = !quoted,
            '=' if !quoted && name.is_none() => name = Some(std::mem::take(&mut text)),
            ',' if !quoted => named.push((name.take(), std::mem::take(&mut text))),
            other => text.push(other),
        }
    }
    named.push((name, text));
    set.key
        .iter()
        .map(|part| {
            let is_part = |name: &str| name == part || set.aliases.get(part).is_some_and(|alias| alias == name);
            let found = named.iter().find(|(name, _)| name.as_deref().is_none_or(|name| is_part(name.trim())))?;
            (named.len() == set.key.len()).then(|| found.1.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rstest::rstest;

    use super::*;
    use crate::sync::connectors::odata::metadata::Property;

    fn set(key: &[(&str, EdmType)]) -> EntitySet {
        let property = |kind| Property {
            kind,
            collection: false,
            nullable: false,
            max_length: None,
            precision: None,
            scale: None,
        };
        let properties = key.iter().map(|(name, kind)| ((*name).to_owned(), property(*kind))).collect();
        EntitySet { key: key.iter().map(|(name, _)| (*name).to_owned()).collect(), properties, ..EntitySet::default() }
    }

    fn members(record: &str) -> Members {
        Json::read(record).unwrap().as_object().unwrap().clone()
    }

    /// OData forbids null only. What is a fault in one part must not make two keys equal.
    #[rstest]
    #[case(r#"{"Org": "1000", "Div": ""}"#, Some("1000/"))]
    #[case(r#"{"Org": "", "Div": "1000"}"#, Some("/1000"))]
    #[case(r#"{"Org": "", "Div": ""}"#, Some("/"))]
    #[case(r#"{"Org": "a/b", "Div": "c%"}"#, Some("a%2Fb/c%25"))]
    #[case(r#"{"Org": "1000", "Div": null}"#, None)]
    #[case(r#"{"Org": "1000"}"#, None)]
    fn parts_may_be_empty(#[case] record: &str, #[case] expected: Option<&str>) {
        let set = set(&[("Org", EdmType::Text), ("Div", EdmType::Text)]);
        assert_eq!(key(&set, &members(record)).ok(), expected.map(|key| key.as_bytes().to_vec()));
    }

    #[test]
    fn an_empty_key_has_a_letter() {
        let set = set(&[("Org", EdmType::Text)]);
        assert_eq!(key(&set, &members(r#"{"Org": ""}"#)).unwrap(), b"%");
        assert_eq!(key(&set, &members(r#"{"Org": "%"}"#)).unwrap(), b"%25");
        assert_eq!(keys_of_removed(&set, &Members::new(), Some("Areas('')")), Some(vec![b"%".to_vec()]));
    }

    #[test]
    fn keys_by_path() {
        let mut set = set(&[("Address/Zip", EdmType::Text)]);
        set.aliases.insert("Address/Zip".to_owned(), "zip".to_owned());
        assert_eq!(key(&set, &members(r#"{"Address": {"Zip": "69190"}}"#)).unwrap(), b"69190");
        for record in [r#"{"Address": {}}"#, r#"{"Address": null}"#, "{}", r#"{"Address/Zip": "1"}"#] {
            assert!(key(&set, &members(record)).is_err(), "{record}");
        }
        for address in ["Places('69190')", "Places(zip='69190')"] {
            assert_eq!(keys_of_removed(&set, &Members::new(), Some(address)), Some(vec![b"69190".to_vec()]));
        }
    }

    #[rstest]
    #[case("http://x/y/Items(Order='7',Item=10)", Some("7/10"))]
    #[case("Items(Item=10,Order='a''b%2Fc')", Some("a'b%2Fc/10"))]
    #[case("Items('7')", None)]
    #[case("Items", None)]
    fn keys_in_addresses(#[case] address: &str, #[case] key: Option<&str>) {
        let set = set(&[("Order", EdmType::Text), ("Item", EdmType::Integer(0, 999))]);
        let expected = key.map(|key| vec![key.as_bytes().to_vec()]);
        assert_eq!(keys_of_removed(&set, &Members::new(), Some(address)), expected);
    }

    /// As the same key is kept of a record: of a text, or of a number.
    #[test]
    fn the_key_of_what_is_removed_is_that_of_the_record() {
        let (guid, capitals) = ("0a1b2c3d-0000-4000-8000-00000000000f", "0A1B2C3D-0000-4000-8000-00000000000F");
        let things = set(&[("Id", EdmType::Guid)]);
        let known = BTreeMap::from([("Id".to_owned(), Json::Text(guid.to_owned()))]);
        for removed in [
            keys_of_removed(&things, &Members::new(), Some(&format!("http://x/Things({capitals})"))),
            keys_of_removed(&things, &Members::new(), Some(&format!("Things(Id={capitals})"))),
            keys_of_removed(&things, &known, None),
        ] {
            assert_eq!(removed, Some(vec![guid.as_bytes().to_vec()]));
        }
        let sums = set(&[("Id", EdmType::Decimal)]);
        let removed = keys_of_removed(&sums, &Members::new(), Some("Sums(1.50)")).unwrap();
        for record in [r#"{"Id": 1.50}"#, r#"{"Id": "1.50"}"#] {
            assert!(removed.contains(&key(&sums, &members(record)).unwrap()), "{record}");
        }
    }

    #[test]
    fn what_is_empty_refers_to_nothing() {
        let record = members(r#"{"Order": "7", "Text": "", "Item": 10, "At": {"Zip": "1"}}"#);
        let refers = |names: &[&str]| referred(&record, &names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(refers(&["Order", "Item"]).as_deref(), Some(&b"7/10"[..]));
        assert_eq!(refers(&["At/Zip"]).as_deref(), Some(&b"1"[..]));
        assert_eq!([refers(&["Order", "Text"]), refers(&["Unit"])], [None, None]);
    }
}
