//! How far a run is: counters that the connector moves and the heartbeat stores.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::since_boot;
use crate::domain::progress::RunProgress;

/// The counters of a run. Every move counts as progress for the timeout.
#[derive(Debug)]
pub struct Progress(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    now: RunProgress,
    phase: &'static str,
    moved: Duration,
}

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new(Inner { now: RunProgress::default(), phase: "", moved: since_boot() }))
    }
}

impl Progress {
    fn moving(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.moved = since_boot();
        inner
    }

    /// Moves the counters.
    pub fn update(&self, change: impl FnOnce(&mut RunProgress)) {
        change(&mut self.moving().now);
    }

    /// The run begins to do something else: "comparing", "transferring", "deleting".
    pub fn phase(&self, phase: &'static str) {
        let mut inner = self.moving();
        inner.phase = phase;
        phase.clone_into(&mut inner.now.phase);
    }

    /// What it does that with, such as the name of a set.
    pub fn detail(&self, detail: &str) {
        let mut inner = self.moving();
        inner.now.phase = format!("{} {detail}", inner.phase);
    }

    /// `n` more bytes went through.
    pub fn bytes(&self, n: u64) {
        self.update(|now| now.bytes_done = now.bytes_done.saturating_add(i64::try_from(n).unwrap_or(0)));
    }

    /// The counters, without when they moved, and how long ago that was.
    #[must_use]
    pub fn snapshot(&self) -> (RunProgress, Duration) {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (inner.now.clone(), since_boot().saturating_sub(inner.moved))
    }
}
