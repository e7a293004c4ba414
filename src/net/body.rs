//! The body of an answer, decoded, within a bound: for answers that are read here. What is transferred is not decoded.

use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::CONTENT_ENCODING;

use super::client::Answer;
use super::coding;
use super::coding::Decoder;
use super::memory::{Share, grown};
use super::pace::{Pace, TooSlow};
use super::trouble;
use crate::domain::run::PeerFailure;

/// What decoding an answer takes at most, besides what is decoded.
pub const MOST_TO_DECODE: usize = coding::BROTLI_WINDOW;

/// Longest piece.
const PIECE: usize = 32 * 1024;

/// A body that is read piece by piece.
pub struct Body {
    answer: Answer,
    decoder: Decoder,
    /// How many decoded bytes may still come.
    left: usize,
    limit: usize,
    share: Arc<Share>,
    /// What else the share holds.
    beside: usize,
    pace: Pace,
    buffer: Vec<u8>,
    has_ended: bool,
}

impl Body {
    /// The body of an answer, at most `limit` bytes of it when decoded. A reader that holds parts of it holds at most
    /// `memory` bytes.
    ///
    /// # Errors
    /// When its content coding is not one that can be decoded.
    pub fn of(answer: Answer, limit: usize, memory: usize) -> Result<Self, PeerFailure> {
        let decoder = decoder(&answer)?;
        let share = answer.share(memory.saturating_add(decoder.memory()));
        Ok(Self::new(answer, decoder, limit, (Arc::new(share), 0)))
    }

    /// The body of one of several answers that share their memory; `others` is the number of bytes that the other
    /// answers hold.
    ///
    /// # Errors
    /// As [`Body::of`].
    pub fn beside(answer: Answer, limit: usize, share: Arc<Share>, others: usize) -> Result<Self, PeerFailure> {
        let decoder = decoder(&answer)?;
        Ok(Self::new(answer, decoder, limit, (share, others)))
    }

    fn new(answer: Answer, decoder: Decoder, limit: usize, (share, beside): (Arc<Share>, usize)) -> Self {
        let (buffer, pace) = (vec![0; PIECE], Pace::start());
        Self { answer, decoder, left: limit, limit, share, beside, pace, buffer, has_ended: false }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// As [`Answer::piece`]; when it cannot be decoded or is longer than the limit; when it comes too slowly while others
    /// wait for memory.
    pub async fn piece(&mut self) -> Result<Option<&[u8]>, PeerFailure> {
        loop {
            match self.decoder.read(&mut self.buffer) {
                Ok(Some(0)) => return Ok(None),
                Ok(Some(read)) => {
                    let Some(left) = self.left.checked_sub(read) else { return Err(self.too_long()) };
                    self.left = left;
                    return Ok(self.buffer.get(..read));
                }
                Ok(None) => match self.fresh().await? {
                    Some(piece) => {
                        self.pace.count(piece.len());
                        self.decoder.feed(piece);
                    }
                    None if self.has_ended => return Ok(None),
                    None => {
                        self.has_ended = true;
                        self.decoder.end();
                    }
                },
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    async fn fresh(&mut self) -> Result<Option<Bytes>, PeerFailure> {
        let piece = {
            let piece = pin!(self.answer.piece());
            self.pace.piece(piece, || self.share.is_wanted()).await
        };
        piece.unwrap_or_else(|TooSlow| Err(trouble::crowded_out(self.answer.host())))
    }

    /// What a reader holds of it now, in bytes: it counts towards the memory of the process.
    ///
    /// # Errors
    /// When it is more than was agreed on.
    pub async fn holds(&mut self, bytes: usize) -> Result<(), PeerFailure> {
        let bytes = bytes.saturating_add(self.decoder.memory()).saturating_add(self.beside);
        let held = self.share.hold(bytes).await;
        held.map_err(|error| trouble::too_large(self.answer.host(), error.most))
    }

    /// All of it. It counts towards the memory of the process as long as the share exists.
    ///
    /// # Errors
    /// As [`Body::piece`] and [`Body::holds`].
    pub async fn whole(mut self) -> Result<Vec<u8>, PeerFailure> {
        let mut whole: Vec<u8> = Vec::new();
        loop {
            let Some(piece) = self.piece().await? else { break };
            let size = whole.len() + piece.len();
            if size <= whole.capacity() {
                whole.extend_from_slice(piece);
                continue;
            }
            let piece = piece.to_vec();
            let capacity = grown(whole.capacity(), size, self.limit);
            self.holds(capacity).await?;
            whole.reserve_exact(capacity - whole.len());
            whole.extend_from_slice(&piece);
        }
        whole.shrink_to_fit();
        self.beside += whole.len();
        self.share.give_back_to(self.beside);
        Ok(whole)
    }

    /// How long may be read what is only quoted.
    #[must_use]
    pub fn quoting_time(&self) -> Duration {
        self.answer.quoting_time()
    }

    /// The beginning for people to read, up to the limit; what cannot be read, or comes late, is skipped.
    pub async fn words(&mut self) -> String {
        let (time, mut words) = (self.quoting_time(), Vec::new());
        if self.holds(0).await.is_err() {
            return String::new();
        }
        let reading = Box::pin(async {
            while let Ok(Some(piece)) = self.piece().await {
                words.extend_from_slice(piece);
            }
        });
        let _ = tokio::time::timeout(time, reading).await;
        String::from_utf8_lossy(&words).into_owned()
    }

    fn too_long(&self) -> PeerFailure {
        trouble::too_large(self.answer.host(), self.limit)
    }

    fn broken(&self, error: &std::io::Error) -> PeerFailure {
        match error.kind() {
            ErrorKind::UnexpectedEof => {
                trouble::broken_off(self.answer.host(), "the compressed response ends too early")
            }
            _ => trouble::nonsense(self.answer.host(), format!("the response cannot be decompressed: {error}")),
        }
    }
}

fn decoder(answer: &Answer) -> Result<Decoder, PeerFailure> {
    let mut names = answer.headers.get_all(CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("?"));
    let codings = names.next().unwrap_or_default().to_owned();
    let codings = names.fold(codings, |all, name| format!("{all}, {name}"));
    Decoder::new(&codings).map_err(|words| trouble::nonsense(answer.host(), words))
}
