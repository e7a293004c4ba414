//! The client: every outgoing request goes through [`Client::send`].

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Method, Request, StatusCode, Url};

use super::filter::AddressFilter;
use super::listings::Listings;
use super::memory::{Memory, Share, UNCOUNTED};
use super::models::Models;
use super::pace::{Pace, TooSlow};
use super::progress_watchdog::{BodyError, Paced, Pieces, ProgressWatchdog};
use super::redirect;
use super::secrets::Secrets;
use super::trouble;
use super::{Patience, check_address};
use crate::domain::run::PeerFailure;

/// Up to this size a body is sent in one piece, and can be sent again when the peer redirects.
const ONE_PIECE: usize = 64 * 1024;

/// Size of the pieces in which a body is streamed. A peer must take one within the time for which it may be silent, so
/// that they are small: 273 bytes per second are enough by default. A record of TLS has this size, too.
const PIECE: usize = 16 * 1024;

/// Longest part of a URL that is shown.
const LONGEST_URL: usize = 1_000;

/// How long the body of a refusal is read. It is only quoted.
const QUOTING: Duration = Duration::from_secs(10);

/// Sends requests. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) filter: AddressFilter,
    pub(super) patience: Patience,
    pub(super) memory: Memory,
    pub(super) listings: Listings,
    pub(super) secrets: Secrets,
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
    pace: Pace,
    memory: Memory,
    secrets: Secrets,
}

impl Client {
    /// Memory for several responses that are kept together, at most `limit` bytes.
    #[must_use]
    pub fn share(&self, limit: usize) -> Share {
        self.memory.share(limit)
    }

    /// The memory for descriptions of services.
    #[must_use]
    pub const fn models(&self) -> &Models {
        self.memory.models()
    }

    /// How long this client waits, and how often it tries.
    #[must_use]
    pub const fn patience(&self) -> Patience {
        self.patience
    }

    /// The folder listings of the run.
    #[must_use]
    pub const fn listings(&self) -> &Listings {
        &self.listings
    }

    /// What is known of the credentials of the system.
    #[must_use]
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The same client that tries so often.
    #[must_use]
    pub fn trying(&self, attempts: u32) -> Self {
        Self { patience: Patience { attempts, ..self.patience }, ..self.clone() }
    }

    /// Sends a request. A redirect is followed if the request changes nothing and it stays on the same origin; a status
    /// is no error here.
    ///
    /// # Errors
    /// When no answer came, with the stage at which it failed; when a redirect is not followed.
    pub async fn send(&self, request: Request, body: Outgoing) -> Result<Answer, PeerFailure> {
        let again = match &body {
            Outgoing::Nothing => Some(Vec::new()),
            Outgoing::Whole(pieces) => Some(pieces.clone()),
            Outgoing::Streamed(..) => None,
        };
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let mut answer = self.send_one(request, body).await?;
        for followed in 0.. {
            let response = (answer.status, &answer.headers);
            let Some(to) = redirect::target(&method, &answer.url, response, followed)? else { break };
            let Some(pieces) = &again else { break };
            let mut request = Request::new(method.clone(), to);
            *request.headers_mut() = headers.clone();
            let body = if pieces.is_empty() { Outgoing::Nothing } else { Outgoing::Whole(pieces.clone()) };
            answer = self.send_one(request, body).await?;
        }
        Ok(answer)
    }

    async fn send_one(&self, mut request: Request, body: Outgoing) -> Result<Answer, PeerFailure> {
        check_address(&self.filter, request.url())?;
        self.secrets.learn_request(request.headers());
        let (host, url) = (trouble::host_of(request.url()), request.url().clone());
        let pulse = ProgressWatchdog::start();
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
                    let pieces = Box::pin(futures_util::stream::iter(pieces.into_iter().map(Ok)));
                    stream(&mut request, pieces, Some(size as u64), &pulse);
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
        self.secrets.learn_response(response.headers());
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            url,
            response,
            idle: self.patience.idle,
            pace: Pace::within(self.patience.idle),
            memory: self.memory.clone(),
            secrets: self.secrets.clone(),
        })
    }
}

