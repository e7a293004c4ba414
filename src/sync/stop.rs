//! Whether a run may go on: canceled, shutting down, out of time, or no longer holding its lease.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::since_boot;
use crate::domain::run::PeerFailure;

/// Why a run must not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// By a person.
    Canceled,
    /// The process ends.
    ShutDown,
    /// Nothing moved for as long as the system allows.
    NoProgress,
    /// Another worker may hold the run by now: nothing may be changed any more.
    LeaseLost,
}

/// Why a synchronization came back early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    Failed(PeerFailure),
    Stopped(Stopped),
    /// The deletion limit: the plan is kept and nothing was changed.
    Braked,
}

impl From<PeerFailure> for StopReason {
    fn from(failure: PeerFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Stopped> for StopReason {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

/// Shared by the run and everything that can stop it.
#[derive(Debug, Clone)]
pub struct Stop(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    token: CancellationToken,
    reason: OnceLock<Stopped>,
    /// Milliseconds since boot until which the lease holds.
    lease_until: AtomicU64,
}

impl Stop {
    /// With a lease that holds for `lease` from when it was `asked` for (since boot).
    #[must_use]
    pub fn leased(asked: Duration, lease: Duration) -> Self {
        let stop = Self(Arc::new(Inner {
            token: CancellationToken::new(),
            reason: OnceLock::new(),
            lease_until: AtomicU64::new(0),
        }));
        stop.extend(asked, lease);
        stop
    }

    /// The lease was renewed by a request made at `asked` (since boot).
    pub fn extend(&self, asked: Duration, lease: Duration) {
        self.0.lease_until.store(millis(asked + lease), Ordering::SeqCst);
    }

    /// Stops the run; the first reason stays.
    pub fn stop(&self, reason: Stopped) {
        let _ = self.0.reason.set(reason);
        self.0.token.cancel();
    }

    /// To be asked before each change outside. The lease is measured by a clock that runs on while
    /// the machine is suspended.
    ///
    /// # Errors
    /// The reason why the run must not go on.
    pub fn check(&self) -> Result<(), Stopped> {
        if let Some(reason) = self.0.reason.get() {
            return Err(*reason);
        }
        if millis(since_boot()) >= self.0.lease_until.load(Ordering::SeqCst) {
            self.stop(Stopped::LeaseLost);
            return Err(Stopped::LeaseLost);
        }
        Ok(())
    }

    /// Whether the lease still holds: then what the run has to say can be stored, also once it was stopped.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.0.reason.get() != Some(&Stopped::LeaseLost)
            && millis(since_boot()) < self.0.lease_until.load(Ordering::SeqCst)
    }

    /// Waits until the run is stopped. For `tokio::select!` around whatever takes long.
    pub async fn stopped(&self) -> Stopped {
        self.0.token.cancelled().await;
        self.0.reason.get().copied().unwrap_or(Stopped::ShutDown)
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_lease(lease: Duration) -> Stop {
        Stop::leased(since_boot(), lease)
    }

    #[test]
    fn the_first_reason_stays() {
        let stop = with_lease(Duration::from_mins(1));
        assert_eq!(stop.check(), Ok(()));
        stop.stop(Stopped::Canceled);
        stop.stop(Stopped::ShutDown);
        assert_eq!(stop.check(), Err(Stopped::Canceled));
    }

    #[test]
    fn a_stopped_run_still_holds_its_lease() {
        let stop = with_lease(Duration::from_mins(1));
        stop.stop(Stopped::Canceled);
        assert!(stop.holds());
        assert!(!with_lease(Duration::ZERO).holds());
        let lost = with_lease(Duration::from_mins(1));
        lost.stop(Stopped::LeaseLost);
        assert!(!lost.holds());
    }

    #[test]
    fn a_lease_that_ran_out_stops_the_run() {
        let stop = with_lease(Duration::ZERO);
        assert_eq!(stop.check(), Err(Stopped::LeaseLost));
        stop.extend(since_boot(), Duration::from_mins(1));
        assert_eq!(stop.check(), Err(Stopped::LeaseLost), "a lost lease does not come back");
    }
}
