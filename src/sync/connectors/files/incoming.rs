//! A file on its way from the source into the destination.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::Stream;

use super::end::{EndError, EndResult, Facts, Reader, Trouble};
use crate::sync::progress::Progress;
use crate::sync::stop::Stop;

/// What [`super::end::End::write`] writes. It moves the progress, and ends with
/// [`EndError::Stopped`] as soon as the run is stopped.
pub struct Incoming {
    reader: Box<dyn Reader>,
    facts: Facts,
    stop: Stop,
    progress: Arc<Progress>,
    given: Arc<AtomicU64>,
    failed: Failed,
}

/// Keeps what the source failed with, so that it is not taken for a failure of the destination.
#[derive(Debug, Clone, Default)]
pub struct Failed(Arc<Mutex<Option<EndError>>>);

impl Failed {
    fn keep(&self, error: &EndError) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error.clone());
    }

    /// The error of the source or of the stop, if that is why the writing failed.
    #[must_use]
    pub fn take(&self) -> Option<EndError> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

impl Incoming {
    #[must_use]
    pub fn new(reader: Box<dyn Reader>, stop: Stop, progress: Arc<Progress>) -> Self {
        let facts = reader.facts().clone();
        Self { reader, facts, stop, progress, given: Arc::default(), failed: Failed::default() }
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

    /// The next bytes; `None` when the whole file was given and did not change meanwhile.
    ///
    /// # Errors
    /// Of the source, or when the run is stopped. Nothing may become visible then.
    pub async fn next(&mut self) -> EndResult<Option<Bytes>> {
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
                    let error = EndError::item(Trouble::Changed, "it grew while it was read");
                    self.failed.keep(&error);
                    return Err(error);
                }
            }
            Ok(None) if self.facts.size.is_some_and(|size| self.given() < size) => {
                let error = EndError::item(Trouble::Changed, "it became shorter while it was read");
                self.failed.keep(&error);
                return Err(error);
            }
            Ok(None) => {}
            Err(error) => self.failed.keep(error),
        }
        got
    }

    /// To be asked directly before the file becomes visible under its name.
    ///
    /// # Errors
    /// When the run must not change anything any more.
    pub fn commit(&self) -> EndResult<()> {
        self.stop.check().map_err(EndError::from)
    }

    /// For what must outlive this, such as the body of a request: the run's stop.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// As the body of a request. An error of the source is in [`Incoming::failed`] as well.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        futures_util::stream::unfold(Some(self), |incoming| async {
            let mut incoming = incoming?;
            match incoming.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(incoming))),
                Ok(None) => None,
                Err(_kept) => Some((Err(std::io::Error::other("the source could not be read")), None)),
            }
        })
    }
}
