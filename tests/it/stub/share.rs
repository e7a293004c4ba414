//! A share whose files come fast but for one, which has no end: it is handed out in small pieces for as long as anybody
//! reads it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use super::{Reply, Request, Stub};
use crate::wait::pause;

/// The last file by name.
pub const LARGE: &str = "z-large.bin";
/// What is told of its size.
const LARGE_BYTES: u64 = 1 << 40;
const PIECE: usize = 64 * 1024;

pub struct Share {
    stub: Stub,
    files: Arc<Mutex<BTreeMap<String, Option<String>>>>,
}

impl Share {
    /// With small files and the large one.
    pub fn new(small: usize) -> Self {
        let named = |number| (format!("{number:04}.txt"), Some(format!("small, file {number}")));
        let files: BTreeMap<_, _> = (0..small).map(named).chain([(LARGE.to_owned(), None)]).collect();
        let files = Arc::new(Mutex::new(files));
        let served = files.clone();
        let stub = Stub::start(move |_, request| answer(&served.lock().expect("no panic"), request));
        Self { stub, files }
    }

    /// The large file is gone.
    pub fn forget_large(&self) {
        self.files.lock().expect("no panic").remove(LARGE);
    }

    /// As a source in the form of a system.
    pub fn fields(&self) -> [(&'static str, String); 3] {
        [
            ("settings.source_kind", "webdav".to_owned()),
            ("settings.source_endpoint", self.stub.url("/share")),
            ("settings.source_path", String::new()),
        ]
    }
}

fn answer(files: &BTreeMap<String, Option<String>>, request: &Request) -> Reply {
    let name = request.path.trim_start_matches("/share").trim_matches('/');
    if request.method == "PROPFIND" {
        let size = |text: &Option<String>| text.as_ref().map_or(LARGE_BYTES, |text| text.len() as u64);
        return match files.get(name) {
            Some(text) => listing(false, [(name, size(text))]),
            None if name.is_empty() => listing(true, files.iter().map(|(name, text)| (name.as_str(), size(text)))),
            None => Reply::status(404),
        };
    }
    match files.get(name) {
        Some(Some(text)) => Reply::body(200, text.as_bytes()).with("etag", format!("\"{}\"", text.len())),
        Some(None) => {
            let head = format!("HTTP/1.1 200 Stub\r\ncontent-length: {LARGE_BYTES}\r\netag: \"{LARGE_BYTES}\"\r\n\r\n");
            let piece = || {
                pause();
                vec![7; PIECE]
            };
            Reply::Pieces(head.into_bytes(), Box::new(std::iter::repeat_with(piece)))
        }
        None => Reply::status(404),
    }
}

/// What PROPFIND tells of `/share`: of the root if asked for, and of files with their sizes.
pub fn listing<'a>(root: bool, files: impl IntoIterator<Item = (&'a str, u64)>) -> Reply {
    let mut told = "<multistatus xmlns=\"DAV:\">".to_owned();
    let mut tell = |href: &str, properties: &str| {
        let status = "<status>HTTP/1.1 200 OK</status>";
        write!(told, "<response><href>{href}</href><propstat><prop>{properties}</prop>{status}</propstat></response>")
            .expect("text grows");
    };
    if root {
        tell("/share/", "<resourcetype><collection/></resourcetype>");
    }
    for (name, size) in files {
        let properties = format!("<getcontentlength>{size}</getcontentlength><getetag>\"{size}\"</getetag>");
        tell(&format!("/share/{name}"), &properties);
    }
    told.push_str("</multistatus>");
    Reply::body(207, told)
}
