//! A WebDAV share in memory that is odd in the ways that a test asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Reply, Request, Stub};

/// What is at a path: a file with content and time, or a folder.
#[derive(Debug, Clone)]
pub struct Item {
    pub content: Option<Vec<u8>>,
    pub time: String,
    /// Empty: none is reported.
    pub etag: String,
}

/// What the share does otherwise than a good one. Paths are below the root, without slashes at their ends.
pub struct Oddities {
    /// In listings: a status instead of the properties.
    pub status: BTreeMap<String, String>,
    /// In listings: the status of the `propstat`.
    pub propstat: BTreeMap<String, String>,
    /// In listings of the root: further responses.
    pub more: String,
    /// The text of `getcontentlength`; `None`: the right one.
    pub length: Option<&'static str>,
    /// GET answers in chunks, without a length.
    pub chunked: bool,
    /// GET reports neither time nor etag.
    pub bare: bool,
    /// What hrefs begin with.
    pub prefix: String,
    /// A method that changes something, and what is answered to it; nothing is changed then.
    pub answers: BTreeMap<&'static str, Reply>,
    /// The answer to PUT of names with this ending.
    pub refused: Vec<(&'static str, Reply)>,
    /// PROPFIND answers 404 for these folders, which listings have.
    pub vanished: Vec<String>,
    /// PROPFIND of these paths is redirected, unless it asks for where that leads.
    pub redirects: BTreeMap<String, String>,
    /// The media type that listings report, if any.
    pub media_type: Option<&'static str>,
}

impl Default for Oddities {
    fn default() -> Self {
        Self {
            status: BTreeMap::new(),
            propstat: BTreeMap::new(),
            more: String::new(),
            length: None,
            chunked: false,
            bare: false,
            prefix: "/share".to_owned(),
            answers: BTreeMap::new(),
            refused: Vec::new(),
            vanished: Vec::new(),
            redirects: BTreeMap::new(),
            media_type: None,
        }
    }
}

#[derive(Default)]
pub struct State {
    pub items: BTreeMap<String, Item>,
    pub odd: Oddities,
    written: usize,
}

pub struct Dav {
    stub: Stub,
    state: Arc<Mutex<State>>,
}

/// The usual time of files.
pub const TIME: &str = "Sat, 22 Nov 2025 08:26:40 GMT";

impl Dav {
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let served = state.clone();
        let stub = Stub::start(move |_, request| served.lock().expect("no panic").answer(request));
        let dav = Self { stub, state };
        dav.state().insert("", None);
        dav
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    pub fn odd(&self, change: impl FnOnce(&mut Oddities)) {
        change(&mut self.state().odd);
    }

    pub fn put(&self, path: &str, content: &str) {
        self.state().put(path, content);
    }

    pub fn address(&self) -> String {
        self.stub.url("/share")
    }

    /// Files with their content, and folders.
    pub fn tree(&self) -> Vec<String> {
        let line = |(path, item): (&String, &Item)| match &item.content {
            Some(content) => format!("{path}={}", String::from_utf8_lossy(content)),
            None => format!("{path}/"),
        };
        self.state().items.iter().map(line).filter(|line| line != "/").collect()
    }
}

fn below(path: &str) -> String {
    let path = path.strip_prefix("/share").unwrap_or(path).trim_matches('/');
    percent_decode_str(path).decode_utf8().expect("UTF-8").into_owned()
}

fn quoted(path: &str) -> String {
    path.split('/').map(|name| utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()).collect::<Vec<_>>().join("/")
}

fn multistatus(responses: &str) -> Reply {
    Reply::body(207, format!("<multistatus xmlns=\"DAV:\">{responses}</multistatus>"))
}

/// An answer 207 about one item.
pub fn inside_207(path: &str, status: &str) -> Reply {
    multistatus(&format!("<response><href>/share/{path}</href><status>HTTP/1.1 {status}</status></response>"))
}

impl State {
    fn insert(&mut self, path: &str, content: Option<Vec<u8>>) {
        self.written += 1;
        let etag = format!("v{}", self.written);
        self.items.insert(path.to_owned(), Item { content, time: TIME.to_owned(), etag });
    }

    pub fn put(&mut self, path: &str, content: &str) {
        for (at, _) in path.match_indices('/') {
            self.insert(&path[..at], None);
        }
        self.insert(path, Some(content.as_bytes().to_vec()));
    }

