//! A bucket of S3, or a container of Azure, with any keys that a test likes. Nobody has to sign in.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use syncdesk::sync::connectors::files::settings::EndpointKind;

use super::{Reply, Request, Stub};

/// An object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    pub content: Vec<u8>,
    /// Names and values of its metadata (Azure).
    pub metadata: Vec<(String, String)>,
}

/// What the service does, and what it leaves out.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Keys and prefixes on a page of a listing, at most.
    pub page: usize,
    pub sizes: bool,
    pub etags: bool,
    /// When all objects were changed; nothing if empty.
    pub time: &'static str,
    /// GET and HEAD find nothing, whatever is listed.
    pub blind: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self { page: 1_000, sizes: true, etags: true, time: "2025-11-22T08:26:40.000Z", blind: false }
    }
}

type Objects = BTreeMap<String, Object>;

pub struct Bucket {
    stub: Stub,
    pub kind: EndpointKind,
    objects: Arc<Mutex<Objects>>,
}

impl Bucket {
    pub fn new(kind: EndpointKind, habits: Habits) -> Self {
        let objects: Arc<Mutex<Objects>> = Arc::default();
        let served = objects.clone();
        let stub = Stub::start(move |_, request| answer(kind, habits, &mut served.lock().expect("no panic"), request));
        Self { stub, kind, objects }
    }

    /// The same with objects of these keys, each with its key as its content.
    pub fn of(kind: EndpointKind, keys: &[&str]) -> Self {
        let bucket = Self::new(kind, Habits::default());
        bucket.put(keys);
        bucket
    }

    pub fn put(&self, keys: &[&str]) {
        for key in keys {
            self.set(key, key);
        }
    }

    pub fn set(&self, key: &str, content: &str) {
        self.insert(key, Object { content: content.into(), metadata: Vec::new() });
    }

    pub fn insert(&self, key: &str, object: Object) {
        self.objects.lock().expect("no panic").insert(key.to_owned(), object);
    }

    pub fn keys(&self) -> Vec<String> {
        self.objects.lock().expect("no panic").keys().cloned().collect()
    }

    pub fn get(&self, key: &str) -> Option<Object> {
        self.objects.lock().expect("no panic").get(key).cloned()
    }

    pub fn endpoint(&self) -> String {
        self.stub.url(if self.kind == EndpointKind::Azblob { "/account" } else { "" })
    }
}

fn answer(kind: EndpointKind, habits: Habits, objects: &mut Objects, request: &Request) -> Reply {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let azure = kind == EndpointKind::Azblob;
    let path = if azure { path.trim_start_matches("/account") } else { path };
    let key = path.strip_prefix("/bucket").unwrap_or_default().strip_prefix('/').unwrap_or_default();
    let key = percent_decode_str(key).decode_utf8().expect("keys are UTF-8").into_owned();
    let query: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    match (request.method.as_str(), objects.get(&key)) {
        ("GET", _) if key.is_empty() => Reply::body(200, listing(azure, habits, objects, &query)),
        ("GET" | "HEAD", Some(object)) if !habits.blind => content(habits, object),
        ("PUT", _) => {
            let metadata = request
                .headers
                .iter()
                .filter_map(|(name, value)| Some((name.strip_prefix("x-ms-meta-")?.to_owned(), value.clone())));
            let object = Object { content: request.body.clone(), metadata: metadata.collect() };
            let reply = Reply::status(if azure { 201 } else { 200 }).with("etag", etag(&object));
            objects.insert(key, object);
            reply
        }
        ("DELETE", Some(_)) => {
            objects.remove(&key);
            Reply::status(if azure { 202 } else { 204 })
        }
        _ => Reply::status(404),
    }
}

fn etag(object: &Object) -> String {
    let sum = object.content.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("\"{sum:x}\"")
}

fn content(habits: Habits, object: &Object) -> Reply {
    let mut reply = if habits.sizes {
        Reply::body(200, object.content.clone())
    } else {
        // Without a length: it ends with the connection.
        return Reply::Raw([b"HTTP/1.1 200 Stub\r\nconnection: close\r\n\r\n", object.content.as_slice()].concat());
    };
    if habits.etags {
        reply = reply.with("etag", etag(object));
    }
    if !habits.time.is_empty() {
        reply = reply.with("last-modified", habits.time);
    }
    for (name, value) in &object.metadata {
        if name == "hdi_isfolder" {
            reply = reply.with("x-ms-meta-hdi_isfolder", value.clone());
        }
    }
    reply
}

fn listing(azure: bool, habits: Habits, objects: &Objects, query: &BTreeMap<String, String>) -> String {
    let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, delimiter) = (text("prefix"), text("delimiter"));
    let most = text(if azure { "maxresults" } else { "max-keys" }).parse().unwrap_or(habits.page).min(habits.page);
    let after = text(if azure { "marker" } else { "continuation-token" });
    let mut lines: BTreeMap<&str, Option<&Object>> = BTreeMap::new();
    for (key, object) in objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
        match key[prefix.len()..].find('/').filter(|_slash| !delimiter.is_empty()) {
            Some(slash) => lines.insert(&key[..=prefix.len() + slash], None),
            None => lines.insert(key, Some(object)),
        };
    }
    let mut later = lines.into_iter().filter(|(key, _)| after.is_empty() || *key > after).peekable();
    let (mut found, mut last) = (String::new(), "");
    for (key, object) in later.by_ref().take(most) {
        line(&mut found, azure, habits, key, object).expect("a string takes all");
        last = key;
    }
    let next = if later.peek().is_some() { escaped(last) } else { String::new() };
    if azure {
        return format!(
            "<EnumerationResults><Blobs>{found}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>"
        );
    }
    let truncated = !next.is_empty();
    format!(
        "<ListBucketResult><IsTruncated>{truncated}</IsTruncated>\
         <NextContinuationToken>{next}</NextContinuationToken>{found}</ListBucketResult>"
    )
}

fn line(out: &mut String, azure: bool, habits: Habits, key: &str, object: Option<&Object>) -> std::fmt::Result {
    let key = escaped(key);
    let Some(object) = object else {
        let (outer, inner) = if azure { ("BlobPrefix", "Name") } else { ("CommonPrefixes", "Prefix") };
        return write!(out, "<{outer}><{inner}>{key}</{inner}></{outer}>");
    };
    let (size, time, mark) =
        if azure { ("Content-Length", "Last-Modified", "Etag") } else { ("Size", "LastModified", "ETag") };
    let mut facts = String::new();
    if habits.sizes {
        write!(facts, "<{size}>{}</{size}>", object.content.len())?;
    }
    if !habits.time.is_empty() {
        write!(facts, "<{time}>{}</{time}>", habits.time)?;
    }
    if habits.etags {
        write!(facts, "<{mark}>{}</{mark}>", etag(object))?;
    }
    if !azure {
        return write!(out, "<Contents><Key>{key}</Key>{facts}</Contents>");
    }
    let metadata = object.metadata.iter().map(|(name, value)| format!("<{name}>{value}</{name}>"));
    let metadata = metadata.collect::<Vec<_>>().concat();
    write!(out, "<Blob><Name>{key}</Name><Properties>{facts}</Properties><Metadata>{metadata}</Metadata></Blob>")
}

/// As Amazon does it: also what XML cannot hold is written as a reference.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, sign| {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            sign if sign.is_control() && sign != '\n' => {
                let _ = write!(out, "&#{};", u32::from(sign));
            }
            sign => out.push(sign),
        }
        out
    })
}
