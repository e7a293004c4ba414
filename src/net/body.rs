//! The body of an answer, decoded, within a bound: for answers that are read here. What is transferred is not decoded.

use std::io::ErrorKind;

use bytes::Bytes;
use reqwest::header::CONTENT_ENCODING;

use super::client::Answer;
use super::coding::Decoder;
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
    buffer: Vec<u8>,
    has_ended: bool,
}

impl Body {
    /// The body of an answer, at most `limit` bytes of it when decoded.
    ///
    /// # Errors
    /// When its content coding is not one that can be decoded.
    pub fn of(answer: Answer, limit: usize) -> Result<Self, Failure> {
        let mut names = answer.headers.get_all(CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("?"));
        let codings = names.next().unwrap_or_default().to_owned();
        let codings = names.fold(codings, |all, name| format!("{all}, {name}"));
        let decoder =
            Decoder::new(&codings).map_err(|words| trouble::nonsense(trouble::host_of(&answer.url), words))?;
        Ok(Self { answer, decoder, left: limit, limit, buffer: vec![0; PIECE], has_ended: false })
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
                    Some(piece) => self.decoder.feed(piece),
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

    /// All of it.
    ///
    /// # Errors
    /// As [`Body::piece`].
    pub async fn whole(&mut self) -> Result<Bytes, Failure> {
        let mut whole = Vec::new();
        while let Some(piece) = self.piece().await? {
            whole.extend_from_slice(piece);
        }
        Ok(whole.into())
    }

    /// The beginning for people to read, up to the limit; what cannot be read is skipped.
    pub async fn words(&mut self) -> String {
        let mut words = Vec::new();
        while let Ok(Some(piece)) = self.piece().await {
            words.extend_from_slice(piece);
        }
        String::from_utf8_lossy(&words).into_owned()
    }

    fn host(&self) -> String {
        trouble::host_of(&self.answer.url)
    }

    fn too_long(&self) -> Failure {
        trouble::nonsense(self.host(), format!("the answer is longer than {} bytes", self.limit))
    }

    fn broken(&self, error: &std::io::Error) -> Failure {
        match error.kind() {
            ErrorKind::UnexpectedEof => trouble::broken_off(self.host(), "the compressed answer ends too early"),
            _ => trouble::nonsense(self.host(), format!("the answer cannot be decompressed: {error}")),
        }
    }
}
