//! A service that shows what it was sent, and what it knows, in each form and each part of an answer.

use std::sync::{Arc, Mutex};

use super::forms::{forms, with_a_user};
use crate::odata::stub::V4;
use crate::stub::{Reply, Request, Stub};

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Teapot,
    Json,
    Xml,
    Title,
    Broken,
    Busy,
    Header,
    Multistatus,
    Page,
    ErrorIn200,
    Location,
    Version,
    Mismatch,
    Types,
    StatusLine,
    NoHttp,
    /// The secret lies across the end of what is kept.
    Cut,
}

/// Which requests it answers so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Everything,
    /// What is asked for after the first good answers: files and pages of records.
    Content,
    Token,
    Nothing,
}

pub const ALL: [Shape; 17] = [
    Shape::Teapot,
    Shape::Json,
    Shape::Xml,
    Shape::Title,
    Shape::Broken,
    Shape::Busy,
    Shape::Header,
    Shape::Multistatus,
    Shape::Page,
    Shape::ErrorIn200,
    Shape::Location,
    Shape::Version,
    Shape::Mismatch,
    Shape::Types,
    Shape::StatusLine,
    Shape::NoHttp,
    Shape::Cut,
];

/// What the service gives out itself.
pub const COOKIE: &str = "c00kie-value-7d3e9f";
pub const ACCESS: &str = "eyJhbGciOi.acc3ss.t0ken-51f0";
pub const REFRESH: &str = "r3fresh-t0ken-90ab12";

pub struct Echo {
    pub stub: Stub,
    told: Arc<Mutex<(Shape, Place)>>,
    /// Every `Authorization` header that came.
    pub received: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    pub fn start(secrets: Vec<String>) -> Self {
        let (told, received) = (Arc::new(Mutex::new((Shape::Teapot, Place::Nothing))), Arc::default());
        let (asked, kept): (_, Arc<Mutex<Vec<String>>>) = (told.clone(), Arc::clone(&received));
        let stub = Stub::start(move |_, request| {
            let sent = request.header("authorization").map(ToOwned::to_owned);
            kept.lock().expect("no panic").extend(sent.clone());
            let (shape, place) = *asked.lock().expect("no panic");
            let shown: Vec<String> = secrets.iter().cloned().chain(sent).collect();
            answer(request, shape, place, &shown).with("set-cookie", format!("session={COOKIE}; Path=/; HttpOnly"))
        });
        Self { stub, told, received }
    }

    pub fn answers(&self, shape: Shape, place: Place) {
        *self.told.lock().expect("no panic") = (shape, place);
    }
}

fn answer(request: &Request, shape: Shape, place: Place, secrets: &[String]) -> Reply {
    let path = request.path.split('?').next().unwrap_or_default();
    let is_token = path.ends_with("/token");
    let echoes = match place {
        Place::Everything => !is_token,
        Place::Content => path.ends_with("/Things") || path.ends_with("/a.txt") && request.method == "GET",
        Place::Token => is_token,
        Place::Nothing => false,
    };
    match path {
        _ if echoes => shown(shape, secrets),
        _ if is_token => Reply::body(
            200,
            format!("{{\"access_token\": \"{ACCESS}\", \"refresh_token\": \"{REFRESH}\", \"expires_in\": 3600}}"),
        ),
        path if path.ends_with("/$metadata") => Reply::body(200, V4).with("content-type", "application/xml"),
        _ if request.method == "PROPFIND" => listing(path, secrets),
        path if path.ends_with("/a.txt") => Reply::body(200, "content").with("etag", etag(secrets)),
        _ => Reply::body(200, "{\"value\": []}").with("content-type", "application/json").with("etag", etag(secrets)),
    }
}

/// A mark of a version that is a secret.
fn etag(secrets: &[String]) -> String {
    let form = secrets.first().map(|secret| forms(secret).swap_remove(13)).unwrap_or_default();
    format!("\"{form}\"")
}

