//! What an answer has beside its records: links, a count, an error. Nothing in it is passed over without a word.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::metadata::Version;
use super::more::{Sign, sign, whole};
use super::split::{Cut, Splitter};
use super::url_scope::{first_name, selected};
use super::words::of_json;
use crate::net::secrets::cut;

/// Maximum number of records of a page.
const MOST: usize = 100_000;

/// Maximum number of unknown members that are reported.
const MOST_UNKNOWN: usize = 10;

/// What was read of a page so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Where the next page is.
    pub(super) next: Option<String>,
    /// Where changes will be reported.
    pub(super) delta: Option<String>,
    /// How many records the set has.
    pub(super) count: Option<i64>,
    /// What the service says is wrong, in its own words.
    pub(super) error: Option<String>,
    /// Names of members that mean nothing to Syncdesk.
    pub(super) unknown: BTreeSet<String>,
    /// Names of entity sets, types or containers that it says it is of.
    pub(super) of: BTreeSet<String>,
    /// Names of the properties that its context says its records have, where it names any.
    pub(super) parts: Vec<Vec<String>>,
    /// Its context is that of changes, or of a single record.
    pub(super) is_of_changes: bool,
    /// What leaves open which records there are, in words.
    pub(super) unclear: BTreeSet<String>,
    /// Names of members that look as if more records followed.
    pub(super) more: BTreeSet<String>,
    /// The largest count in a member that means nothing to Syncdesk, and its name.
    pub(super) counted: Option<(i64, String)>,
    pub(super) records: usize,
    /// Members that must not say first this, then that: what each said first.
    said: BTreeMap<&'static str, Option<Value>>,
}

/// Why an answer cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Nonsense {
    /// It is of a version that is not read.
    Version(&'static str),
    /// In words.
    Words(String),
}

/// Reads an answer while it comes.
pub(super) struct PageReader {
    version: Version,
    splitter: Splitter,
    page: Page,
}

impl PageReader {
    pub(super) fn new(version: Version) -> Self {
        Self { version, splitter: Splitter::new(version), page: Page::default() }
    }

    /// Takes the next bytes; `record` gets each record, unread, or `None` for one that is too long to be kept.
    ///
    /// # Errors
    /// Why the answer is none.
    pub(super) fn take(&mut self, bytes: &[u8], record: &mut dyn FnMut(Option<&[u8]>)) -> Result<(), Nonsense> {
        let Self { version, splitter, page } = self;
        let mut of_other_version = false;
        let taken = splitter.take(bytes, &mut |cut| match cut {
            Cut::Record(one) => {
                page.records += 1;
                if page.records > MOST {
                    return Err(format!("it has more than {MOST} records"));
                }
                record(one);
                Ok(())
            }
            Cut::Member(name, _) if name.starts_with("odata.") => {
                of_other_version = true;
                Err(String::new())
            }
            Cut::Member(name, value) => page.member(*version, name, value),
        });
        taken.map_err(|words| if of_other_version { Nonsense::Version("3") } else { Nonsense::Words(words) })
    }

    /// How many bytes are held of what was not cut out yet.
    pub(super) const fn held(&self) -> usize {
        self.splitter.held()
    }

    /// The answer has ended.
    ///
    /// # Errors
    /// When it is not whole, or has no records.
    pub(super) fn end(self) -> Result<Page, Nonsense> {
        self.splitter.end().map_err(Nonsense::Words)?;
        if self.splitter.has_list() || self.page.error.is_some() {
            return Ok(self.page);
        }
        let why = match self.version {
            Version::V2 => "it has no list of records in “d”, as version 2 requires",
            Version::V4 => "it has no list of records in “value”, as version 4 requires",
        };
        Err(Nonsense::Words(why.to_owned()))
    }
}

impl Page {
    fn member(&mut self, version: Version, name: &str, value: Option<&[u8]>) -> Result<(), String> {
        let read = value.and_then(|value| serde_json::from_slice::<Value>(value).ok());
        match (version, name) {
            (Version::V4, "@odata.nextLink" | "@nextLink") | (Version::V2, "__next") => {
                let link = link(name, read)?;
                self.says("nextLink", name, link.clone().map(Value::String));
                self.next = self.next.take().or(link);
            }
            (Version::V4, "@odata.deltaLink" | "@deltaLink") | (Version::V2, "__delta") => {
                let link = link(name, read)?;
                self.says("deltaLink", name, link.clone().map(Value::String));
                self.delta = self.delta.take().or(link);
            }
            (Version::V4, "@odata.count" | "@count") | (Version::V2, "__count") => self.count(name, read.as_ref()),
            (Version::V4, "@odata.context" | "@context") => match read {
                Some(Value::String(context)) if self.of.len() < MOST_UNKNOWN => {
                    self.of.extend(first_name(&context));
                    self.parts.extend(selected(&context));
                    self.is_of_changes |= ["/$delta", "/$entity"].iter().any(|end| context.ends_with(end));
                }
                Some(Value::String(_) | Value::Null) => {}
                _ => self.unread(name),
            },
            (_, "error") => {
                let words = read.as_ref().and_then(of_json);
                self.error = Some(words.unwrap_or_else(|| "an error without a message".to_owned()));
            }
            _ if matters(name) => return Err(format!("its “{name}” is not of version {version}")),
            (Version::V2, "__metadata") => {}
            _ => self.other(version, name, read.as_ref()),
        }
        Ok(())
    }

    /// A member that means nothing to Syncdesk.
    fn other(&mut self, version: Version, name: &str, value: Option<&Value>) {
        match sign(name, value) {
            Some(Sign::More) => add(&mut self.more, cut(name, 80)),
            Some(Sign::Count(count)) if self.counted.as_ref().is_none_or(|(most, _)| count > *most) => {
                self.counted = Some((count, cut(name, 80)));
            }
            Some(Sign::Count(_)) | None => {}
        }
        // In version 4, annotations are skipped.
        if version == Version::V2 || !name.contains('@') {
            add(&mut self.unknown, cut(name, 80));
        }
    }

    fn count(&mut self, name: &str, value: Option<&Value>) {
        let count = value.and_then(whole);
        if count.is_none() && value != Some(&Value::Null) {
            self.unread(name);
        }
        self.says("count", name, count.map(Value::from));
        self.count = self.count.max(count);
    }

    /// Notes what a member says, and whether it has said something else before.
    fn says(&mut self, member: &'static str, name: &str, value: Option<Value>) {
        match self.said.get(member) {
            None => drop(self.said.insert(member, value)),
            Some(first) if *first != value => {
                add(&mut self.unclear, format!("“{name}” appears twice with different values"));
            }
            Some(_) => {}
        }
    }

    fn unread(&mut self, name: &str) {
        add(&mut self.unclear, format!("“{name}” cannot be read"));
    }
}

/// Some services have an empty link on their last page.
fn link(name: &str, value: Option<Value>) -> Result<Option<String>, String> {
    match value {
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        _ => Err(format!("its “{name}” cannot be read")),
    }
}

fn add(all: &mut BTreeSet<String>, one: String) {
    if all.len() < MOST_UNKNOWN {
        all.insert(one);
    }
}

/// Whether a member that is not understood is a link or an error by its name: to continue without it would lose records.
fn matters(name: &str) -> bool {
    let plain = name.trim_start_matches(['@', '_']).to_ascii_lowercase();
    let plain = plain.strip_prefix("odata.").unwrap_or(&plain);
    matches!(plain, "nextlink" | "deltalink" | "next" | "delta" | "error" | "errors" | "skiptoken")
}

#[cfg(test)]
mod tests;
