//! The body of an answer, decoded, within a bound: for answers that are read here. What is transferred is not decoded.

use std::io::ErrorKind;

use bytes::Bytes;
use reqwest::header::CONTENT_ENCODING;

use super::client::{Answer, Held};
use super::coding::Decoder;
use super::memory::Share;
use super::pace::Pace;
use super::trouble;
use crate::domain::run::Failure;

/// Longest piece.
const PIECE: usize = 32 * 1024;

/// A body that is read piece by piece.
pub struct Body {
    answer: Answer,
    decoder: Decoder,
    /// How many decoded bytes may still come.
    left: usize,
    limit: usize,
    share: Share,
    pace: Pace,
    /// Bytes that came since the pace was looked at.
    fresh: usize,
    buffer: Vec<u8>,
    has_ended: bool,
}

impl Body {
    /// The body of an answer, at most `limit` bytes of it when decoded. A reader that holds parts of it holds at most
    /// `memory` bytes.
    ///
    /// # Errors
    /// When its content coding is not one that can be decoded.
    pub fn of(answer: Answer, limit: usize, memory: usize) -> Result<Self, Failure> {
        let mut names = answer.headers.get_all(CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("?"));
        let codings = names.next().unwrap_or_default().to_owned();
        let codings = names.fold(codings, |all, name| format!("{all}, {name}"));
        let decoder = Decoder::new(&codings).map_err(|words| trouble::nonsense(answer.host(), words))?;
        let share = answer.share(memory.saturating_add(decoder.memory()));
        let (buffer, pace) = (vec![0; PIECE], Pace::start());
        Ok(Self { answer, decoder, left: limit, limit, share, pace, fresh: 0, buffer, has_ended: false })
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// As [`Answer::piece`], and when it cannot be decoded or is longer than the limit.
    pub async fn piece(&mut self) -> Result<Option<&[u8]>, Failure> {
        loop {
            match self.decoder.read(&mut self.buffer) {
                Ok(Some(0)) => return Ok(None),
                Ok(Some(read)) => {
                    let Some(left) = self.left.checked_sub(read) else { return Err(self.too_long()) };
                    self.left = left;
                    return Ok(self.buffer.get(..read));
                }
                Ok(None) => match self.answer.piece().await? {
                    Some(piece) => {
                        self.fresh += piece.len();
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

    /// What a reader holds of it now, in bytes: it counts towards the memory of the process.
    ///
    /// # Errors
    /// When it is more than was agreed on; when the body comes too slowly while others wait for memory.
    pub async fn holds(&mut self, bytes: usize) -> Result<(), Failure> {
        let bytes = bytes.saturating_add(self.decoder.memory());
        let held = self.pace.waiting(self.share.hold(bytes)).await;
        held.map_err(|error| trouble::too_large(self.answer.host(), error.most))?;
        self.keeps_pace()
    }

    /// Fails when the body comes too slowly while others wait for memory.
    fn keeps_pace(&mut self) -> Result<(), Failure> {
        if self.pace.is_too_slow(std::mem::take(&mut self.fresh)) && self.share.is_wanted() {
            return Err(trouble::slow(self.answer.host()));
        }
        Ok(())
    }

    /// Awaits what is not the service's affair.
    pub async fn waiting<T>(&mut self, work: impl Future<Output = T>) -> T {
        self.pace.waiting(work).await
    }

    /// All of it. It counts towards the memory of the process until the last clone of it is dropped.
    ///
    /// # Errors
    /// As [`Body::piece`] and [`Body::holds`].
    pub async fn whole(mut self) -> Result<Bytes, Failure> {
        let mut whole: Vec<u8> = Vec::new();
        loop {
            let Some(piece) = self.piece().await? else { break };
            let size = whole.len() + piece.len();
            if size <= whole.capacity() {
                whole.extend_from_slice(piece);
                self.keeps_pace()?;
                continue;
            }
            let piece = piece.to_vec();
            let capacity = (whole.capacity() * 2).min(self.share.most()).max(size);
            self.holds(capacity).await?;
            whole.reserve_exact(capacity - whole.len());
            whole.extend_from_slice(&piece);
        }
        self.share.shrink(self.decoder.memory());
        Ok(Bytes::from_owner(Held { whole, _share: self.share }))
    }

    /// The beginning for people to read, up to the limit; what cannot be read is skipped.
    pub async fn words(&mut self) -> String {
        let mut words = Vec::new();
        while let Ok(Some(piece)) = self.piece().await {
            words.extend_from_slice(piece);
        }
        String::from_utf8_lossy(&words).into_owned()
    }

    fn too_long(&self) -> Failure {
        trouble::too_large(self.answer.host(), self.limit)
    }

    fn broken(&self, error: &std::io::Error) -> Failure {
        match error.kind() {
            ErrorKind::UnexpectedEof => trouble::broken_off(self.answer.host(), "the compressed answer ends too early"),
            _ => trouble::nonsense(self.answer.host(), format!("the answer cannot be decompressed: {error}")),
        }
    }
}
