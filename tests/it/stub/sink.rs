//! A share that counts what it is sent and keeps nothing of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Reply, Request, Stub, listing};

/// Name and size of each file.
type Files = BTreeMap<String, u64>;

pub struct Sink {
    stub: Stub,
    files: Arc<Mutex<Files>>,
}

impl Sink {
    pub fn new() -> Self {
        Self::breaking(0)
    }

    /// The first uploads end without an answer when all of them has come.
    pub fn breaking(uploads: usize) -> Self {
        let files = Arc::new(Mutex::new(Files::new()));
        let (kept, left) = (files.clone(), AtomicUsize::new(uploads));
        let stub = Stub::start(move |_, request| {
            let breaks = |n: usize| n.checked_sub(1);
            if request.method == "PUT" && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, breaks).is_ok() {
                return Reply::Raw(Vec::new());
            }
            answer(&mut kept.lock().expect("no panic"), request)
        });
        Self { stub, files }
    }

    pub fn address(&self) -> String {
        self.stub.url("/share")
    }

    /// What came so far.
    pub fn methods(&self) -> Vec<String> {
        self.stub.seen().into_iter().map(|request| request.method).collect()
    }

    /// As a destination in the form of a system.
    pub fn fields(&self) -> [(&'static str, String); 3] {
        [
            ("settings.destination_kind", "webdav".to_owned()),
            ("settings.destination_endpoint", self.address()),
            ("settings.destination_path", String::new()),
        ]
    }

    pub fn files(&self) -> Files {
        self.files.lock().expect("no panic").clone()
    }
}

fn answer(files: &mut Files, request: &Request) -> Reply {
    let name = |path: &str| path.trim_start_matches("/share").trim_matches('/').to_owned();
    let asked = name(&request.path);
    match request.method.as_str() {
        "PUT" => {
            files.insert(asked, request.length);
            Reply::status(201)
        }
        "MOVE" => {
            let target = request.header("destination").and_then(|url| url.split_once("/share")).expect("a target");
            let size = files.remove(&asked).expect("it was sent");
            files.insert(name(target.1), size);
            Reply::status(201)
        }
        "DELETE" => Reply::status(if files.remove(&asked).is_some() { 204 } else { 404 }),
        "PROPFIND" if asked.is_empty() => listing(true, files.iter().map(|(name, size)| (name.as_str(), *size))),
        "PROPFIND" => match files.get(&asked) {
            Some(size) => listing(false, [(asked.as_str(), *size)]),
            None => Reply::status(404),
        },
        other => Reply::body(405, other),
    }
}
