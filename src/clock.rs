//! Time as a parameter. Nothing else asks the system for the time.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// A moment: microseconds since 1970 UTC, in memory as in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Stamp(pub i64);

impl Stamp {
    /// As a calendar time; moments outside chrono's range become 1970.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    #[must_use]
    pub fn from_utc(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros())
    }

    /// Later by `span`; stays at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// Earlier by `span`.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// How long after `earlier` this is; nothing if it is before.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A span in microseconds, as the database keeps it.
#[must_use]
pub fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Where the time comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    fn now(&self) -> Stamp;

    /// Time that passes evenly, also when somebody sets the clock; only differences mean something.
    fn elapsed(&self) -> Duration {
        since_boot()
    }
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    fn now(&self) -> Stamp {
        Stamp::from_utc(Utc::now())
    }
}

/// A clock that stands still until it is moved, for tests.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    #[must_use]
    pub fn at(stamp: Stamp) -> Self {
        Self(AtomicI64::new(stamp.0))
    }

    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(micros(span), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Stamp {
        Stamp(self.0.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        self.now().since(Stamp(0))
    }
}

/// A clock that goes by the time since boot from a moment of another clock on: what a run logs with. It never goes back,
/// whatever becomes of the clock of this machine, and shows the time of the database that gave the moment.
#[derive(Debug, Clone, Copy)]
pub struct RunClock {
    began: Stamp,
    /// Since boot.
    at: Duration,
}

impl RunClock {
    /// It was `began` by the other clock at `at` (since boot).
    #[must_use]
    pub const fn new(began: Stamp, at: Duration) -> Self {
        Self { began, at }
    }
}

impl Clock for RunClock {
    fn now(&self) -> Stamp {
        self.began.plus(since_boot().saturating_sub(self.at))
    }
}

/// Time since the machine started, which runs on while it is suspended: what leases are measured by.
#[must_use]
pub fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
