//! What connectors remember and copy, over the store and under the claim.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::items::Items;
use super::outlast;
use super::stop::{Stop, StopReason, Stopped};
use crate::domain::items::{Action, Baseline, BaselineChange, BrakedPlan, Step};
use crate::domain::paging::{PageRequest, Start};
use crate::domain::run::{PeerFailure, Stage};
use crate::net::secrets::Secrets;
use crate::store::plans;
use crate::store::runs::{self, Claim};
use crate::store::{Db, Fault, Result as Stored, Store, StoreError, item_states};

/// How long a braked plan waits for a person.
pub const PLAN_LIFE: Duration = Duration::from_hours(24);

/// Baselines, plan and replica of one run. What the database does not take at first is tried again as long as the lease
/// holds.
#[derive(Clone)]
pub struct Ports {
    store: Store,
    claim: Claim,
    stop: Stop,
    pub(super) secrets: Secrets,
    /// How the log of the process calls it.
    name: String,
}

impl Ports {
    #[must_use]
    pub fn new(store: Store, claim: Claim, stop: Stop) -> Self {
        let name = format!("run {}", claim.run);
        Self { store, claim, stop, secrets: Secrets::default(), name }
    }

    /// The same that takes these credentials out of every message.
    #[must_use]
    pub fn masking(self, secrets: Secrets) -> Self {
        Self { secrets, ..self }
    }

    /// Reads off the runtime's threads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db, &Claim) -> Stored<T> + Clone + Send + 'static,
    ) -> Result<T, StopReason> {
        let claim = self.claim.clone();
        let read = move |db: &mut Db| work(db, &claim);
        outlast::read(&self.store, &self.name, || self.stop.holds(), read).await.map_err(|error| halted(&error))
    }

    /// Writes in one transaction, once.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db, &Claim) -> Stored<T> + Clone + Send + 'static,
    ) -> Result<T, StopReason> {
        let claim = self.claim.clone();
        let write = move |db: &mut Db| work(db, &claim);
        outlast::write(&self.store, &self.name, || self.stop.holds(), write).await.map_err(|error| halted(&error))
    }
}

/// A database that cannot store ends the run; the next one continues from what was stored.
fn halted(error: &StoreError) -> StopReason {
    match error {
        StoreError::Fenced => StopReason::Stopped(Stopped::LeaseLost),
        StoreError::NotFound
        | StoreError::Duplicate(_)
        | StoreError::Collided(_)
        | StoreError::Broken(..)
        | StoreError::Newer(_)
        | StoreError::Database(_) => StopReason::Failed(store_failure(Stage::Content, error)),
    }
}

/// How a run or a check ends for which the database could not be used. It is tried again, unless the database is damaged:
/// nothing gets better until a person has repaired it.
pub(super) fn store_failure(stage: Stage, error: &StoreError) -> PeerFailure {
    let code = error.fault().map_or("STORE-AWAY", store_code);
    let failure = PeerFailure::new(stage, code).quoting(error.to_string());
    if error.fault() == Some(Fault::Damaged) { failure } else { failure.transient() }
}

pub(super) const fn store_code(fault: Fault) -> &'static str {
    match fault {
        Fault::Full => "STORE-FULL",
        Fault::ReadOnly => "STORE-READ-ONLY",
        Fault::Damaged => "STORE-DAMAGED",
        Fault::DiskError | Fault::Unavailable | Fault::Locked => "STORE-AWAY",
    }
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

impl Items for Ports {
    fn baselines<'a>(
        &'a self,
        after: Option<&'a [u8]>,
        rows: usize,
    ) -> BoxFuture<'a, Result<Vec<Baseline>, StopReason>> {
        let after = after.map(<[u8]>::to_vec);
        Box::pin(self.read(move |db, claim| item_states::page(db, claim, after.as_deref(), limit(rows))))
    }

    fn remember(&self, changes: Vec<BaselineChange>) -> BoxFuture<'_, Result<(), StopReason>> {
        let mut newest = BTreeMap::new();
        for change in changes {
            match change {
                // A service may mark a version with a credential, which is not stored. Without a baseline the
                // item is compared by its size, time and mark alone.
                BaselineChange::Set(baseline) if self.secrets.are_in(&baseline.state) => {
                    newest.insert(baseline.key, None)
                }
                BaselineChange::Set(baseline) => newest.insert(baseline.key, Some(baseline.state)),
                BaselineChange::Forget(key) => newest.insert(key, None),
            };
        }
        Box::pin(self.write(move |db, claim| item_states::store(db, claim, newest.into_iter().collect())))
    }

    fn in_process(&self) -> BoxFuture<'_, Result<BTreeSet<i64>, StopReason>> {
        Box::pin(self.read(|db, claim| Ok(runs::in_process(db, claim)?.into_iter().map(|id| id.0).collect())))
    }

    fn spool(&self, steps: Vec<Step>) -> BoxFuture<'_, Result<(), StopReason>> {
        Box::pin(self.write(move |db, claim| plans::spool(db, claim, steps)))
    }

    fn steps<'a>(
        &'a self,
        action: Action,
        after: Option<&'a [u8]>,
        rows: usize,
    ) -> BoxFuture<'a, Result<Vec<Step>, StopReason>> {
        let start = after.map_or(Start::First, |key| Start::After(key.to_vec()));
        let page = move |db: &mut Db, claim: &Claim| {
            Ok(plans::page(db, claim.held_run(), action, &PageRequest::new(start, limit(rows)))?.rows)
        };
        Box::pin(self.read(page))
    }

    fn steps_back<'a>(
        &'a self,
        action: Action,
        before: Option<&'a [u8]>,
        rows: usize,
    ) -> BoxFuture<'a, Result<Vec<Step>, StopReason>> {
        let start = before.map_or(Start::Last, |key| Start::Before(key.to_vec()));
        let page = move |db: &mut Db, claim: &Claim| {
            let page = plans::page(db, claim.held_run(), action, &PageRequest::new(start, limit(rows)))?;
            Ok(page.rows.into_iter().rev().collect())
        };
        Box::pin(self.read(page))
    }

    fn brake(&self, plan: BrakedPlan) -> BoxFuture<'_, Result<(), StopReason>> {
        Box::pin(self.write(move |db, claim| plans::brake(db, claim, &plan, PLAN_LIFE)))
    }
}
