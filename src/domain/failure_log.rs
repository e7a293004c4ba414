//! A failure that repeats: reported once when it begins, counted while it lasts, reported once when it is over.
//!
//! Times are since boot (see [`crate::clock::since_boot`]), so that a clock that is set does not matter.

use std::time::Duration;

/// Time between two reports of a failure that lasts.
pub const REPORT_EVERY: Duration = Duration::from_mins(1);

/// What is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The first failure.
    Began,
    /// `failures` more attempts failed since the last report.
    Lasts { failures: u64 },
    /// It is over: `failures` attempts failed in all, during `lasted`.
    Over { failures: u64, lasted: Duration },
}

/// Counts the failures of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureLog(Option<Ongoing>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Ongoing {
    began: Duration,
    last: Duration,
    reported: Duration,
    failures: u64,
    unreported: u64,
}

impl FailureLog {
    /// Notes a failed attempt; returns what is to be reported, at most once a minute.
    pub fn failed(&mut self, now: Duration) -> Option<Report> {
        let Some(ongoing) = &mut self.0 else {
            self.0 = Some(Ongoing { began: now, last: now, reported: now, failures: 1, unreported: 0 });
            return Some(Report::Began);
        };
        ongoing.last = now;
        ongoing.failures += 1;
        ongoing.unreported += 1;
        if now.saturating_sub(ongoing.reported) < REPORT_EVERY {
            return None;
        }
        ongoing.reported = now;
        Some(Report::Lasts { failures: std::mem::take(&mut ongoing.unreported) })
    }

    /// Notes a success: the failure is over unless the last one is more recent than `calm`. Where some attempts
    /// succeed and others fail, `calm` keeps the log from switching back and forth.
    pub fn succeeded(&mut self, now: Duration, calm: Duration) -> Option<Report> {
        let ongoing = self.0.take_if(|ongoing| now.saturating_sub(ongoing.last) >= calm)?;
        Some(Report::Over { failures: ongoing.failures, lasted: now.saturating_sub(ongoing.began) })
    }

    /// When an attempt failed last; `None` while all is well.
    #[must_use]
    pub fn last_failure(&self) -> Option<Duration> {
        self.0.as_ref().map(|ongoing| ongoing.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_failure_is_reported_once_then_counted_then_over() {
        let mut log = FailureLog::default();
        assert_eq!((log.succeeded(at(1), at(0)), log.last_failure()), (None, None));
        assert_eq!(log.failed(at(10)), Some(Report::Began));
        for second in 11..70 {
            assert_eq!(log.failed(at(second)), None, "{second}");
        }
        assert_eq!(log.failed(at(70)), Some(Report::Lasts { failures: 60 }));
        assert_eq!((log.failed(at(71)), log.last_failure()), (None, Some(at(71))));
        assert_eq!(log.failed(at(400)), Some(Report::Lasts { failures: 2 }), "also after a pause");
        assert_eq!(log.succeeded(at(405), at(0)), Some(Report::Over { failures: 63, lasted: at(395) }));
        assert_eq!(log.succeeded(at(406), at(0)), None);
        assert_eq!(log.failed(at(407)), Some(Report::Began));
    }

    #[test]
    fn a_success_between_failures_is_not_the_end() {
        let mut log = FailureLog::default();
        assert_eq!(log.failed(at(10)), Some(Report::Began));
        assert_eq!(log.succeeded(at(19), at(10)), None);
        assert_eq!(log.failed(at(19)), None);
        assert_eq!(log.succeeded(at(28), at(10)), None);
        assert_eq!(log.succeeded(at(29), at(10)), Some(Report::Over { failures: 2, lasted: at(19) }));
    }
}
