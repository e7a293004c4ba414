//! Reads the answer to PROPFIND as it comes (RFC 4918, 14.16), without keeping it.

use quick_xml::events::{BytesRef, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use tokio::io::AsyncBufRead;

use super::metered::Metered;
use crate::sync::connectors::files::end::Mtime;
use crate::sync::connectors::files::remote::facts::{etag, modified};

/// What PROPFIND asks for.
pub(super) const ASKED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <D:propfind xmlns:D=\"DAV:\"><D:prop>\
    <D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/>\
    </D:prop></D:propfind>";

/// Names and values are at most so long.
const LONGEST_TEXT: usize = 64 * 1024;

/// Elements are at most so deep in each other. What was asked for is six deep.
const DEEPEST: usize = 64;

/// One `response`: what is told of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) href: String,
    pub(super) folder: bool,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Mtime>,
    /// A modification time that is not one that can be read.
    pub(super) time_text: Option<String>,
    pub(super) etag: Option<String>,
    /// Of the item itself, if it has one.
    status: Option<u16>,
}

impl Told {
    /// Whether the item is there.
    pub(super) fn is_good(&self) -> bool {
        self.status.is_none_or(|status| status < 400)
    }

    /// Bytes of text in it.
    pub(super) fn length(&self) -> usize {
        self.href.len() + self.etag.as_ref().map_or(0, String::len)
    }
}

/// The properties of one `propstat`, which count only if its status is good.
#[derive(Debug, Default)]
struct Properties {
    status: Option<u16>,
    folder: bool,
    size: Option<u64>,
    modified: Option<Mtime>,
    time_text: Option<String>,
    etag: Option<String>,
}

/// Reads one response after the other.
pub(super) struct Multistatus<R> {
    reader: NsReader<Metered<R>>,
    buffer: Vec<u8>,
    begun: bool,
    /// Names of the open elements of WebDAV; an empty one for those of others.
    open: Vec<&'static str>,
    text: String,
    told: Told,
    properties: Properties,
}

/// The elements that matter.
const ELEMENTS: &[&str] = &[
    "multistatus",
    "response",
    "href",
    "propstat",
    "status",
    "prop",
    "resourcetype",
    "collection",
    "getcontentlength",
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
            told: Told::default(),
            properties: Properties::default(),
        }
    }

    /// The next response; `None` at the end of a whole answer. Errors are in words.
    pub(super) async fn next(&mut self) -> Read<Option<Told>> {
        loop {
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
                    self.open.pop();
                }
                Event::Text(text) => add(&mut self.text, &text.xml_content(XmlVersion::default()))?,
                Event::CData(text) => add(&mut self.text, &text)?,
                Event::GeneralRef(reference) => add(&mut self.text, &resolved_text(&reference)?)?,
                Event::End(_) => {
                    if let Some(told) = self.closed() {
                        self.reader.get_mut().refill();
                        return Ok(Some(told));
                    }
                }
                Event::Eof if self.begun && self.open.is_empty() => return Ok(None),
                Event::Eof => return Err("the answer breaks off".to_owned()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// An element opens; the outermost one must be the right one.
    fn begin(&mut self, name: &'static str) -> Read<()> {
        if self.open.is_empty() && name != "multistatus" {
            return Err("this is no answer of WebDAV".to_owned());
        }
        if self.open.len() >= DEEPEST {
            return Err("the answer is nested too deeply".to_owned());
        }
        self.begun = true;
        self.open.push(name);
        self.text.clear();
        match name {
            "response" => self.told = Told::default(),
            "propstat" => self.properties = Properties::default(),
            "collection" if self.is_in("resourcetype", 1) => self.properties.folder = true,
            _ => {}
        }
        Ok(())
    }

    /// Whether the open element stands in one of this name, so many above it.
    fn is_in(&self, name: &str, above: usize) -> bool {
        self.open.iter().rev().nth(above) == Some(&name)
    }

    fn closed(&mut self) -> Option<Told> {
        let in_prop = self.is_in("prop", 1);
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let properties = &mut self.properties;
        match self.open.last().copied().unwrap_or_default() {
            "href" if self.open.iter().rev().nth(1) == Some(&"response") => text.clone_into(&mut self.told.href),
            "status" if self.open.iter().rev().nth(1) == Some(&"response") => self.told.status = status(text),
            "status" => properties.status = status(text),
            "getcontentlength" if in_prop => properties.size = text.parse().ok(),
            "getlastmodified" if in_prop => (properties.modified, properties.time_text) = modified(text),
            "getetag" if in_prop => properties.etag = etag(text),
            "propstat" if properties.status.is_none_or(|status| status < 400) => {
                let good = std::mem::take(properties);
                self.told.folder |= good.folder;
                self.told.size = self.told.size.or(good.size);
                self.told.modified = self.told.modified.or(good.modified);
                self.told.time_text = self.told.time_text.take().or(good.time_text);
                self.told.etag = self.told.etag.take().or(good.etag);
            }
            "response" => {
                self.open.pop();
                return Some(std::mem::take(&mut self.told));
            }
            _ => {}
        }
        self.open.pop();
        None
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
        return Err("a text in the answer is too long".to_owned());
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

/// From `HTTP/1.1 200 OK`.
fn status(line: &str) -> Option<u16> {
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests;
