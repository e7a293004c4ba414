//! A file on its way from the source into the destination.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::Stream;

use super::item::{EndpointError, EndpointResult, Facts, FileReader, ItemError};
use crate::sync::progress::Progress;
use crate::sync::stop::Stop;

/// What [`super::endpoint::Endpoint::write`] writes. It moves the progress, and ends with
/// [`EndpointError::Stopped`] as soon as the run is stopped.
pub struct Incoming {
    reader: Box<dyn FileReader>,
    facts: Facts,
    stop: Stop,
    progress: Arc<Progress>,
    given: Arc<AtomicU64>,
    failed: Failed,
    last_facts: LastFacts,
}

/// The facts of the source once all of it was given.
#[derive(Debug, Clone, Default)]
pub struct LastFacts(Arc<Mutex<Option<Facts>>>);

impl LastFacts {
    fn keep(&self, facts: Facts) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(facts);
    }

    /// What a later listing reports of exactly the content that was given; `None` if not all of it was.
    #[must_use]
    pub fn take(&self) -> Option<Facts> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

/// Keeps what the source failed with, so that it is not treated as a failure of the destination.
#[derive(Debug, Clone, Default)]
pub struct Failed(Arc<Mutex<Option<EndpointError>>>);

impl Failed {
    fn keep(&self, error: &EndpointError) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error.clone());
    }

    /// The error of the source or of the stop, if that is why the writing failed.
    #[must_use]
    pub fn take(&self) -> Option<EndpointError> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

impl Incoming {
    #[must_use]
    pub fn new(reader: Box<dyn FileReader>, stop: Stop, progress: Arc<Progress>) -> Self {
        let facts = reader.facts().clone();
        Self {
            reader,
            facts,
            stop,
            progress,
            given: Arc::default(),
            failed: Failed::default(),
            last_facts: LastFacts::default(),
        }
    }

    /// What was known of the source when it was opened: its size if any, and the time to set.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The permission bits of the source, where it has any.
    #[must_use]
    pub fn mode(&self) -> Option<u32> {
        self.reader.mode()
    }

    /// Where an error of the source is kept for who turned this into a stream.
    #[must_use]
    pub fn failed(&self) -> Failed {
        self.failed.clone()
    }

    /// Where the facts of the source are kept once all of it was given.
    #[must_use]
    pub fn last_facts(&self) -> LastFacts {
        self.last_facts.clone()
    }

    /// How many bytes were given out so far.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given.load(Ordering::Relaxed)
    }

    /// The same for who turned this into a stream.
    #[must_use]
    pub fn counter(&self) -> Arc<AtomicU64> {
        self.given.clone()
    }

    /// The next bytes; `None` at the end of a file that did not change while it was read.
    ///
    /// # Errors
    /// Of the source, or when the run is stopped. Nothing may become visible then.
    pub async fn next(&mut self) -> EndpointResult<Option<Bytes>> {
        let got = tokio::select! {
            biased;
            stopped = self.stop.stopped() => Err(stopped.into()),
            got = self.reader.next() => got,
        };
        match &got {
            Ok(Some(bytes)) => {
                let given = self.given.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64;
                self.progress.bytes(bytes.len() as u64);
                if self.facts.size.is_some_and(|size| given > size) {
                    let error = EndpointError::item(ItemError::Changed, "it grew while being read");
                    self.failed.keep(&error);
                    return Err(error);
                }
            }
            Ok(None) if self.facts.size.is_some_and(|size| self.given() < size) => {
                let error = EndpointError::item(ItemError::Changed, "it became shorter while being read");
                self.failed.keep(&error);
                return Err(error);
            }
            Ok(None) => self.last_facts.keep(Facts { size: Some(self.given()), ..self.reader.facts().clone() }),
            Err(error) => self.failed.keep(error),
        }
        got
    }

    /// To be asked directly before the file becomes visible under its name.
    ///
    /// # Errors
    /// When the run must not change anything any more.
    pub fn commit(&self) -> EndpointResult<()> {
        self.stop.check().map_err(EndpointError::from)
    }

    /// For what must outlive this, such as the body of a request: the run's stop.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// As the body of a request. An error of the source is in [`Incoming::failed`] as well.
    ///
    /// The last piece is held back until the reader has confirmed that the file did not change: a service that sends
    /// a body of known length does not ask for more after its last byte.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        futures_util::stream::unfold(Some((self, None)), |state| async {
            let (mut incoming, mut held): (Self, Option<Bytes>) = state?;
            loop {
                match incoming.next().await {
                    Ok(Some(bytes)) => {
                        if let Some(ready) = held.replace(bytes) {
                            return Some((Ok(ready), Some((incoming, held))));
                        }
                    }
                    Ok(None) => return held.map(|last| (Ok(last), None)),
                    Err(_kept) => return Some((Err(std::io::Error::other("the source could not be read")), None)),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::StreamExt;

    use super::*;
    use futures_util::future::BoxFuture;

    /// Gives two pieces, and then what it ends with.
    struct Pieces(Vec<&'static str>, Option<ItemError>, Facts);

    impl FileReader for Pieces {
        fn facts(&self) -> &Facts {
            &self.2
        }

        fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<Bytes>>> {
            let next = match (self.0.pop(), self.1) {
                (Some(piece), _) => Ok(Some(Bytes::from_static(piece.as_bytes()))),
                (None, Some(trouble)) => Err(EndpointError::item(trouble, "in the end")),
                (None, None) => Ok(None),
            };
            Box::pin(async { next })
        }
    }

    fn incoming(end: Option<ItemError>) -> Incoming {
        let pieces = Pieces(vec!["de", "abc"], end, Facts { size: None, etag: Some("e".into()), ..Facts::default() });
        Incoming::new(
            Box::new(pieces),
            Stop::leased(crate::clock::since_boot(), Duration::from_mins(1)),
            Arc::default(),
        )
    }

    async fn streamed(incoming: Incoming) -> Vec<Option<Bytes>> {
        incoming.into_stream().map(Result::ok).collect().await
    }

    #[tokio::test]
    async fn the_last_piece_waits_for_the_end() {
        let whole = incoming(None);
        let facts = whole.last_facts();
        assert_eq!(streamed(whole).await, [Some("abc".into()), Some("de".into())]);
        assert_eq!(facts.take(), Some(Facts { size: Some(5), etag: Some("e".into()), ..Facts::default() }));
        let changed = incoming(Some(ItemError::Changed));
        let (failed, facts) = (changed.failed(), changed.last_facts());
        assert_eq!(streamed(changed).await, [Some("abc".into()), None], "what is incomplete is never sent whole");
        assert_eq!(failed.take(), Some(EndpointError::item(ItemError::Changed, "in the end")));
        assert_eq!(facts.take(), None);
    }
}
