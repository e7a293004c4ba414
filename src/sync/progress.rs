//! How far a run is: counters that the connector moves and the heartbeat stores.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, RunClock, since_boot};
use crate::domain::phase::{MOST_PHASES, Phase, PhaseStart};
use crate::domain::progress::RunProgress;
use crate::store::runs::Totals;

/// The counters of a run. Every move counts as progress for the timeout.
#[derive(Debug)]
pub struct Progress(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    now: RunProgress,
    /// Each phase with when it began (since boot).
    phases: Vec<(Phase, Duration)>,
    moved: Duration,
}

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new(Inner { now: RunProgress::default(), phases: Vec::new(), moved: since_boot() }))
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

    /// The run begins to do something else.
    pub fn phase(&self, phase: Phase) {
        let mut inner = self.moving();
        phase.doing().clone_into(&mut inner.now.phase);
        let is_new = inner.phases.last().is_none_or(|(last, _began)| *last != phase);
        if is_new && inner.phases.len() < MOST_PHASES {
            let began = inner.moved;
            inner.phases.push((phase, began));
        }
    }

    /// All of it as it is stored, with times by the clock of the run.
    #[must_use]
    pub fn totals(&self, clock: &RunClock, emitted: i64) -> Totals {
        let (mut progress, idle) = self.snapshot();
        let (time, booted) = (clock.now(), since_boot());
        progress.moved_at = progress.has_moved().then_some(time.minus(idle));
        let started = |(phase, began)| PhaseStart { phase, began: time.minus(booted.saturating_sub(began)) };
        let phases = self.0.lock().unwrap_or_else(PoisonError::into_inner).phases.clone();
        Totals { progress, phases: phases.into_iter().map(started).collect(), emitted, ..Totals::default() }
    }

    /// What it does that with, such as the name of a set.
    pub fn detail(&self, detail: &str) {
        let mut inner = self.moving();
        let doing = inner.phases.last().map_or("", |(phase, _began)| phase.doing());
        inner.now.phase = format!("{doing} {detail}");
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
