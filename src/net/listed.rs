//! Reading answers that are part of a folder listing.

use bytes::Bytes;

use super::client::Answer;
use super::listings::Listed;
use super::memory::grown;
use super::pace::TooSlow;
use super::trouble;
use crate::domain::run::PeerFailure;

impl Listed {
    /// The next piece of an answer that is part of the listing; `None` at its end.
    ///
    /// # Errors
    /// As [`Answer::piece`]; when it comes too slowly while others wait for memory.
    pub async fn piece(&mut self, answer: &mut Answer) -> Result<Option<Bytes>, PeerFailure> {
        let share = &self.listings.0.share;
        let piece = self.pace.piece(answer.piece(), || share.is_wanted()).await;
        let piece = piece.unwrap_or_else(|TooSlow| Err(trouble::crowded_out(answer.host())))?;
        self.pace.count(piece.as_ref().map_or(0, Bytes::len));
        Ok(piece)
    }

    /// Reads the whole body of an answer, which counts as part of the listing.
    ///
    /// # Errors
    /// As [`Answer::piece`]; when it is longer than `limit` bytes; when the listings of this run need more than their
    /// bound; when it comes too slowly while others wait for memory.
    pub async fn whole(&mut self, answer: &mut Answer, limit: usize) -> Result<Vec<u8>, PeerFailure> {
        let mut whole = Vec::new();
        while let Some(piece) = self.piece(answer).await? {
            let size = whole.len() + piece.len();
            if size > limit {
                return Err(trouble::too_large(answer.host(), limit));
            }
            if size > whole.capacity() {
                let capacity = grown(whole.capacity(), size, limit);
                let more = self.add(capacity - whole.capacity()).await;
                more.map_err(|error| trouble::too_large(answer.host(), error.most))?;
                whole.reserve_exact(capacity - whole.len());
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}
