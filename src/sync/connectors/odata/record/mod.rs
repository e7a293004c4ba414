//! One record: what is wrong with it, its key, and how it is kept.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::codes;
use super::key::{key, keys_of_removed, shown_key};
use super::metadata::{EdmType, EntitySet};
use super::raw::{Fault, Raw};
use super::record_error::RecordError;
use super::shape::Shape;
use super::value::kept;
use crate::domain::json::{Json, Members, Unreadable};
use crate::net::secrets::cut;
use crate::sync::replica::{Content, Key, Met};

/// Maximum number of bytes that are kept of a record.
const LONGEST: usize = 256 * 1024;

/// An entry of a list of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListElement {
    Met(Met),
    /// It no longer exists: its key, in each form in which it may be kept.
    Removed(Vec<Key>),
    /// A link between two records was added or removed: properties say the same.
    Link,
}

/// In how many records of a set a property that may be null is missing.
pub(super) type Absent = BTreeMap<String, i64>;

/// Reads an entry as it came, `None` for one that is too long. What a good record leaves out is counted.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn read(set: &EntitySet, bytes: Option<&[u8]>, absent: &mut Absent) -> Result<ListElement, RecordError> {
    let bytes = bytes.ok_or_else(|| RecordError::of(codes::RECORD, &["size"]))?;
    let text = String::from_utf8_lossy(bytes);
    let raw = Raw::read(&text, matches!(text, Cow::Owned(_)));
    let fault = match &raw.fault {
        Some(Fault::Shape) => return Err(RecordError::of(codes::RECORD, &["shape"])),
        Some(Fault::Syntax(why)) => Some(RecordError::of(codes::RECORD, &["syntax", why])),
        None => None,
    };
    let context = raw.text(&["@odata.context", "@context"]).unwrap_or_default();
    if context.ends_with("link") || context.ends_with("Link") {
        return Ok(ListElement::Link);
    }
    let shape = Shape::of(set, &raw);
    if context.ends_with("/$deletedEntity") || raw.has(&["@removed", "@odata.removed"]) {
        let address = raw.text(&["@odata.id", "@id", "id"]);
        let (known, _) = members(&shape, &raw);
        let keys = keys_of_removed(set, &known, address.as_deref()).filter(|_| fault.is_none());
        return keys
            .map(ListElement::Removed)
            .ok_or_else(|| RecordError::of(codes::CONSISTENCY, &["removed", &shown_key(set)]));
    }
    record(&shape, &raw, fault, absent).map(ListElement::Met)
}

fn record(
    shape: &Shape<'_>,
    raw: &Raw<'_>,
    fault: Option<RecordError>,
    absent: &mut Absent,
) -> Result<Met, RecordError> {
    let (record, wrong) = members(shape, raw);
    let wrong = fault.or(wrong);
    let key = match (key(shape.set, &record), wrong) {
        (Ok(key), Some(bad)) => return Err(RecordError { key: Some(key), ..bad }),
        (Ok(key), None) => key,
        (Err(_), Some(bad)) | (Err(bad), None) => return Err(bad),
    };
    if let Some(bad) = empty(shape, &record) {
        return Err(RecordError { key: Some(key), ..bad });
    }
    let missing: Vec<String> = missing(shape, &record);
    let content = content(&Json::Object(record));
    if content.data.len() > LONGEST {
        return Err(RecordError { key: Some(key), ..RecordError::of(codes::CONSISTENCY, &["large"]) });
    }
    for name in missing {
        *absent.entry(name).or_default() += 1;
    }
    Ok(Met { key, content: Some(content) })
}

/// Numbers are kept as they were written. One that is only written in another way is the same for the digest.
fn content(record: &Json) -> Content {
    let data = record.to_string();
    let normal = if record.is_normal() { Cow::Borrowed(&data) } else { Cow::Owned(record.normal()) };
    let digest = Sha256::digest(normal.as_bytes()).get(..16).unwrap_or_default().to_vec();
    Content { digest, data }
}

/// What is kept of a record, and the first thing that is wrong with it.
fn members(shape: &Shape<'_>, raw: &Raw<'_>) -> (Members, Option<RecordError>) {
    let (mut record, mut wrong) = (Members::new(), None);
    for (name, value) in raw.members() {
        if name.contains('@') || name == "__metadata" || shape.is_navigation(name) {
            continue;
        }
        match member(shape, name, value, raw.is_lossy) {
            Ok(value) if record.contains_key(name) => {
                // Which of the two it is, nobody knows.
                wrong = wrong.or_else(|| Some(RecordError::of(codes::RECORD, &["twice", name])));
                if shape.set.is_in_key(name) && record.get(name) != Some(&value) {
                    record.insert(name.to_owned(), Json::Null);
                }
            }
            Ok(value) => drop(record.insert(name.to_owned(), value)),
            Err(bad) => wrong = wrong.or(Some(bad)),
        }
    }
    (record, wrong)
}

fn member(shape: &Shape<'_>, name: &str, raw: &RawValue, is_lossy: bool) -> Result<Json, RecordError> {
    let property = shape.property(name);
    if property.is_none() && !shape.is_open() {
        return Err(RecordError::of(codes::STRUCTURE, &[name, "unknown"]));
    }
    let value = match Json::of(raw) {
        Ok(_) if is_lossy && raw.get().contains('\u{fffd}') => Err(Unreadable::Text),
        value => value,
    };
    let value = value.map_err(|why| RecordError::unreadable(why, name))?;
    let Some(property) = property else { return Ok(value) };
    kept(value, property).map_err(|misfit| RecordError::of(codes::STRUCTURE, &[name, misfit.code(), &display_raw(raw)]))
}

/// The first mandatory property that is missing or null.
fn empty(shape: &Shape<'_>, record: &Members) -> Option<RecordError> {
    shape.properties().find_map(|(name, property)| {
        if property.kind == EdmType::Stream || property.nullable || shape.set.key.contains(name) {
            return None;
        }
        match record.get(name) {
            None if property.collection => None,
            None => Some(RecordError::of(codes::STRUCTURE, &[name, "missing"])),
            Some(Json::Null) => Some(RecordError::of(codes::CONSISTENCY, &["mandatory", name])),
            Some(_) => None,
        }
    })
}

/// The properties that a good record does not have.
fn missing(shape: &Shape<'_>, record: &Members) -> Vec<String> {
    // Most have all; only those of open sets may have others.
    if !shape.is_open() && record.len() == shape.properties().count() {
        return Vec::new();
    }
    let all = shape.properties().filter(|(_, property)| property.kind != EdmType::Stream);
    all.filter(|(name, _)| !record.contains_key(*name)).map(|(name, _)| name.clone()).collect()
}

/// A value, short enough for a message.
fn display_raw(raw: &RawValue) -> String {
    let text = serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_no_text| raw.get().to_owned());
    cut(&text, 80)
}

#[cfg(test)]
mod tests;
