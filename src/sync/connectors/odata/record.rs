//! One record: what is wrong with it, its key, and how it is kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::codes;
use super::metadata::{EntitySet, Kind, Property};
use super::value::kept;
use crate::domain::message::MAX_KEY_BYTES;
use crate::sync::publish::{Content, Met};

/// What is kept of a record has at most so many bytes.
const LONGEST: usize = 256 * 1024;

/// A record that cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bad {
    pub(super) code: &'static str,
    pub(super) args: Vec<String>,
    /// If it has one.
    pub(super) key: Option<Vec<u8>>,
}

impl Bad {
    fn of(code: &'static str, args: &[&str]) -> Self {
        Self { code, args: args.iter().map(ToString::to_string).collect(), key: None }
    }

    /// Word of a record that is gone, and none of which it was.
    pub(super) fn unknown_removal(set: &EntitySet) -> Self {
        Self::of(codes::CONSISTENCY, &["removed", &set.key.join(", ")])
    }
}

/// The key of a record that is gone, in the form in which those of records are kept: by its address, or by what is
/// told of it.
pub(super) fn key_of_removed(set: &EntitySet, told: Map<String, Value>, address: Option<&str>) -> Option<Vec<u8>> {
    if let Some(parts) = address.and_then(|address| parts_in_address(set, address)) {
        let parts = set.key.iter().zip(parts).map(|(name, text)| in_kept_form(set, name, text));
        return Some(joined(&parts.collect::<Vec<_>>()));
    }
    let known = told.into_iter().filter_map(|(name, value)| {
        let value = kept(value, set.properties.get(&name)?).ok()?;
        Some((name, value))
    });
    referred(&known.collect(), &set.key)
}

/// A part of a key as it stands in an address: numbers and truth values do so as they are kept.
fn in_kept_form(set: &EntitySet, name: &str, text: String) -> String {
    match set.properties.get(name).map(|property| kept(Value::String(text.clone()), property)) {
        Some(Ok(Value::String(kept))) => kept,
        _ => text,
    }
}

/// In how many records of a set a property that may be null did not stand.
pub(super) type Absent = BTreeMap<String, i64>;

/// Reads a record: its key and what is kept of it. What a good one leaves out is counted.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn read(set: &EntitySet, raw: Map<String, Value>, absent: &mut Absent) -> Result<Met, Bad> {
    let (record, wrong) = record(set, raw);
    let key = key(set, &record)?;
    if let Some(bad) = wrong {
        return Err(Bad { key: Some(key), ..bad });
    }
    let left_out = left_out(set, &record);
    let data = Value::Object(record).to_string();
    if data.len() > LONGEST {
        return Err(Bad { key: Some(key), ..Bad::of(codes::CONSISTENCY, &["large"]) });
    }
    let digest = Sha256::digest(data.as_bytes()).get(..16).unwrap_or_default().to_vec();
    for name in left_out {
        match absent.get_mut(name) {
            Some(records) => *records += 1,
            None => drop(absent.insert(name.clone(), 1)),
        }
    }
    Ok(Met { key, content: Some(Content { digest, data }) })
}

/// The properties that a good record does not have.
fn left_out<'a>(set: &'a EntitySet, record: &Map<String, Value>) -> Vec<&'a String> {
    // Most have all; only those of open sets may have others in their place.
    if !set.open && record.len() == set.properties.len() {
        return Vec::new();
    }
    let missing =
        |(name, property): &(&String, &Property)| property.kind != Kind::Stream && !record.contains_key(name.as_str());
    set.properties.iter().filter(missing).map(|(name, _)| name).collect()
}

/// What is kept of a record, and the first thing that is wrong with it.
fn record(set: &EntitySet, raw: Map<String, Value>) -> (Map<String, Value>, Option<Bad>) {
    let (mut record, mut wrong) = (Map::new(), None);
    for (name, value) in raw {
        if name.contains('@') || name == "__metadata" || set.navigations.contains(&name) {
            continue;
        }
        let Some(property) = set.properties.get(&name) else {
            if set.open {
                record.insert(name, value);
            } else {
                wrong = wrong.or_else(|| Some(Bad::of(codes::STRUCTURE, &[&name, "unknown"])));
            }
            continue;
        };
        let found = shown(&value);
        match kept(value, property) {
            Ok(value) => {
                record.insert(name, value);
            }
            Err(misfit) => {
                wrong = wrong.or_else(|| Some(Bad::of(codes::STRUCTURE, &[&name, misfit.word(), &found])));
            }
        }
    }
    for (name, property) in &set.properties {
        if property.kind == Kind::Stream || property.nullable || set.key.contains(name) || wrong.is_some() {
            continue;
        }
        match record.get(name) {
            None if property.collection => {}
            None => wrong = Some(Bad::of(codes::STRUCTURE, &[name, "missing"])),
            Some(Value::Null) => wrong = Some(Bad::of(codes::CONSISTENCY, &["mandatory", name])),
            Some(_) => {}
        }
    }
    (record, wrong)
}

