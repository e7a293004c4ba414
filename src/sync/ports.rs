//! The ports of a run, over the store and under the claim.

use std::collections::BTreeSet;
use std::time::Duration;

use super::connector::{Action, Baseline, BaselineChange, BrakedPlan, ItemState, Plan, Step, StopReason, Task};
use super::outlast;
use super::stop::{Stop, Stopped};
use crate::domain::run::{PeerFailure, Stage};
use crate::net::secrets::Secrets;
use crate::store::plans::{self, KeyDetail, Range};
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

impl ItemState for Ports {
    fn page<'a>(&'a self, after: Option<&'a [u8]>, rows: usize) -> Task<'a, Result<Vec<Baseline>, StopReason>> {
        Box::pin(async move {
            let after = after.map(<[u8]>::to_vec);
            let page = self.read(move |db, claim| item_states::page(db, claim, after.as_deref(), limit(rows))).await?;
            Ok(page.into_iter().map(|(key, state)| Baseline { key, state }).collect())
        })
    }

    fn store(&self, changes: Vec<BaselineChange>) -> Task<'_, Result<(), StopReason>> {
        Box::pin(async move {
            let mut newest = std::collections::BTreeMap::new();
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
            self.write(move |db, claim| item_states::store(db, claim, newest.into_iter().collect())).await
        })
    }

    fn in_process(&self) -> Task<'_, Result<BTreeSet<i64>, StopReason>> {
        Box::pin(self.read(|db, claim| Ok(runs::in_process(db, claim)?.into_iter().map(|id| id.0).collect())))
    }
}

const fn action_name(action: Action) -> &'static str {
    match action {
        Action::Transfer => "transfer",
        Action::Delete => "delete",
    }
}

impl Ports {
    async fn steps(
        &self,
        action: Action,
        key: Option<&[u8]>,
        backwards: bool,
        rows: usize,
    ) -> Result<Vec<Step>, StopReason> {
        let key = key.map(<[u8]>::to_vec);
        let page: Vec<KeyDetail> = self
            .read(move |db, claim| {
                let range = if backwards { Range::Before(key.as_deref()) } else { Range::After(key.as_deref()) };
                plans::page(db, claim.run, action_name(action), range, limit(rows))
            })
            .await?;
        Ok(page.into_iter().map(|(key, detail)| Step { action, key, detail }).collect())
    }
}

impl Plan for Ports {
    fn spool(&self, steps: Vec<Step>) -> Task<'_, Result<(), StopReason>> {
        Box::pin(async move {
            let mut transfers = Vec::new();
            let mut deletions = Vec::new();
            for step in steps {
                match step.action {
                    Action::Transfer => transfers.push((step.key, step.detail)),
                    Action::Delete => deletions.push((step.key, step.detail)),
                }
            }
            self.write(move |db, claim| {
                plans::spool(db, claim, action_name(Action::Transfer), transfers)?;
                plans::spool(db, claim, action_name(Action::Delete), deletions)
            })
            .await
        })
    }

    fn page<'a>(
        &'a self,
        action: Action,
        after: Option<&'a [u8]>,
        rows: usize,
    ) -> Task<'a, Result<Vec<Step>, StopReason>> {
        Box::pin(self.steps(action, after, false, rows))
    }

    fn page_back<'a>(
        &'a self,
        action: Action,
        before: Option<&'a [u8]>,
        rows: usize,
    ) -> Task<'a, Result<Vec<Step>, StopReason>> {
        Box::pin(self.steps(action, before, true, rows))
    }

    fn brake(&self, plan: BrakedPlan) -> Task<'_, Result<(), StopReason>> {
        Box::pin(async move {
            self.write(move |db, claim| {
                let numbers = (plan.deletions, plan.items);
                plans::brake(db, claim, &plan.digest, numbers, plan.reason, PLAN_LIFE)
            })
            .await
        })
    }
}