impl Answer {
    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// When the peer stops in the middle: less than it announced, or next to nothing for too long.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, PeerFailure> {
        let piece = {
            let piece = pin!(tokio::time::timeout(self.idle, self.response.chunk()));
            self.pace.piece(piece, || true).await
        };
        match piece {
            Err(TooSlow) | Ok(Err(_)) => Err(trouble::slow(self.host())),
            Ok(Ok(Err(error))) => Err(trouble::classify(&error, self.host())),
            Ok(Ok(Ok(piece))) => {
                self.pace.count(piece.as_ref().map_or(0, Bytes::len));
                Ok(piece)
            }
        }
    }

    /// The whole body of a short answer.
    ///
    /// # Errors
    /// As [`Answer::piece`]; when it is longer than what every answer may hold in memory without being counted.
    pub async fn short(&mut self) -> Result<Bytes, PeerFailure> {
        let mut whole = Vec::new();
        while let Some(piece) = self.piece().await? {
            if whole.len() + piece.len() > UNCOUNTED {
                return Err(trouble::too_large(self.host(), UNCOUNTED));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// Memory for what a reader keeps of this response, at most `limit` bytes.
    #[must_use]
    pub fn share(&self, limit: usize) -> Share {
        self.memory.share(limit)
    }

    /// The host that answered, for messages.
    #[must_use]
    pub fn host(&self) -> String {
        trouble::host_of(&self.url)
    }

    /// How long may be read what is only quoted.
    #[must_use]
    pub fn quoting_time(&self) -> Duration {
        self.idle.min(QUOTING)
    }

    /// Fails if a redirect led to something else than what was asked for: nobody knows what that says of it.
    ///
    /// # Errors
    /// With the URL that it led to.
    pub fn is_about(&self, asked: &Url) -> Result<(), PeerFailure> {
        if redirect::is_same(asked, &self.url) {
            return Ok(());
        }
        let mut failure = redirect::to_another_path(asked, &self.url);
        failure.args.iter_mut().for_each(|arg| *arg = self.secrets.quote(arg, LONGEST_URL));
        Err(failure)
    }

    /// The beginning of the body, to find words for people in it. What cannot be read, or arrives late, is omitted.
    ///
    /// It is longer than `limit` bytes, so that no part of a credential is left when [`Secrets::quote`] has cut it.
    pub async fn words(&mut self, limit: usize) -> String {
        let limit = limit.saturating_mul(2);
        let (time, mut words) = (self.quoting_time(), Vec::new());
        let reading = async {
            while let Ok(Some(piece)) = self.piece().await {
                words.extend_from_slice(&piece);
                if words.len() >= limit {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(time, reading).await;
        words.truncate(limit);
        String::from_utf8_lossy(&words).into_owned()
    }

    /// What is known of the credentials of the system.
    #[must_use]
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}

fn stream(request: &mut Request, pieces: Pieces, size: Option<u64>, pulse: &ProgressWatchdog) {
    if let Some(size) = size {
        request.headers_mut().insert(CONTENT_LENGTH, size.into());
    }
    *request.body_mut() = Some(reqwest::Body::wrap_stream(Paced { pieces: small(pieces), pulse: pulse.clone() }));
}

/// In pieces small enough to show that a slow line moves.
fn small(pieces: Pieces) -> Pieces {
    let cut = |mut piece: Bytes| {
        let next = move || (!piece.is_empty()).then(|| Ok::<_, BodyError>(piece.split_to(piece.len().min(PIECE))));
        std::iter::from_fn(next)
    };
    Box::pin(pieces.map_ok(move |piece| futures_util::stream::iter(cut(piece))).try_flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_streamed_in_small_pieces() {
        let sizes = [0, 1, PIECE, 5 * PIECE + 7];
        let pieces = sizes.map(|size| Ok(Bytes::from(vec![7; size])));
        let small: Vec<Bytes> = small(Box::pin(futures_util::stream::iter(pieces))).try_collect().await.unwrap();
        let found: Vec<usize> = small.iter().map(Bytes::len).collect();
        assert_eq!(found, [1, PIECE, PIECE, PIECE, PIECE, PIECE, PIECE, 7]);
    }
}
