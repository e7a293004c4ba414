//! How far a run is: counters that the connector moves and the heartbeat stores.

use std::sync::Mutex;

use crate::clock::since_boot;
use std::time::Duration;

/// A moment's view of the counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// What the run is doing, in a word for people: "comparing", "transferring", "deleting".
    pub phase: &'static str,
    /// What it does that with, such as the name of a set; may be empty.
    pub detail: String,
    pub items_done: i64,
    pub items_total: i64,
    pub bytes_done: i64,
    pub bytes_total: i64,
    /// Until then the totals still grow, and pages say "counting".
    pub total_final: bool,
    /// Items that needed nothing.
    pub unchanged: i64,
}

impl Snapshot {
    /// Phase and detail, for people.
    #[must_use]
    pub fn doing(&self) -> String {
        if self.detail.is_empty() { self.phase.to_owned() } else { format!("{} {}", self.phase, self.detail) }
    }

    /// Whether anything was done or found yet. To have begun is no progress.
    #[must_use]
    pub const fn has_moved(&self) -> bool {
        self.items_done > 0 || self.items_total > 0 || self.bytes_done > 0 || self.unchanged > 0
    }
}

/// The counters of a run. Every move counts as progress for the timeout.
#[derive(Debug)]
pub struct Progress(Mutex<(Snapshot, Duration)>);

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new((Snapshot::default(), since_boot())))
    }
}

impl Progress {
    /// Moves the counters.
    pub fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut inner = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut inner.0);
        inner.1 = since_boot();
    }

    /// `n` more bytes went through.
    pub fn bytes(&self, n: u64) {
        self.update(|now| now.bytes_done = now.bytes_done.saturating_add(i64::try_from(n).unwrap_or(0)));
    }

    /// The counters, and how long ago anything moved.
    #[must_use]
    pub fn snapshot(&self) -> (Snapshot, Duration) {
        let inner = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (inner.0.clone(), since_boot().saturating_sub(inner.1))
    }
}
