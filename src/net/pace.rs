//! Whether a response arrives fast enough: at all, and to keep memory that others wait for.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// The slowest rate that is accepted while others wait for memory, in bytes per second: that of a slow line. A service
/// that sends less cannot keep the memory from all others.
const WHILE_WANTED: u64 = 16_000;

/// That rate is measured over this time.
const WINDOW: Duration = Duration::from_secs(5);

/// The slowest rate that is accepted at all, in bytes per second. It is between the limits of Cargo (10) and of dnf
/// (1,000), so that 32 transfers that share a line of 32 kbit/s still work. What sends less has stalled, however often
/// it shows signs of life.
const AT_ALL: u64 = 100;

/// How fast a response arrives. Only the time for which its pieces are awaited counts.
#[derive(Debug)]
pub struct Pace {
    /// Bytes per second.
    least: u64,
    window: Duration,
    took: Duration,
    bytes: usize,
}

/// A response arrives too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSlow;

/// Minimum number of bytes that must arrive within a time; fewer count as a stall. A time of more than a minute requires
/// no more than a minute does: a long timeout is often set for a service that takes long to begin.
#[must_use]
pub fn least_within(window: Duration) -> u64 {
    u64::try_from(window.min(Duration::from_mins(1)).as_millis()).unwrap_or(u64::MAX).saturating_mul(AT_ALL) / 1_000
}

impl Pace {
    /// For what may be slow unless its memory is wanted.
    #[must_use]
    pub const fn start() -> Self {
        Self::over(WINDOW, WHILE_WANTED)
    }

    /// For everything: measured over the time for which a service may be silent.
    #[must_use]
    pub const fn within(window: Duration) -> Self {
        Self::over(window, AT_ALL)
    }

    const fn over(window: Duration, least: u64) -> Self {
        Self { least, window, took: Duration::ZERO, bytes: 0 }
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
                let too_slow = is_too_slow(self.took, self.bytes, self.least);
                *self = Self::over(self.window, self.least);
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

/// `least` bytes per second are fast enough.
fn is_too_slow(took: Duration, bytes: usize, least: u64) -> bool {
    took.as_millis() * u128::from(least) > bytes as u128 * 1_000
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
            let found = is_too_slow(Duration::from_secs(seconds), kib * 1_024, WHILE_WANTED);
            assert_eq!(found, too_slow, "{seconds} s, {kib} KiB");
        }
    }

    #[test]
    fn a_byte_now_and_then_is_a_stall_and_a_bad_line_is_none() {
        for (seconds, bytes, stalled) in [(60, 0, true), (60, 600, true), (60, 5_999, true), (60, 6_000, false)] {
            assert_eq!(is_too_slow(Duration::from_secs(seconds), bytes, AT_ALL), stalled, "{seconds} s, {bytes} B");
        }
        assert_eq!(least_within(Duration::from_mins(1)), 6_000);
        assert_eq!(least_within(Duration::from_mins(10)), 6_000);
    }

    /// What arrived in one window does not count in the next.
    #[tokio::test]
    async fn a_drip_after_a_burst_is_too_slow() {
        let mut pace = Pace::over(SHORT, WHILE_WANTED);
        pace.count(usize::MAX / 2);
        while pace.piece(sleep(Duration::from_millis(1)), || true).await.is_ok() {
            pace.count(1);
        }
    }

    #[tokio::test]
    async fn silence_is_too_slow_as_soon_as_others_wait() {
        let looked = Cell::new(0);
        let wanted = || looked.replace(looked.get() + 1) == 3;
        assert_eq!(Pace::over(SHORT, WHILE_WANTED).piece(pending::<()>(), wanted).await, Err(TooSlow));
        assert_eq!(looked.get(), 4);
    }
}
