//! A small HTTP server that answers as it is told: for what no real server does on demand (too many requests,
//! silence, half an answer, nonsense).

mod bucket;
mod dav;
mod share;
mod sink;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::PrivateKeyDer;

use crate::certificates::OURS;
use crate::wait::pause;

pub use bucket::{Bucket, Habits, Object};
pub use dav::{Dav, Oddities, inside_207};
pub use share::{LARGE, Share, listing};
pub use sink::Sink;

/// What came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    headers: Vec<(String, String)>,
    /// As much of it as is kept: of a large one only the beginning.
    pub body: Vec<u8>,
    /// How many bytes the body had.
    pub length: u64,
}

/// Of a body that is larger the rest is counted and thrown away.
const KEPT: u64 = 64 * 1024 * 1024;

impl Request {
    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What to answer; the connection is closed after it.
pub enum Reply {
    Http(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, whatever they are.
    Raw(Vec<u8>),
    /// A head, and a body that is handed out piece by piece until the client closes the connection.
    Pieces(Vec<u8>, Box<dyn Iterator<Item = Vec<u8>> + Send>),
    /// Nothing more after these bytes, with the connection held open until the client closes it.
    Silence(Vec<u8>),
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Http(status, Vec::new(), Vec::new())
    }

    pub fn body(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Http(status, Vec::new(), body.into())
    }

    /// The same with another status.
    pub fn but(self, status: u16) -> Self {
        match self {
            Self::Http(_, headers, body) => Self::Http(status, headers, body),
            other => other,
        }
    }

    /// The same once more; only for answers of [`Reply::Http`].
    pub fn again(&self) -> Self {
        match self {
            Self::Http(status, headers, body) => Self::Http(*status, headers.clone(), body.clone()),
            Self::Raw(_) | Self::Pieces(..) | Self::Silence(_) => panic!("it can be given once"),
        }
    }

    /// Some bytes, then the same few again and again for ten seconds, and then the rest.
    pub fn dripping(beginning: impl Into<Vec<u8>>, drop: &'static str, rest: &'static str) -> Self {
        let drops = std::iter::repeat_with(move || {
            (0..10).for_each(|_| pause());
            drop.as_bytes().to_vec()
        });
        Self::Pieces(beginning.into(), Box::new(drops.take(100).chain([rest.as_bytes().to_vec()])))
    }

    pub fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Http(status, mut headers, body) => {
                headers.push((name, value.into()));
                Self::Http(status, headers, body)
            }
            other => other,
        }
    }
}

type Handler = Box<dyn Fn(usize, &Request) -> Reply + Send + Sync>;

/// A server on a free port of loopback, until it is dropped.
pub struct Stub {
    port: u16,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// The handler gets the number of the request, from 0, and the request.
    pub fn start(handler: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, Box::new(handler))
    }

    /// The same behind TLS, by [`OURS`].
    pub fn secure(handler: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let issued = OURS.server();
        let key = PrivateKeyDer::try_from(issued.key.serialize_der()).expect("a key");
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![issued.certificate.der().clone()], key)
            .expect("the key is that of the certificate");
        Self::listen(Some(Arc::new(config)), Box::new(handler))
    }

    fn listen(tls: Option<Arc<rustls::ServerConfig>>, handler: Handler) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (handler, kept) = (Arc::new(handler), seen.clone());
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (Ok(connection), handler, seen, tls) = (connection, handler.clone(), kept.clone(), tls.clone())
                else {
                    return;
                };
                thread::spawn(move || serve(connection, tls, &seen, &handler));
            }
        });
        Self { port, scheme, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("no test panicked with it").clone()
    }
}

fn serve(plain: TcpStream, tls: Option<Arc<rustls::ServerConfig>>, seen: &Mutex<Vec<Request>>, handler: &Handler) {
    let Some(config) = tls else {
        answer(plain, seen, handler);
        return;
    };
    if let Ok(session) = rustls::ServerConnection::new(config) {
        answer(rustls::StreamOwned::new(session, plain), seen, handler);
    }
}

trait Connection: Read + Write {
    fn end(&mut self);
}

impl Connection for TcpStream {
    fn end(&mut self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

impl Connection for rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
    fn end(&mut self) {
        self.conn.send_close_notify();
        let _ = self.flush();
        let _ = self.sock.shutdown(Shutdown::Write);
    }
}

fn answer(mut connection: impl Connection, seen: &Mutex<Vec<Request>>, handler: &Handler) {
    let Some(request) = read(&mut connection) else { return };
    let number = {
        let mut seen = seen.lock().expect("no test panicked with it");
        seen.push(request.clone());
        seen.len() - 1
    };
    let reply = handler(number, &request);
    let goes_silent = matches!(reply, Reply::Silence(_));
    let (beginning, pieces) = match reply {
        Reply::Http(status, headers, body) => (http(status, &headers, &body, request.method == "HEAD"), None),
        Reply::Raw(bytes) | Reply::Silence(bytes) => (bytes, None),
        Reply::Pieces(head, pieces) => (head, Some(pieces)),
    };
    for piece in std::iter::once(beginning).chain(pieces.into_iter().flatten()) {
        if connection.write_all(&piece).and_then(|()| connection.flush()).is_err() {
            return;
        }
    }
    if !goes_silent {
        connection.end();
    }
    let _ = std::io::copy(&mut connection, &mut std::io::sink()); // until the client closes it
}

fn http(status: u16, headers: &[(&'static str, String)], body: &[u8], head: bool) -> Vec<u8> {
    let length = ("content-length", body.len().to_string());
    let told = status == 204 || headers.iter().any(|(name, _)| *name == length.0);
    let lines = headers.iter().chain((!told).then_some(&length)).map(|(name, value)| format!("{name}: {value}\r\n"));
    let text = format!("HTTP/1.1 {status} Stub\r\nconnection: close\r\n{}\r\n", lines.collect::<String>());
    let mut bytes = text.into_bytes();
    if !head {
        bytes.extend_from_slice(body);
    }
    bytes
}

/// A body in chunks; `None` if it breaks off.
fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = u64::from_str_radix(size.trim(), 16).ok()?;
        let before = body.len() as u64;
        reader.by_ref().take(size).read_to_end(&mut body).ok()?;
        reader.read_line(&mut String::new()).ok()?;
        if body.len() as u64 - before < size {
            return None;
        }
        if size == 0 {
            return Some(body);
        }
    }
}

fn read(connection: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        let body = chunks(&mut reader)?;
        let length = body.len() as u64;
        return Some(Request { method, path, headers, body, length });
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let length: u64 = length.unwrap_or(0);
    let (mut body, mut rest) = (Vec::new(), reader.take(length));
    rest.by_ref().take(KEPT).read_to_end(&mut body).ok()?;
    std::io::copy(&mut rest, &mut std::io::sink()).ok()?;
    (rest.limit() == 0).then_some(Request { method, path, headers, body, length })
}
