//! Whether a response comes fast enough to keep memory that others wait for.

use std::time::{Duration, Instant};

/// The slowest rate that is accepted while others wait for memory: 16 KiB/s, that of a slow line. A service that sends
/// less cannot keep the memory from all others.
const BYTES_PER_MS: usize = 16;

/// The rate is looked at over this time.
const WINDOW: Duration = Duration::from_secs(10);

/// How fast a response comes. The time for which it has to wait for memory itself does not count.
#[derive(Debug)]
pub struct Pace {
    began: Instant,
    waited: Duration,
    bytes: usize,
}

impl Pace {
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), waited: Duration::ZERO, bytes: 0 }
    }

    /// Awaits memory.
    pub async fn waiting<T>(&mut self, memory: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let done = memory.await;
        self.waited += began.elapsed();
        done
    }

    /// Counts bytes that came; whether the last ones took too long.
    pub fn is_too_slow(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        let took = self.began.elapsed().saturating_sub(self.waited);
        if took < WINDOW {
            return false;
        }
        let too_slow = is_too_slow(took, self.bytes);
        *self = Self::start();
        too_slow
    }
}

fn is_too_slow(took: Duration, bytes: usize) -> bool {
    took > Duration::from_millis(u64::try_from(bytes / BYTES_PER_MS).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drip_is_too_slow_and_a_slow_line_is_not() {
        for (seconds, kib, too_slow) in
            [(10, 0, true), (10, 150, true), (10, 170, false), (60, 170, true), (60, 1_000, false)]
        {
            assert_eq!(is_too_slow(Duration::from_secs(seconds), kib * 1_024), too_slow, "{seconds} s, {kib} KiB");
        }
    }

    #[tokio::test]
    async fn waiting_for_memory_does_not_count() {
        let mut pace = Pace::start();
        pace.waiting(tokio::time::sleep(Duration::from_millis(20))).await;
        assert!(pace.waited >= Duration::from_millis(20));
        assert!(!pace.is_too_slow(0), "it has only begun");
    }
}
