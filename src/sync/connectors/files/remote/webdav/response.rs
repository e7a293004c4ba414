//! What one `response` of a multistatus means (RFC 4918, 14.24): its item exists, does not exist, or nobody
//! knows. A status counts for its href only; the properties of a `propstat` count only if its status is good.

use crate::net::secrets::cut;
use crate::sync::connectors::files::endpoint::{Facts, ItemError, Mtime};

/// Longest text of a status or a description that is kept, in characters.
const LONGEST_WORDS: usize = 300;

/// What a service reports of one href.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) href: String,
    pub(super) state: State,
    /// The first status that is not a success, of the response or of a `propstat`.
    pub(super) failure: Option<Status>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Exists(Properties),
    Missing,
    Unknown(Status),
}

/// What is known of an item that exists. Folders have only defaults beside `folder`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Properties {
    pub(super) folder: bool,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Mtime>,
    /// A modification time that cannot be read.
    pub(super) time_text: Option<String>,
    pub(super) etag: Option<String>,
    /// Its media type is that of a web page, or another one; `None` if none is reported.
    pub(super) page: Option<bool>,
}

/// A status line within a multistatus, such as `HTTP/1.1 423 Locked`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    /// `None` if there is no number in it.
    pub(super) code: Option<u16>,
    /// The line without the version of HTTP, and the description that came with it.
    pub(super) words: String,
}

/// One `propstat` that is being read.
#[derive(Debug, Default)]
pub(super) struct Propstat {
    pub(super) status: Option<Status>,
    /// It has `resourcetype`, with a value or without.
    pub(super) has_kind: bool,
    pub(super) properties: Properties,
}

/// A `response` that is being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    hrefs: Vec<String>,
    status: Option<Status>,
    description: String,
    known: Properties,
    kind: FolderKnowledge,
    any_good: bool,
    first_bad: Option<Status>,
}

/// Whether it is known that the item is a folder.
#[derive(Debug, Default)]
enum FolderKnowledge {
    #[default]
    Unsaid,
    Refused(Status),
    Known,
}

impl Status {
    pub(super) fn parse(line: &str) -> Self {
        let number = |word: &str| if word.len() == 3 { word.parse().ok() } else { None };
        let code = line.split_whitespace().find_map(number);
        let words = line.trim();
        let words = match words.split_once(char::is_whitespace) {
            Some((version, rest)) if version.starts_with("HTTP/") => rest.trim_start(),
            _ => words,
        };
        Self { code, words: cut(words, LONGEST_WORDS) }
    }

    fn saying(words: &str) -> Self {
        Self { code: None, words: words.to_owned() }
    }

    pub(super) const fn is_good(&self) -> bool {
        matches!(self.code, Some(200..300))
    }

    pub(super) const fn is_missing(&self) -> bool {
        matches!(self.code, Some(404 | 410))
    }

    /// What it means for one item.
    pub(super) const fn trouble(&self) -> ItemError {
        match self.code {
            Some(401 | 403 | 407) => ItemError::Denied,
            Some(404 | 410) => ItemError::NotFound,
            Some(412) => ItemError::Changed,
            Some(414) => ItemError::TooLong,
            _ => ItemError::Other,
        }
    }

    /// The same for an item that may exist: even a status that says "not found" does not say that of the item.
    pub(super) const fn unknown(&self) -> ItemError {
        match self.trouble() {
            ItemError::NotFound => ItemError::Other,
            trouble => trouble,
        }
    }

    fn with(&self, description: &str) -> Self {
        let separator = if description.is_empty() { "" } else { ": " };
        let words = format!("{}{separator}{description}", self.words);
        Self { code: self.code, words: cut(&words, LONGEST_WORDS) }
    }
}

impl Draft {
    pub(super) fn href(&mut self, text: &str) {
        self.hrefs.push(text.to_owned());
    }

    pub(super) fn status(&mut self, line: &str) {
        self.status = Some(Status::parse(line));
    }

    pub(super) fn describe(&mut self, text: &str) {
        text.clone_into(&mut self.description);
    }

    pub(super) fn add(&mut self, propstat: Propstat) {
        let Propstat { status, has_kind, properties } = propstat;
        match status.filter(|status| !status.is_good()) {
            None => {
                self.any_good = true;
                if has_kind {
                    self.kind = FolderKnowledge::Known;
                }
                self.known.folder |= properties.folder;
                self.known.size = self.known.size.or(properties.size);
                self.known.modified = self.known.modified.or(properties.modified);
                self.known.time_text = self.known.time_text.take().or(properties.time_text);
                self.known.etag = self.known.etag.take().or(properties.etag);
                self.known.page = self.known.page.or(properties.page);
            }
            Some(status) => {
                if has_kind && !status.is_missing() && !matches!(self.kind, FolderKnowledge::Known) {
                    self.kind = FolderKnowledge::Refused(status.clone());
                }
                self.first_bad.get_or_insert(status);
            }
        }
    }

    /// One response for each href: a status may hold for several.
    pub(super) fn responses(self) -> Vec<Response> {
        let bad = self.status.as_ref().filter(|status| !status.is_good());
        let failure = bad.map(|status| status.with(&self.description)).or_else(|| self.first_bad.clone());
        let response =
            |href: &String| Response { href: href.clone(), state: self.state(href, bad), failure: failure.clone() };
        if self.hrefs.is_empty() { vec![response(&String::new())] } else { self.hrefs.iter().map(response).collect() }
    }

    fn state(&self, href: &str, bad: Option<&Status>) -> State {
        match bad {
            Some(status) if status.is_missing() => return State::Missing,
            Some(status) => return State::Unknown(status.with(&self.description)),
            None => {}
        }
        match &self.kind {
            FolderKnowledge::Refused(status) => State::Unknown(status.with(&self.description)),
            FolderKnowledge::Unsaid if !self.any_good => {
                let none = || Status::saying("the service reports no properties");
                State::Unknown(self.first_bad.as_ref().map_or_else(none, |status| status.with(&self.description)))
            }
            // Services may leave out `resourcetype` for a file; it has a size, and no slash at the end of its href.
            FolderKnowledge::Unsaid if href.ends_with('/') || self.known.size.is_none() => {
                State::Unknown(Status::saying("the service does not report whether it is a folder"))
            }
            FolderKnowledge::Known | FolderKnowledge::Unsaid => State::Exists(self.known.clone()),
        }
    }
}

impl Response {
    /// Bytes of text in it.
    pub(super) fn length(&self) -> usize {
        self.href.len()
            + match &self.state {
                State::Exists(known) => {
                    known.etag.as_ref().map_or(0, String::len) + known.time_text.as_ref().map_or(0, String::len)
                }
                State::Unknown(status) => status.words.len(),
                State::Missing => 0,
            }
    }
}

impl Properties {
    pub(super) fn facts(self) -> Facts {
        if self.folder {
            return Facts::default();
        }
        Facts { size: self.size, modified: self.modified, time_text: self.time_text, etag: self.etag }
    }
}
