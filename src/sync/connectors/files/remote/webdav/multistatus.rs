//! Reads the answer to PROPFIND as it comes (RFC 4918, 14.16), without keeping it.

use std::collections::VecDeque;

use quick_xml::events::{BytesRef, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use tokio::io::AsyncBufRead;

use super::metered::Metered;
use super::response::{Draft, Propstat, Response, Status};
use crate::sync::connectors::files::remote::facts::{etag, is_page, modified};

/// What PROPFIND asks for.
pub(super) const ASKED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <D:propfind xmlns:D=\"DAV:\"><D:prop>\
    <D:resourcetype/><D:getcontentlength/><D:getcontenttype/><D:getlastmodified/><D:getetag/>\
    </D:prop></D:propfind>";

/// Maximum length of names and values, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// Elements are at most so deep in each other. What was asked for is six deep.
const DEEPEST: usize = 64;

/// Reads one response after the other.
pub(super) struct Multistatus<R> {
    reader: NsReader<Metered<R>>,
    buffer: Vec<u8>,
    begun: bool,
    /// Names of the open elements of WebDAV; an empty one for those of others.
    open: Vec<&'static str>,
    text: String,
    draft: Draft,
    propstat: Propstat,
    /// Read, and not given out yet.
    ready: VecDeque<Response>,
}

/// The elements that matter.
const ELEMENTS: &[&str] = &[
    "multistatus",
    "response",
    "href",
    "propstat",
    "status",
    "responsedescription",
    "prop",
    "resourcetype",
    "collection",
    "getcontentlength",
    "getcontenttype",
    "getlastmodified",
    "getetag",
];

type Read<T> = Result<T, String>;

impl<R: AsyncBufRead + Unpin> Multistatus<R> {
    pub(super) fn new(body: R) -> Self {
        Self {
            reader: NsReader::from_reader(Metered::new(body)),
            buffer: Vec::new(),
            begun: false,
            open: Vec::new(),
            text: String::new(),
            draft: Draft::default(),
            propstat: Propstat::default(),
            ready: VecDeque::new(),
        }
    }

    /// What is reported of the next href; `None` at the end of a whole answer. Errors are in words.
    pub(super) async fn next(&mut self) -> Read<Option<Response>> {
        loop {
            if let Some(response) = self.ready.pop_front() {
                return Ok(Some(response));
            }
            self.buffer.clear();
            let (resolved, event) = self
                .reader
                .read_resolved_event_into_async(&mut self.buffer)
                .await
                .map_err(|error| error.to_string())?;
            let ours = matches!(resolved, ResolveResult::Bound(Namespace("DAV:")));
            match event {
                Event::Start(start) => {
                    let name = element(start.local_name().as_ref(), ours);
                    self.begin(name)?;
                }
                Event::Empty(start) => {
                    let name = element(start.local_name().as_ref(), ours);
                    self.begin(name)?;
                    self.closed();
                }
                Event::Text(text) => add(&mut self.text, &text.xml_content(XmlVersion::default()))?,
                Event::CData(text) => add(&mut self.text, &text)?,
                Event::GeneralRef(reference) => add(&mut self.text, &resolved_text(&reference)?)?,
                Event::End(_) => self.closed(),
                Event::Eof if self.begun && self.open.is_empty() => return Ok(None),
                Event::Eof => return Err("the response is cut off".to_owned()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// An element opens; the outermost one must be the right one.
    fn begin(&mut self, name: &'static str) -> Read<()> {
        if self.open.is_empty() && name != "multistatus" {
            return Err("this is not a WebDAV response".to_owned());
        }
        if self.open.len() >= DEEPEST {
            return Err("the response is nested too deeply".to_owned());
        }
        self.begun = true;
        self.open.push(name);
        self.text.clear();
        match name {
            "response" => self.draft = Draft::default(),
            "propstat" => self.propstat = Propstat::default(),
            "resourcetype" if self.is_in("prop", 1) => self.propstat.has_kind = true,
            "collection" if self.is_in("resourcetype", 1) => self.propstat.properties.folder = true,
            _ => {}
        }
        Ok(())
    }

    /// Whether the open element has an ancestor of this name, this many levels above.
    fn is_in(&self, name: &str, above: usize) -> bool {
        self.open.iter().rev().nth(above) == Some(&name)
    }

    /// The innermost open element ends.
    fn closed(&mut self) {
        let (in_response, in_propstat) = (self.is_in("response", 1), self.is_in("propstat", 1));
        let in_prop = self.is_in("prop", 1);
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let properties = &mut self.propstat.properties;
        match self.open.pop().unwrap_or_default() {
            "href" if in_response => self.draft.href(text),
            "status" if in_response => self.draft.status(text),
            "responsedescription" if in_response => self.draft.describe(text),
            "status" if in_propstat => self.propstat.status = Some(Status::parse(text)),
            "getcontentlength" if in_prop => properties.size = text.parse().ok(),
            "getcontenttype" if in_prop => properties.page = (!text.is_empty()).then(|| is_page(text)),
            "getlastmodified" if in_prop => (properties.modified, properties.time_text) = modified(text),
            "getetag" if in_prop => properties.etag = etag(text),
            "propstat" if in_response => self.draft.add(std::mem::take(&mut self.propstat)),
            "response" => {
                self.ready.extend(std::mem::take(&mut self.draft).responses());
                self.reader.get_mut().refill();
            }
            _ => {}
        }
    }
}

fn element(name: &str, ours: bool) -> &'static str {
    if !ours {
        return "";
    }
    ELEMENTS.iter().find(|element| **element == name).copied().unwrap_or_default()
}

fn add(text: &mut String, more: &str) -> Read<()> {
    if text.len() + more.len() > LONGEST_TEXT {
        return Err("a text in the response is too long".to_owned());
    }
    text.push_str(more);
    Ok(())
}

fn resolved_text(reference: &BytesRef<'_>) -> Read<String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference)
        .map(str::to_owned)
        .ok_or_else(|| "an unknown entity".to_owned())
}

#[cfg(test)]
mod tests;