/// A value, short enough for a message.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn key(set: &EntitySet, record: &Map<String, Value>) -> Result<Vec<u8>, Bad> {
    let mut parts = Vec::with_capacity(set.key.len());
    for name in &set.key {
        match record.get(name).and_then(part) {
            Some(part) if !part.is_empty() => parts.push(part),
            Some(_) | None => return Err(Bad::of(codes::CONSISTENCY, &["key", name])),
        }
    }
    let key = joined(&parts);
    if key.len() > MAX_KEY_BYTES {
        return Err(Bad::of(codes::CONSISTENCY, &["long", &set.key.join(", ")]));
    }
    Ok(key)
}

/// The text of a part of a key; `None` for what cannot be one.
fn part(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The parts of a key with a slash between them; slashes in them are escaped.
pub(super) fn joined(parts: &[String]) -> Vec<u8> {
    let escaped: Vec<String> = parts.iter().map(|part| part.replace('%', "%25").replace('/', "%2F")).collect();
    escaped.join("/").into_bytes()
}

/// The key that these properties of a record refer to; `None` when they refer to nothing.
pub(super) fn referred(record: &Map<String, Value>, properties: &[String]) -> Option<Vec<u8>> {
    let parts: Option<Vec<String>> = properties.iter().map(|name| part(record.get(name)?)).collect();
    parts.filter(|parts| parts.iter().all(|part| !part.is_empty())).map(|parts| joined(&parts))
}

/// The parts of the key in the address of a record, such as `Products(1)` or `Items(Order='7',Item=10)`.
fn parts_in_address(set: &EntitySet, address: &str) -> Option<Vec<String>> {
    let address = percent_encoding::percent_decode_str(address).decode_utf8().ok()?;
    let inside = address.rsplit_once('/').map_or(&*address, |(_, last)| last);
    // A slash may stand in the key itself.
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
            let found = named.iter().find(|(name, _)| name.as_deref().is_none_or(|name| name.trim() == part))?;
            (named.len() == set.key.len()).then(|| found.1.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn property(kind: Kind, nullable: bool) -> Property {
        Property { kind, collection: false, nullable, max_length: Some(4), precision: None, scale: None }
    }

    fn items() -> EntitySet {
        let properties = BTreeMap::from([
            ("Order".to_owned(), property(Kind::Text, false)),
            ("Item".to_owned(), property(Kind::Integer(0, 999), false)),
            ("Text".to_owned(), property(Kind::Text, true)),
            ("Unit".to_owned(), property(Kind::Text, false)),
        ]);
        let key = vec!["Order".to_owned(), "Item".to_owned()];
        EntitySet { key, properties, navigations: vec!["toOrder".to_owned()], ..EntitySet::default() }
    }

    fn read_json(record: Value) -> Result<Met, Bad> {
        let Value::Object(record) = record else { panic!("a record is an object") };
        read(&items(), record, &mut Absent::new())
    }

    /// What may be null, and what a bad record leaves out, are two things.
    #[test]
    fn what_is_left_out_is_counted() {
        let mut absent = Absent::new();
        for record in [
            json!({"Order": "7", "Item": 10, "Unit": "PC"}),
            json!({"Order": "7", "Item": 11, "Unit": "PC", "Text": null}),
            json!({"Order": "7", "Item": 12, "Unit": "PC"}),
            json!({"Order": "7", "Item": 13}),
        ] {
            let _ = read(&items(), record.as_object().unwrap().clone(), &mut absent);
        }
        assert_eq!(absent, Absent::from([("Text".to_owned(), 2)]));
    }

    #[test]
    fn annotations_and_navigations_are_left_out() {
        let record = json!({"@odata.etag": "x", "Order": "7", "Item": 10, "Unit": "PC", "Text": null,
            "toOrder": {"Order": "7"}, "toOrder@odata.navigationLink": "x"});
        let met = read_json(record).unwrap();
        assert_eq!(met.key, b"7/10");
        assert_eq!(met.content.unwrap().data, r#"{"Item":10,"Order":"7","Text":null,"Unit":"PC"}"#);
    }

    #[rstest]
    #[case(json!({"Order": "7", "Item": 10, "Unit": "PC", "New": 1}), "ODATA-STRUCTURE", &["New", "unknown"], Some("7/10"))]
    #[case(json!({"Order": "7", "Item": 10}), "ODATA-STRUCTURE", &["Unit", "missing"], Some("7/10"))]
    #[case(json!({"Order": "7", "Item": 10, "Unit": null}), "ODATA-CONSISTENCY", &["mandatory", "Unit"], Some("7/10"))]
    #[case(json!({"Order": "7", "Item": 10, "Unit": 3}), "ODATA-STRUCTURE", &["Unit", "type", "3"], Some("7/10"))]
    #[case(json!({"Order": "7", "Item": 10, "Unit": "PIECE"}), "ODATA-STRUCTURE", &["Unit", "length", "PIECE"], Some("7/10"))]
    #[case(json!({"Order": "", "Item": 10, "Unit": "PC"}), "ODATA-CONSISTENCY", &["key", "Order"], None)]
    #[case(json!({"Order": "7", "Unit": "PC"}), "ODATA-CONSISTENCY", &["key", "Item"], None)]
    #[case(json!({"Order": "7", "Item": null, "Unit": "PC"}), "ODATA-CONSISTENCY", &["key", "Item"], None)]
    fn bad_records(
        #[case] record: Value,
        #[case] code: &'static str,
        #[case] args: &[&str],
        #[case] key: Option<&str>,
    ) {
        let bad = read_json(record).unwrap_err();
        assert_eq!((bad.code, bad.args.iter().map(String::as_str).collect::<Vec<_>>()), (code, args.to_vec()));
        assert_eq!(bad.key.as_deref(), key.map(str::as_bytes));
    }

    #[test]
    fn records_are_bounded() {
        let open = EntitySet { open: true, ..items() };
        let of = |length: usize| {
            let record = json!({"Order": "7", "Item": 10, "Unit": "PC", "More": "x".repeat(length)});
            read(&open, record.as_object().unwrap().clone(), &mut Absent::new())
        };
        assert!(of(LONGEST - 100).is_ok());
        let bad = of(LONGEST).unwrap_err();
        assert_eq!(
            (bad.code, bad.args, bad.key.as_deref()),
            (codes::CONSISTENCY, vec!["large".to_owned()], Some(&b"7/10"[..]))
        );
    }

    #[rstest]
    #[case("http://x/y/Items(Order='7',Item=10)", Some("7/10"))]
    #[case("Items(Item=10,Order='a''b%2Fc')", Some("a'b%2Fc/10"))]
    #[case("Items('7')", None)]
    #[case("Items", None)]
    fn keys_in_addresses(#[case] address: &str, #[case] key: Option<&str>) {
        assert_eq!(key_of_removed(&items(), Map::new(), Some(address)).as_deref(), key.map(str::as_bytes));
    }

    /// As the same key is kept of a record.
    #[test]
    fn guids_of_what_is_gone() {
        let (guid, capitals) = ("0a1b2c3d-0000-4000-8000-00000000000f", "0A1B2C3D-0000-4000-8000-00000000000F");
        let properties = BTreeMap::from([("Id".to_owned(), property(Kind::Guid, false))]);
        let set = EntitySet { key: vec!["Id".to_owned()], properties, ..EntitySet::default() };
        let told = json!({"Id": capitals}).as_object().unwrap().clone();
        let of_record = read(&set, told.clone(), &mut Absent::new()).unwrap().key;
        assert_eq!(of_record, guid.as_bytes());
        for removed in [
            key_of_removed(&set, Map::new(), Some(&format!("http://x/Things({capitals})"))),
            key_of_removed(&set, Map::new(), Some(&format!("Things(Id={capitals})"))),
            key_of_removed(&set, told, None),
        ] {
            assert_eq!(removed.as_ref(), Some(&of_record));
        }
        assert_eq!(key_of_removed(&set, json!({"Id": 3}).as_object().unwrap().clone(), Some("Things")), None);
    }

    #[test]
    fn what_is_empty_refers_to_nothing() {
        let Value::Object(record) = json!({"Order": "7", "Text": "", "Item": 10}) else { panic!("an object") };
        let refers = |names: &[&str]| referred(&record, &names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(refers(&["Order", "Item"]).as_deref(), Some(&b"7/10"[..]));
        assert_eq!(refers(&["Order", "Text"]), None);
        assert_eq!(refers(&["Unit"]), None);
    }
}