/// A folder with one file, whose mark is a secret.
fn listing(path: &str, secrets: &[String]) -> Reply {
    let root = path.trim_end_matches("/a.txt").trim_end_matches('/');
    let folder = format!(
        "<D:response><D:href>{root}/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop>\
         <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    );
    let file = format!(
        "<D:response><D:href>{root}/a.txt</D:href><D:propstat><D:prop><D:resourcetype/><D:getcontentlength>7\
         </D:getcontentlength><D:getetag>{}</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
        etag(secrets)
    );
    let both = if path.ends_with("/a.txt") { file } else { folder + &file };
    Reply::body(207, format!("<D:multistatus xmlns:D=\"DAV:\">{both}</D:multistatus>"))
}

/// All forms, in texts of at most about 3 KiB, of which one is chosen by the turn.
fn shown(shape: Shape, secrets: &[String]) -> Reply {
    let all: Vec<String> = secrets.iter().flat_map(|secret| [forms(secret), with_a_user(secret)].concat()).collect();
    let text = all.join(" | ");
    let line: String = all
        .iter()
        .filter(|form| form.bytes().all(|byte| (b' '..0x7F).contains(&byte)))
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let plain: Vec<String> = all.iter().filter(|form| !form.contains(['<', '&', '"', '>'])).cloned().collect();
    let plain = plain.join(" ");
    let one = secrets.first().cloned().unwrap_or_default();
    match shape {
        Shape::Teapot => Reply::body(418, text),
        Shape::Json => {
            Reply::body(400, format!("{{\"error\": {{\"code\": \"E1\", \"message\": {}}}}}", serde_json::json!(text)))
        }
        Shape::Xml => Reply::body(403, format!("<Error><Code>AccessDenied</Code><Message>{text}</Message></Error>")),
        Shape::Title => Reply::body(404, format!("<html><title>{text}</title></html>")),
        Shape::Broken => Reply::body(500, text),
        Shape::Busy => Reply::body(503, text).with("retry-after", "3600"),
        Shape::Header => Reply::status(403).with("x-ms-error-code", line),
        Shape::Multistatus => Reply::body(
            207,
            format!(
                "<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/</D:href><D:status>HTTP/1.1 423 {plain}</D:status>\
                 <D:error><D:x>{plain}</D:x></D:error><D:responsedescription>{plain}</D:responsedescription>\
                 </D:response></D:multistatus>"
            ),
        ),
        Shape::Page => Reply::body(200, format!("<html><body>{text}</body></html>")),
        Shape::ErrorIn200 => {
            let error = serde_json::json!({"error": {"code": one, "message": {"lang": "en", "value": text}}});
            Reply::body(200, error.to_string()).with("content-type", "application/json")
        }
        Shape::Location => {
            let host = one.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
            Reply::status(302).with("location", format!("http://{}.example/{line}", &host[..host.len().min(60)]))
        }
        Shape::Version => {
            Reply::body(200, format!("<Edmx Version=\"{plain}\"/>")).with("content-type", "application/xml")
        }
        Shape::Mismatch => {
            let name: String = one.chars().filter(char::is_ascii_alphanumeric).collect();
            Reply::body(200, format!("<Edmx Version=\"4.0\"><x{name}></y{name}></Edmx>"))
                .with("content-type", "application/xml")
        }
        Shape::Types => {
            Reply::body(200, "[]").with("content-type", format!("text/{line}")).with("etag", format!("\"{line}\""))
        }
        Shape::StatusLine => Reply::Raw(format!("HTTP/1.1 418 {line}\r\ncontent-length: 0\r\n\r\n").into_bytes()),
        Shape::NoHttp => Reply::Raw(text.into_bytes()),
        Shape::Cut => {
            let short = 4_096 - one.len().min(4_000) / 2;
            Reply::body(418, format!("{}{one} and so on {}", "x".repeat(short), "y".repeat(9_000)))
        }
    }
}
