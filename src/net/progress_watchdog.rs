//! Signs of life of a request, so that a peer is called slow when nothing moves, however long a big
//! transfer takes. (reqwest's own read timeout runs from the start of a request and does not see that
//! its body still moves.)

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::time::Instant;

/// Why the body of a request could not be made.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request, piece by piece.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// When a request last moved. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ProgressWatchdog(Arc<Mutex<Beat>>);

#[derive(Debug)]
struct Beat {
    last: Instant,
    /// The peer waits for us: that is not its fault.
    hungry: bool,
}

impl ProgressWatchdog {
    #[must_use]
    pub fn start() -> Self {
        Self(Arc::new(Mutex::new(Beat { last: Instant::now(), hungry: false })))
    }

    fn beat(&self, hungry: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Beat { last: Instant::now(), hungry };
    }

    /// When it is due again, if nothing moves until then.
    fn deadline(&self, idle: Duration) -> Instant {
        let beat = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if beat.hungry { Instant::now() + idle } else { beat.last + idle }
    }

    /// Awaits `work`; `None` when nothing moved for `idle`.
    pub async fn watch<T>(&self, idle: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        loop {
            let deadline = self.deadline(idle);
            tokio::select! {
                done = &mut work => return Some(done),
                () = tokio::time::sleep_until(deadline) => {
                    if self.deadline(idle) <= Instant::now() {
                        return None;
                    }
                }
            }
        }
    }
}

/// The pieces of a body; each that the connection takes is a beat.
pub struct Paced {
    pub pieces: Pieces,
    pub pulse: ProgressWatchdog,
}

impl Stream for Paced {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.pieces.as_mut().poll_next(context);
        self.pulse.beat(polled.is_pending());
        polled
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    const IDLE: Duration = Duration::from_millis(20);

    fn body(pieces: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static, pulse: &ProgressWatchdog) -> Paced {
        Paced { pieces: Box::pin(pieces), pulse: pulse.clone() }
    }

    #[tokio::test]
    async fn nothing_moves_and_it_is_called_slow() {
        let began = Instant::now();
        assert_eq!(ProgressWatchdog::start().watch(IDLE, std::future::pending::<()>()).await, None);
        assert!(began.elapsed() >= IDLE);
    }

    #[tokio::test]
    async fn a_piece_that_is_taken_is_a_sign_of_life() {
        let pulse = ProgressWatchdog::start();
        let before = pulse.deadline(IDLE);
        let mut moving = body(futures_util::stream::iter([Ok(Bytes::from_static(b"x"))]), &pulse);
        assert!(moving.next().await.is_some());
        assert!(pulse.deadline(IDLE) > before);
    }

    #[tokio::test]
    async fn a_source_that_takes_its_time_is_not_the_peers_fault() {
        let pulse = ProgressWatchdog::start();
        let mut waiting = body(futures_util::stream::pending(), &pulse);
        assert!(futures_util::poll!(waiting.next()).is_pending());
        assert!(pulse.deadline(IDLE) >= Instant::now(), "the deadline moves on with the clock");
    }
}
