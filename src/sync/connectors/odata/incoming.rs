//! Good answers: with all of their body, or while it still comes.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Url;
use reqwest::header::HeaderValue;

use super::sign_in::hidden;
use super::words::refusal;
use crate::domain::run::Failure;
use crate::net::body::Body;
use crate::sync::progress::Progress;

/// How much of an answer is quoted.
const QUOTED: usize = 1_000;

/// A good answer, with all of its body.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) body: Bytes,
    /// After redirects.
    pub(super) url: Url,
    /// The version that the answer says it is of, if that is not read.
    pub(super) foreign_version: Option<String>,
    /// What the request was signed in with.
    pub(super) token: Option<HeaderValue>,
}

impl Got {
    /// The beginning of the answer, for people.
    pub(super) fn beginning(&self) -> String {
        let beginning = String::from_utf8_lossy(self.body.get(..QUOTED).unwrap_or(&self.body));
        self.hidden(&refusal(&beginning))
    }

    /// Words of the answer, for people.
    pub(super) fn hidden(&self, words: &str) -> String {
        hidden(words, self.token.as_ref())
    }
}

/// A good answer whose body is still to come.
pub(super) struct Incoming {
    pub(super) body: Body,
    /// In small letters, without parameters.
    pub(super) media_type: String,
    pub(super) etag: Option<String>,
    /// After redirects.
    pub(super) url: Url,
    /// The version that the answer says it is of, if that is not read.
    pub(super) foreign_version: Option<String>,
    pub(super) token: Option<HeaderValue>,
    pub(super) beginning: Vec<u8>,
    pub(super) progress: Option<Arc<Progress>>,
}

impl Incoming {
    /// The next piece of the body; `None` at the end.
    pub(super) async fn piece(&mut self) -> Result<Option<&[u8]>, Failure> {
        let Some(piece) = self.body.piece().await? else { return Ok(None) };
        let room = QUOTED.saturating_sub(self.beginning.len());
        self.beginning.extend_from_slice(piece.get(..room).unwrap_or(piece));
        if let Some(progress) = &self.progress {
            progress.bytes(piece.len() as u64);
        }
        Ok(Some(piece))
    }

    /// The beginning of the answer, for people; as much of it as is there already, but some of it.
    pub(super) async fn beginning(&mut self) -> String {
        while self.beginning.len() < QUOTED {
            match self.piece().await {
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break,
            }
        }
        self.hidden(&refusal(&String::from_utf8_lossy(&self.beginning)))
    }

    /// Words of the answer, for people.
    pub(super) fn hidden(&self, words: &str) -> String {
        hidden(words, self.token.as_ref())
    }
}
