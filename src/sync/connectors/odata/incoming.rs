//! Good answers: with all of their body, or while it still comes.

use std::sync::Arc;

use reqwest::{StatusCode, Url};

use super::words::refusal;
use crate::domain::run::PeerFailure;
use crate::net::body::Body;
use crate::net::secrets::Secrets;
use crate::sync::progress::Progress;

/// How much of an answer is quoted, and how much of it is looked at for that.
const QUOTED: usize = 1_000;
const LOOKED_AT: usize = 4 * 1024;

/// Longest words of an answer for people.
const WORDS: usize = 4 * 1024;

/// A good answer, with all of its body.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) body: Vec<u8>,
    /// After redirects.
    pub(super) url: Url,
    /// The version that the answer says it is of, if that is not read.
    pub(super) foreign_version: Option<String>,
    pub(super) secrets: Secrets,
}

impl Got {
    /// The beginning of the answer, for people.
    pub(super) fn beginning(&self) -> String {
        let beginning = String::from_utf8_lossy(self.body.get(..LOOKED_AT).unwrap_or(&self.body));
        self.secrets.quote(&refusal(&beginning), QUOTED)
    }

    /// Words of the answer, for people.
    pub(super) fn hidden(&self, words: &str) -> String {
        self.secrets.quote(words, WORDS)
    }
}

/// A good answer whose body is still to come.
pub(super) struct Incoming {
    pub(super) body: Body,
    pub(super) status: StatusCode,
    /// In small letters, without parameters.
    pub(super) media_type: String,
    pub(super) etag: Option<String>,
    /// After redirects.
    pub(super) url: Url,
    /// The version that the answer says it is of, if that is not read.
    pub(super) foreign_version: Option<String>,
    pub(super) secrets: Secrets,
    pub(super) beginning: Vec<u8>,
    pub(super) progress: Option<Arc<Progress>>,
}

impl Incoming {
    /// The next piece of the body; `None` at the end.
    pub(super) async fn piece(&mut self) -> Result<Option<&[u8]>, PeerFailure> {
        let Some(piece) = self.body.piece().await? else { return Ok(None) };
        let room = LOOKED_AT.saturating_sub(self.beginning.len());
        self.beginning.extend_from_slice(piece.get(..room).unwrap_or(piece));
        if let Some(progress) = &self.progress {
            progress.bytes(piece.len() as u64);
        }
        Ok(Some(piece))
    }

    /// The beginning of the answer, for people; as much of it as is there already, but some of it.
    pub(super) async fn beginning(&mut self) -> String {
        let time = self.body.quoting_time();
        let reading = Box::pin(async {
            while self.beginning.len() < LOOKED_AT {
                match self.piece().await {
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => break,
                }
            }
        });
        let _ = tokio::time::timeout(time, reading).await;
        self.secrets.quote(&refusal(&String::from_utf8_lossy(&self.beginning)), QUOTED)
    }

    /// Words of the answer, for people.
    pub(super) fn hidden(&self, words: &str) -> String {
        self.secrets.quote(words, WORDS)
    }

    /// Whether a credential can be read out of a part of the answer.
    pub(super) fn reveals(&self, part: &str) -> bool {
        self.secrets.are_in(part)
    }

    /// What is held of the answer now, in bytes: it counts towards the memory of the process.
    pub(super) async fn holds(&mut self, bytes: usize) -> Result<(), PeerFailure> {
        self.body.holds(bytes).await
    }
}
