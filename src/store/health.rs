//! Whether the database works, for the monitoring of Syncdesk.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::condition::{CALM, Work};
use super::probe::probe;
use super::{Fault, Store, StoreError};
use crate::clock::since_boot;

/// A probe is not repeated sooner: its result is good for that long.
const PROBE_EVERY: Duration = Duration::from_secs(3);

/// How often a broken database is looked at to see whether it works again.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// When the last probe ended (since boot), and what it found.
pub(super) type LastProbe = Arc<Mutex<Option<(Duration, Option<Fault>)>>>;

impl Store {
    /// What is wrong with the database: whether it can be read and written now, and whether calls of this process have
    /// failed in the last seconds. Concurrent callers share one probe.
    pub async fn health(&self) -> Option<Fault> {
        let found = self.probed().await;
        // What a short probe does not meet: damage elsewhere, a quota, a transaction too large for the space.
        let lasting = |fault: &Fault| match fault {
            Fault::Damaged | Fault::DiskError | Fault::Full | Fault::ReadOnly => true,
            Fault::Unavailable | Fault::Locked => false,
        };
        found.or_else(|| self.condition.fault_within(CALM).filter(lasting))
    }

    /// The worst fault by which a call of this process has failed within `span` before now.
    #[must_use]
    pub fn fault_within(&self, span: Duration) -> Option<Fault> {
        self.condition.fault_within(span)
    }

    /// For a process that lasts: from now on the store logs faults. While the database is broken, looks whether it works
    /// again: an idle process would not notice, and its log would never say so. Never returns.
    pub async fn watch(self) {
        let store = self.for_pages();
        store.condition.report();
        loop {
            tokio::time::sleep(WATCH_EVERY).await;
            if store.condition.is_broken() {
                store.probed().await;
            }
        }
    }

    async fn probed(&self) -> Option<Fault> {
        let mut last = self.last_probe.lock().await;
        let fresh = last.filter(|(ended, _found)| since_boot().saturating_sub(*ended) < PROBE_EVERY);
        if let Some((_ended, found)) = fresh {
            return found;
        }
        let probed = self.off_thread(Work::Write, |store, waiting, db| probe(db, &store.target, waiting)).await;
        let found = match probed {
            // It answered: what it refuses is no matter of the database as a whole.
            Ok(()) | Err(StoreError::Database(_) | StoreError::Collided(_)) => None,
            Err(error) => error.fault(),
        };
        *last = Some((since_boot(), found));
        found
    }
}
