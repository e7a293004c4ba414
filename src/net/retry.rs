//! Trying again what failed for a reason that may pass, a few times and with pauses, so that one bad
//! moment of a peer does not fail a run.

use std::time::Duration;

use super::Patience;
use super::trouble::may_pass_now;
use crate::domain::run::PeerFailure;

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryableError<E> {
    pub error: E,
    /// Whether another attempt may do better.
    pub transient: bool,
    /// How long the peer asked to wait.
    pub wait: Option<Duration>,
}

impl From<PeerFailure> for RetryableError<PeerFailure> {
    fn from(error: PeerFailure) -> Self {
        Self { transient: may_pass_now(&error), error, wait: None }
    }
}

impl Patience {
    /// The pause after `failed` attempts; `None` when there shall be no other.
    #[must_use]
    pub fn pause_after<E>(&self, failed: u32, setback: &RetryableError<E>) -> Option<Duration> {
        if !setback.transient || failed >= self.attempts {
            return None;
        }
        let doubled = self.pause.saturating_mul(1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX));
        let pause = setback.wait.unwrap_or_else(|| doubled.min(self.longest_pause));
        (pause <= self.longest_pause).then_some(pause)
    }
}

/// Tries until it succeeds, fails for good, or was tried often enough; the attempt gets its number,
/// from 1. Dropping the future stops it, also in a pause.
///
/// # Errors
/// That of the last attempt.
pub async fn with_patience<T, E, F>(patience: Patience, mut attempt: impl FnMut(u32) -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, RetryableError<E>>>,
{
    let mut number = 1;
    loop {
        let setback = match attempt(number).await {
            Ok(done) => return Ok(done),
            Err(setback) => setback,
        };
        let Some(pause) = patience.pause_after(number, &setback) else { return Err(setback.error) };
        tokio::time::sleep(jittered(pause)).await;
        number += 1;
    }
}

/// Up to a quarter longer, so that transfers that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0_u8; 1];
    // Without randomness the pause is the plain one.
    let part = getrandom::fill(&mut random).map_or(0, |()| u32::from(u8::from_ne_bytes(random)));
    pause + pause / 4 * part / 256
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const PATIENCE: Patience = Patience {
        connect: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        attempts: 4,
        pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(30),
    };

    fn setback(transient: bool, wait: Option<u64>) -> RetryableError<&'static str> {
        RetryableError { error: "busy", transient, wait: wait.map(Duration::from_secs) }
    }

    #[test]
    fn pauses_double_and_end() {
        let after = |failed| PATIENCE.pause_after(failed, &setback(true, None)).map(|pause| pause.as_millis());
        assert_eq!([1, 2, 3, 4].map(after), [Some(500), Some(1_000), Some(2_000), None]);
    }

    #[test]
    fn a_peer_that_asks_for_a_pause_gets_it_unless_it_is_too_long() {
        let after = |wait| PATIENCE.pause_after(1, &setback(true, Some(wait))).map(|pause| pause.as_secs());
        assert_eq!([0, 7, 30, 31].map(after), [Some(0), Some(7), Some(30), None]);
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        assert_eq!(PATIENCE.pause_after(1, &setback(false, Some(0))), None);
    }

    #[test]
    fn jitter_is_at_most_a_quarter() {
        let pause = Duration::from_secs(4);
        assert!((pause..pause + pause / 4).contains(&jittered(pause)));
        assert_eq!(jittered(Duration::ZERO), Duration::ZERO);
    }

    #[tokio::test]
    async fn the_third_attempt_succeeds() {
        let third = |n| async move { if n == 3 { Ok(n) } else { Err(setback(true, Some(0))) } };
        assert_eq!(with_patience(PATIENCE, third).await, Ok(3));
    }

    #[tokio::test]
    async fn the_last_error_is_told() {
        let tried = Cell::new(0);
        let never = |n| {
            tried.set(n);
            async { Err::<(), _>(setback(true, Some(0))) }
        };
        assert_eq!((with_patience(PATIENCE, never).await, tried.get()), (Err("busy"), 4));
    }
}
