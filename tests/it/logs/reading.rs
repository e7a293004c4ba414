//! Answers that are read while they are sent, or begun and not read.

use std::io::Write;

use flate2::write::GzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::visitor::Visitor;
use crate::wait::PATIENCE;

/// An answer as it comes in.
pub struct Reading {
    response: reqwest::Response,
    unpacked: Option<GzDecoder<Vec<u8>>>,
    /// The beginning of a letter whose rest has not arrived.
    rest: Vec<u8>,
    /// All that has arrived, unpacked.
    pub text: String,
}

impl Reading {
    pub async fn start(base: &str, visitor: &Visitor, path: &str, gzip: bool) -> Self {
        let request = reqwest::Client::builder().no_proxy().build().expect("a client").get(format!("{base}{path}"));
        let request = request.header(COOKIE, session(visitor));
        let request = if gzip { request.header(ACCEPT_ENCODING, "gzip") } else { request };
        let response = request.send().await.expect("the portal answers");
        let packed = response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
        assert_eq!(packed, gzip, "{path}");
        Self { response, unpacked: packed.then(|| GzDecoder::new(Vec::new())), rest: Vec::new(), text: String::new() }
    }

    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The next piece; `false` at the end, an error when the response is cut off.
    pub async fn more(&mut self) -> reqwest::Result<bool> {
        let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("something arrives")?;
        let Some(chunk) = chunk else { return Ok(false) };
        let plain: Vec<u8> = match &mut self.unpacked {
            None => chunk.to_vec(),
            Some(decoder) => {
                decoder.write_all(&chunk).expect("it is gzip");
                decoder.flush().expect("it is gzip");
                std::mem::take(decoder.get_mut())
            }
        };
        self.rest.extend_from_slice(&plain);
        let whole = std::str::from_utf8(&self.rest).map_or_else(|error| error.valid_up_to(), str::len);
        self.text.push_str(std::str::from_utf8(&self.rest[..whole]).expect("it was looked at"));
        self.rest.drain(..whole);
        Ok(true)
    }

    /// Reads on until this has arrived.
    pub async fn until(&mut self, words: &str) {
        while !self.text.contains(words) {
            assert!(self.more().await.expect("the answer goes on"), "it ended without “{words}”: {}", self.text);
        }
    }

    /// Reads to the end; an error when the response is cut off.
    pub async fn read_to_end(&mut self) -> reqwest::Result<&str> {
        while self.more().await? {}
        Ok(&self.text)
    }
}

/// The cookie that says who is signed in.
fn session(visitor: &Visitor) -> String {
    format!("syncdesk={}", visitor.cookie("syncdesk").expect("somebody is signed in"))
}

/// Somebody who asks for something and then reads nothing.
pub struct Stalled(TcpStream);

impl Stalled {
    /// Reads the head of the answer and stops.
    pub async fn at(base: &str, visitor: &Visitor, path: &str) -> Self {
        let host = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.expect("the portal listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {}\r\n\r\n", session(visitor));
        stream.write_all(request.as_bytes()).await.expect("it is sent");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer").expect("a head"));
        }
        let head = String::from_utf8(head).expect("text");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
        Self(stream)
    }

    /// Reads the rest: how many bytes there were, and whether the answer was whole.
    pub async fn read_on(mut self) -> (usize, bool) {
        let (mut read, mut end, mut piece) = (0, Vec::new(), vec![0; 1 << 16]);
        loop {
            let n = timeout(PATIENCE, self.0.read(&mut piece)).await.expect("it goes on").unwrap_or(0);
            read += n;
            end.extend_from_slice(&piece[..n]);
            end.drain(..end.len().saturating_sub(5));
            if n == 0 || end == b"0\r\n\r\n" {
                return (read, end == b"0\r\n\r\n");
            }
        }
    }
}
