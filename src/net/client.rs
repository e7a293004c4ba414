//! The client: every request that leaves the house goes through [`Client::send`].

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Method, Request, StatusCode, Url};

use super::filter::Filter;
use super::pulse::{Paced, Pieces, Pulse};
use super::trouble;
use super::{Patience, check_address};
use crate::domain::run::Failure;

/// Up to this size a body is sent in one piece, and can be sent again when the peer redirects.
const ONE_PIECE: usize = 64 * 1024;

/// Sends requests. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) filter: Filter,
    pub(super) patience: Patience,
}

/// The body of a request.
pub enum Outgoing {
    Nothing,
    /// At hand, in pieces of any size.
    Whole(Vec<Bytes>),
    /// Of this many bytes: a peer takes no more and notices if there are fewer. `None`: chunked.
    Streamed(Pieces, Option<u64>),
}

/// What the peer answered, whatever its status. The body is read piece by piece.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: Url,
    response: reqwest::Response,
    idle: Duration,
}

impl Client {
    /// How long this client waits, and how often it tries.
    #[must_use]
    pub const fn patience(&self) -> Patience {
        self.patience
    }

    /// The same client that tries so often.
    #[must_use]
    pub fn trying(&self, attempts: u32) -> Self {
        Self { patience: Patience { attempts, ..self.patience }, ..self.clone() }
    }

    /// Sends a request. Redirects are followed within the filter; a status is no error here.
    ///
    /// # Errors
    /// When no answer came, with the stage at which it failed.
    pub async fn send(&self, mut request: Request, body: Outgoing) -> Result<Answer, Failure> {
        check_address(&self.filter, request.url())?;
        let host = trouble::host_of(request.url());
        let pulse = Pulse::start();
        match body {
            Outgoing::Nothing if matches!(*request.method(), Method::PUT | Method::POST) => {
                request.headers_mut().insert(CONTENT_LENGTH, 0.into());
            }
            Outgoing::Nothing => {}
            Outgoing::Whole(pieces) => {
                let size: usize = pieces.iter().map(Bytes::len).sum();
                if size <= ONE_PIECE {
                    *request.body_mut() = Some(pieces.concat().into());
                } else {
                    stream(&mut request, small(pieces), Some(size as u64), &pulse);
                }
            }
            Outgoing::Streamed(pieces, size) => stream(&mut request, pieces, size, &pulse),
        }
        let sent = pulse.watch(self.patience.idle, self.http.execute(request)).await;
        let response = match sent {
            None => return Err(trouble::slow(host)),
            Some(Err(error)) => return Err(trouble::classify(&error, host)),
            Some(Ok(response)) => response,
        };
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            url: response.url().clone(),
            response,
            idle: self.patience.idle,
        })
    }
}

impl Answer {
    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// When the peer stops in the middle: less than it announced, or nothing for too long.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        match tokio::time::timeout(self.idle, self.response.chunk()).await {
            Err(_elapsed) => Err(trouble::slow(trouble::host_of(&self.url))),
            Ok(Err(error)) => Err(trouble::classify(&error, trouble::host_of(&self.url))),
            Ok(Ok(piece)) => Ok(piece),
        }
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`Answer::piece`], and when it is longer than `limit` bytes.
    pub async fn whole(&mut self, limit: usize) -> Result<Bytes, Failure> {
        let mut whole = bytes::BytesMut::new();
        while let Some(piece) = self.piece().await? {
            if whole.len() + piece.len() > limit {
                let words = format!("the answer is longer than {limit} bytes");
                return Err(trouble::nonsense(trouble::host_of(&self.url), words));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// The beginning of the body for people to read, at most `limit` bytes; what cannot be read is left out.
    pub async fn words(&mut self, limit: usize) -> String {
        let mut words = Vec::new();
        while let Ok(Some(piece)) = self.piece().await {
            words.extend_from_slice(&piece);
            if words.len() >= limit {
                break;
            }
        }
        words.truncate(limit);
        String::from_utf8_lossy(&words).into_owned()
    }
}

fn stream(request: &mut Request, pieces: Pieces, size: Option<u64>, pulse: &Pulse) {
    if let Some(size) = size {
        request.headers_mut().insert(CONTENT_LENGTH, size.into());
    }
    *request.body_mut() = Some(reqwest::Body::wrap_stream(Paced { pieces, pulse: pulse.clone() }));
}

/// In pieces small enough to show that a slow line moves.
fn small(pieces: Vec<Bytes>) -> Pieces {
    let cut = |mut piece: Bytes| {
        std::iter::from_fn(move || (!piece.is_empty()).then(|| piece.split_to(piece.len().min(ONE_PIECE))))
    };
    Box::pin(futures_util::stream::iter(pieces.into_iter().flat_map(cut).map(Ok)))
}