    fn response(&self, path: &str, item: &Item) -> String {
        let slash = if item.content.is_none() { "/" } else { "" };
        let href = format!("{}/{}{}", self.odd.prefix, quoted(path), if path.is_empty() { "" } else { slash });
        if let Some(status) = self.odd.status.get(path) {
            return format!("<response><href>{href}</href><status>HTTP/1.1 {status}</status></response>");
        }
        let status = self.odd.propstat.get(path).map_or("200 OK", String::as_str);
        let kind = match &item.content {
            None => "<resourcetype><collection/></resourcetype>".to_owned(),
            Some(content) => {
                let length = self.odd.length.map_or_else(|| content.len().to_string(), ToOwned::to_owned);
                let length = if length == "none" {
                    String::new()
                } else {
                    format!("<getcontentlength>{length}</getcontentlength>")
                };
                let media_type = self.odd.media_type.map(|kind| format!("<getcontenttype>{kind}</getcontenttype>"));
                format!("<resourcetype/>{length}{}", media_type.unwrap_or_default())
            }
        };
        let time = if item.time.is_empty() {
            String::new()
        } else {
            format!("<getlastmodified>{}</getlastmodified>", item.time)
        };
        let etag = if item.etag.is_empty() { String::new() } else { format!("<getetag>\"{}\"</getetag>", item.etag) };
        let status = format!("<status>HTTP/1.1 {status}</status>");
        format!("<response><href>{href}</href><propstat><prop>{kind}{time}{etag}</prop>{status}</propstat></response>")
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let path = below(&request.path);
        if let Some(reply) = self.odd.answers.get(request.method.as_str()) {
            return reply.again();
        }
        let redirect = self.odd.redirects.get(&path).filter(|to| request.method == "PROPFIND" && **to != request.path);
        if let Some(to) = redirect {
            return Reply::status(302).with("location", to.clone());
        }
        match request.method.as_str() {
            "PROPFIND" => self.listing(&path, request.header("depth") == Some("1")),
            "GET" => self.content(&path),
            "PUT" => {
                if let Some((_, reply)) = self.odd.refused.iter().find(|(ending, _)| path.ends_with(ending)) {
                    return reply.again();
                }
                self.insert(&path, Some(request.body.clone()));
                Reply::status(201)
            }
            "MKCOL" if self.items.contains_key(&path) => Reply::status(405),
            "MKCOL" => {
                self.insert(&path, None);
                Reply::status(201)
            }
            "DELETE" => Reply::status(if self.items.remove(&path).is_some() { 204 } else { 404 }),
            "MOVE" => {
                let target = request.header("destination").and_then(|url| url.split_once("/share")).expect("a target");
                let target = below(target.1);
                if request.header("overwrite") == Some("F") && self.items.contains_key(&target) {
                    return Reply::status(412);
                }
                let Some(item) = self.items.remove(&path) else { return Reply::status(404) };
                self.items.insert(target, item);
                Reply::status(201)
            }
            other => Reply::body(405, other),
        }
    }

    fn listing(&self, path: &str, children: bool) -> Reply {
        let Some(item) = self.items.get(path).filter(|_| !self.odd.vanished.iter().any(|gone| gone == path)) else {
            return Reply::status(404);
        };
        let mut responses = self.response(path, item);
        if children {
            let parent = |child: &str| child.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
            let inside = self.items.iter().filter(|(child, _)| !child.is_empty() && parent(child) == path);
            responses.extend(inside.map(|(child, item)| self.response(child, item)));
            if path.is_empty() {
                responses.push_str(&self.odd.more);
            }
        }
        multistatus(&responses)
    }

    fn content(&self, path: &str) -> Reply {
        let Some(Item { content: Some(content), time, etag }) = self.items.get(path) else { return Reply::status(404) };
        let mut marks = Vec::new();
        if !self.odd.bare && !time.is_empty() {
            marks.push(("last-modified", time.clone()));
        }
        if !self.odd.bare && !etag.is_empty() {
            marks.push(("etag", format!("\"{etag}\"")));
        }
        if !self.odd.chunked {
            return Reply::Http(200, marks, content.clone());
        }
        let marks = marks.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let mut raw =
            format!("HTTP/1.1 200 Stub\r\ntransfer-encoding: chunked\r\nconnection: close\r\n{marks}\r\n").into_bytes();
        for piece in content.chunks(64 * 1024) {
            raw.extend(format!("{:x}\r\n", piece.len()).into_bytes());
            raw.extend_from_slice(piece);
            raw.extend_from_slice(b"\r\n");
        }
        raw.extend_from_slice(b"0\r\n\r\n");
        Reply::Raw(raw)
    }
}
