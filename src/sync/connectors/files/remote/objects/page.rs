//! One page of the listing of a bucket or container (S3: `ListObjectsV2`; Azure: List Blobs).
//!
//! A page that is not complete, or does not say whether it is the last one, is an error: what it lacks would look as if
//! it had been deleted. Keys are taken as they are, also characters that XML would normalize.

use percent_encoding::{percent_decode, percent_decode_str};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::keys::Rules;
use crate::net::secrets::cut;
use crate::sync::connectors::files::endpoint::Facts;
use crate::sync::connectors::files::remote::facts::{etag, modified};

/// What one page says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) objects: Vec<Listed>,
    /// What several keys begin with, up to the delimiter.
    pub(super) prefixes: Vec<Vec<u8>>,
    /// What the next page is asked for with; `None` if this is the last one.
    pub(super) next: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// Bytes, because a service can list keys that are not UTF-8.
    pub(super) key: Vec<u8>,
    pub(super) facts: Facts,
    /// Its metadata marks it as a folder (Azure).
    pub(super) folder: bool,
}

const CONTRADICTS: &str = "the listing is contradictory about whether it is complete";
const UNCLEAR: &str = "the listing does not say whether it is complete";

/// Reads a page, which is one XML document.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read(page: &[u8], rules: Rules) -> Result<Page, String> {
    let text = std::str::from_utf8(page).map_err(|error| format!("the listing is not UTF-8: {error}"))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut parser = Parser { rules, ..Parser::default() };
    loop {
        match reader.read_event().map_err(|error| format!("the listing is not XML: {error}"))? {
            Event::Start(start) => parser.open(&start, text)?,
            Event::Empty(start) => {
                parser.open(&start, text)?;
                parser.close()?;
            }
            Event::Text(text) => parser.text.push_str(&text),
            Event::CData(text) => parser.text.push_str(&text),
            Event::GeneralRef(reference) => parser.text.push_str(&resolved(&reference)?),
            Event::End(_) => parser.close()?,
            Event::Eof => return parser.finish(),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// Resolves `&…;`. Character references are resolved here because services write some that XML forbids.
fn resolved(reference: &str) -> Result<String, String> {
    let number = match (reference.strip_prefix("#x"), reference.strip_prefix('#')) {
        (Some(hex), _) => Some(u32::from_str_radix(hex, 16)),
        (None, Some(decimal)) => Some(decimal.parse()),
        (None, None) => None,
    };
    let text = match number {
        Some(number) => number.ok().and_then(char::from_u32).map(String::from),
        None => quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned),
    };
    text.ok_or_else(|| format!("the listing has an unknown entity: {reference}"))
}

#[derive(Default)]
struct Parser {
    rules: Rules,
    page: Page,
    open: Vec<&'static str>,
    text: String,
    listed: Listed,
    has_key: bool,
    /// The name is percent-encoded (Azure).
    encoded: bool,
    /// All keys are encoded as in a query (S3).
    encoding: Option<String>,
    /// S3: `IsTruncated`.
    truncated: Option<bool>,
    /// S3: `NextContinuationToken`. Azure: `NextMarker`.
    token: Option<String>,
    /// S3: `NextMarker`, which only the older listing has.
    marker: Option<String>,
    /// S3: `KeyCount`. Some services do not count what several keys begin with.
    announced: usize,
    complete: bool,
}

/// The elements that matter, but for that of the metadata.
const ELEMENTS: &[&str] = &[
    "ListBucketResult",
    "Error",
    "IsTruncated",
    "KeyCount",
    "NextContinuationToken",
    "EncodingType",
    "Contents",
    "Key",
    "Size",
    "LastModified",
    "ETag",
    "CommonPrefixes",
    "Prefix",
    "EnumerationResults",
    "NextMarker",
    "Blobs",
    "Blob",
    "BlobPrefix",
    "Name",
    "Properties",
    "Last-Modified",
    "Etag",
    "Content-Length",
    "ResourceType",
    "Metadata",
];

/// The metadata that marks a blob as a folder. Names of metadata are not case-sensitive.
pub(super) const IS_FOLDER: &str = "hdi_isfolder";

impl Parser {
    fn open(&mut self, start: &BytesStart<'_>, page: &str) -> Result<(), String> {
        let name = start.local_name();
        let name: &str = name.as_ref();
        let known = match self.open.last() {
            Some(&"Metadata") if name.eq_ignore_ascii_case(IS_FOLDER) => IS_FOLDER,
            _ => ELEMENTS.iter().find(|element| **element == name).copied().unwrap_or_default(),
        };
        if self.open.is_empty() && (self.complete || known != self.rules.listing()) {
            // Longer than what is shown of it: a credential must not be cut before it is masked.
            let beginning = cut(page, 2_000);
            return Err(format!("this is not a listing: {beginning}"));
        }
        self.encoded = start.attributes().flatten().any(|attribute| {
            attribute.key.local_name().as_ref() == "Encoded" && attribute.value.eq_ignore_ascii_case("true")
        });
        if matches!(known, "Contents" | "Blob") {
            (self.listed, self.has_key) = (Listed::default(), false);
        }
        self.open.push(known);
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let text = std::mem::take(&mut self.text);
        let facts = &mut self.listed.facts;
        match self.open.as_slice() {
            [_root, "Error"] => return Err("the listing contains an error".to_owned()),
            ["ListBucketResult", "IsTruncated"] => once(&mut self.truncated, truth(&text)?)?,
            ["ListBucketResult", "NextContinuationToken"] | ["EnumerationResults", "NextMarker"] => {
                once(&mut self.token, text)?;
            }
            ["ListBucketResult", "NextMarker"] => once(&mut self.marker, text)?,
            // What is no number counts nothing.
            ["ListBucketResult", "KeyCount"] => self.announced = text.trim().parse().unwrap_or(0),
            ["ListBucketResult", "EncodingType"] => self.encoding = Some(text),
            ["ListBucketResult", "Contents", "Key"] | ["EnumerationResults", "Blobs", "Blob", "Name"] => {
                self.listed.key = name(text, self.encoded);
                self.has_key = true;
            }
            ["ListBucketResult", "Contents", "Size"] | [.., "Blob", "Properties", "Content-Length"] => {
                facts.size = text.trim().parse().ok();
            }
            ["ListBucketResult", "Contents", "LastModified"] | [.., "Blob", "Properties", "Last-Modified"] => {
                (facts.modified, facts.time_text) = modified(&text);
            }
            ["ListBucketResult", "Contents", "ETag"] | [.., "Blob", "Properties", "Etag"] => facts.etag = etag(&text),
            [.., "Blob", "Properties", "ResourceType"] => self.listed.folder |= text.trim() == "directory",
            [.., "Blob", "Metadata", IS_FOLDER] => self.listed.folder |= text.trim().eq_ignore_ascii_case("true"),
            ["ListBucketResult", "CommonPrefixes", "Prefix"]
            | ["EnumerationResults", "Blobs", "BlobPrefix", "Name"] => {
                self.page.prefixes.push(name(text, self.encoded));
            }
            ["ListBucketResult", "Contents"] | ["EnumerationResults", "Blobs", "Blob"] => {
                if !self.has_key {
                    return Err("the listing has an object without a key".to_owned());
                }
                self.page.objects.push(std::mem::take(&mut self.listed));
            }
            [_root] => self.complete = true,
            _ => {}
        }
        self.open.pop();
        // The end of an element must not leave its text to the one around it.
        self.encoded = false;
        Ok(())
    }

    fn finish(mut self) -> Result<Page, String> {
        if !self.complete {
            return Err("the listing is cut off".to_owned());
        }
        if self.encoding.as_deref().is_some_and(|encoding| encoding.trim() == "url") {
            let keys = self.page.objects.iter_mut().map(|listed| &mut listed.key);
            keys.chain(&mut self.page.prefixes).for_each(|key| *key = from_query(key));
        }
        if self.announced > self.page.objects.len() + self.page.prefixes.len() {
            return Err(format!("the listing reports {} keys but has fewer", self.announced));
        }
        let token = self.token.clone().filter(|token| !token.is_empty());
        self.page.next = match (self.rules, self.truncated) {
            (Rules::S3, None) => return Err(UNCLEAR.to_owned()),
            (Rules::S3, Some(false)) if token.is_some() || self.marker.is_some_and(|marker| !marker.is_empty()) => {
                return Err(CONTRADICTS.to_owned());
            }
            (Rules::S3, Some(false)) => None,
            (Rules::S3, Some(true)) if token.is_none() => {
                return Err("the listing is incomplete, and does not say how it continues".to_owned());
            }
            (Rules::Azure, _) if self.token.is_none() => return Err(UNCLEAR.to_owned()),
            (Rules::S3, Some(true)) | (Rules::Azure, _) => token,
        };
        Ok(self.page)
    }
}

/// Sets what must be said once.
fn once<T: PartialEq>(slot: &mut Option<T>, value: T) -> Result<(), String> {
    match slot {
        Some(before) if *before != value => Err(CONTRADICTS.to_owned()),
        slot => {
            *slot = Some(value);
            Ok(())
        }
    }
}

fn truth(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!("the listing reports neither true nor false for whether it is complete: {other}")),
    }
}

fn name(text: String, encoded: bool) -> Vec<u8> {
    if encoded { percent_decode_str(&text).collect() } else { text.into_bytes() }
}

/// A key that is encoded like a value of a query: `+` is a blank.
fn from_query(key: &[u8]) -> Vec<u8> {
    let blanks: Vec<u8> = key.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&blanks).collect()
}

#[cfg(test)]
mod tests;
