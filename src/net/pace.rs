//! Whether a response arrives fast enough to keep memory that others wait for.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// The slowest rate that is accepted while others wait for memory: 16 KiB/s, that of a slow line. A service that sends
/// less cannot keep the memory from all others.
const BYTES_PER_MS: usize = 16;

/// The rate is measured over this time.
const WINDOW: Duration = Duration::from_secs(5);

/// How fast a response arrives. Only the time for which its pieces are awaited counts.
#[derive(Debug)]
pub struct Pace {
    window: Duration,
    took: Duration,
    bytes: usize,
}

/// A response arrives too slowly while others wait for the memory that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSlow;

impl Pace {
    #[must_use]
    pub const fn start() -> Self {
        Self::over(WINDOW)
    }

    const fn over(window: Duration) -> Self {
        Self { window, took: Duration::ZERO, bytes: 0 }
    }

    /// Counts bytes that arrived.
    pub const fn count(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Awaits the next piece.
    ///
    /// # Errors
    /// When the response has been too slow for a while, or silent, and its memory is `wanted`.
    pub async fn piece<T>(&mut self, piece: impl Future<Output = T>, wanted: impl Fn() -> bool) -> Result<T, TooSlow> {
        let mut piece = pin!(piece);
        loop {
            let left = self.window.saturating_sub(self.took);
            if left.is_zero() {
                let too_slow = is_too_slow(self.took, self.bytes);
                *self = Self::over(self.window);
                if too_slow && wanted() {
                    return Err(TooSlow);
                }
                continue;
            }
            let began = Instant::now();
            let arrived = timeout(left, &mut piece).await;
            self.took += began.elapsed();
            if let Ok(arrived) = arrived {
                return Ok(arrived);
            }
        }
    }
}

fn is_too_slow(took: Duration, bytes: usize) -> bool {
    took > Duration::from_millis(u64::try_from(bytes / BYTES_PER_MS).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::pending;

    use tokio::time::sleep;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn a_drip_is_too_slow_and_a_slow_line_is_not() {
        for (seconds, kib, too_slow) in
            [(5, 0, true), (5, 75, true), (5, 85, false), (60, 170, true), (60, 1_000, false)]
        {
            assert_eq!(is_too_slow(Duration::from_secs(seconds), kib * 1_024), too_slow, "{seconds} s, {kib} KiB");
        }
    }

    /// What arrived in one window does not count in the next.
    #[tokio::test]
    async fn a_drip_after_a_burst_is_too_slow() {
        let mut pace = Pace::over(SHORT);
        pace.count(usize::MAX / 2);
        while pace.piece(sleep(Duration::from_millis(1)), || true).await.is_ok() {
            pace.count(1);
        }
    }

    #[tokio::test]
    async fn silence_is_too_slow_as_soon_as_others_wait() {
        let looked = Cell::new(0);
        let wanted = || looked.replace(looked.get() + 1) == 3;
        assert_eq!(Pace::over(SHORT).piece(pending::<()>(), wanted).await, Err(TooSlow));
        assert_eq!(looked.get(), 4);
    }
}
