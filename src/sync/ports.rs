//! The ports of a run, over the store and under the claim.

use std::time::Duration;

use super::connector::{Action, Baseline, BaselineChange, BrakedPlan, Halt, ItemState, Plan, Step, Task};
use super::stop::Stopped;
use crate::domain::run::{Failure, Stage};
use crate::net::secrets::Secrets;
use crate::store::plans::{self, KeyDetail, Range};
use crate::store::runs::Claim;
use crate::store::{Fault, Store, StoreError, item_states};

/// How long a braked plan waits for a person.
pub const PLAN_LIFE: Duration = Duration::from_hours(24);

/// Baselines and plan of one run.
#[derive(Clone)]
pub struct Ports {
    pub(super) store: Store,
    pub(super) claim: Claim,
    pub(super) secrets: Secrets,
}

impl Ports {
    #[must_use]
    pub fn new(store: Store, claim: Claim) -> Self {
        Self { store, claim, secrets: Secrets::default() }
    }

    /// The same that takes these credentials out of every message.
    #[must_use]
    pub fn masking(self, secrets: Secrets) -> Self {
        Self { secrets, ..self }
    }
}

/// A database that cannot store ends the run; the next one goes on from what was stored.
pub(super) fn halted(error: &StoreError) -> Halt {
    match error {
        StoreError::Fenced => Halt::Stopped(Stopped::LeaseLost),
        StoreError::NotFound
        | StoreError::Duplicate(_)
        | StoreError::Collided(_)
        | StoreError::Broken(..)
        | StoreError::Newer(_)
        | StoreError::Database(_) => Halt::Failed(store_failure(Stage::Content, error)),
    }
}

/// How a run or a check ends for which the database could not be used. It is tried again.
pub(super) fn store_failure(stage: Stage, error: &StoreError) -> Failure {
    let code = error.fault().map_or("STORE-AWAY", store_code);
    Failure::new(stage, code).quoting(error.to_string()).transient()
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
    fn page<'a>(&'a self, after: Option<&'a [u8]>, rows: usize) -> Task<'a, Result<Vec<Baseline>, Halt>> {
        Box::pin(async move {
            let (claim, after) = (self.claim.clone(), after.map(<[u8]>::to_vec));
            let page = self
                .store
                .read(move |db| item_states::page(db, &claim, after.as_deref(), limit(rows)))
                .await
                .map_err(|error| halted(&error))?;
            Ok(page.into_iter().map(|(key, state)| Baseline { key, state }).collect())
        })
    }

    fn store(&self, changes: Vec<BaselineChange>) -> Task<'_, Result<(), Halt>> {
        Box::pin(async move {
            let claim = self.claim.clone();
            let mut newest = std::collections::BTreeMap::new();
            for change in changes {
                match change {
                    BaselineChange::Set(baseline) => newest.insert(baseline.key, Some(baseline.state)),
                    BaselineChange::Forget(key) => newest.insert(key, None),
                };
            }
            self.store
                .write(move |db| item_states::store(db, &claim, newest.into_iter().collect()))
                .await
                .map_err(|error| halted(&error))
        })
    }
}

const fn word(action: Action) -> &'static str {
    match action {
        Action::Transfer => "transfer",
        Action::Delete => "delete",
    }
}

impl Ports {
    async fn steps(&self, action: Action, key: Option<&[u8]>, backwards: bool, rows: usize) -> Result<Vec<Step>, Halt> {
        let (run, key) = (self.claim.run, key.map(<[u8]>::to_vec));
        let page: Vec<KeyDetail> = self
            .store
            .read(move |db| {
                let range = if backwards { Range::Before(key.as_deref()) } else { Range::After(key.as_deref()) };
                plans::page(db, run, word(action), range, limit(rows))
            })
            .await
            .map_err(|error| halted(&error))?;
        Ok(page.into_iter().map(|(key, detail)| Step { action, key, detail }).collect())
    }
}

impl Plan for Ports {
    fn spool(&self, steps: Vec<Step>) -> Task<'_, Result<(), Halt>> {
        Box::pin(async move {
            let claim = self.claim.clone();
            let mut transfers = Vec::new();
            let mut deletions = Vec::new();
            for step in steps {
                match step.action {
                    Action::Transfer => transfers.push((step.key, step.detail)),
                    Action::Delete => deletions.push((step.key, step.detail)),
                }
            }
            self.store
                .write(move |db| {
                    plans::spool(db, &claim, word(Action::Transfer), transfers)?;
                    plans::spool(db, &claim, word(Action::Delete), deletions)
                })
                .await
                .map_err(|error| halted(&error))
        })
    }

    fn page<'a>(&'a self, action: Action, after: Option<&'a [u8]>, rows: usize) -> Task<'a, Result<Vec<Step>, Halt>> {
        Box::pin(self.steps(action, after, false, rows))
    }

    fn page_back<'a>(
        &'a self,
        action: Action,
        before: Option<&'a [u8]>,
        rows: usize,
    ) -> Task<'a, Result<Vec<Step>, Halt>> {
        Box::pin(self.steps(action, before, true, rows))
    }

    fn brake(&self, plan: BrakedPlan) -> Task<'_, Result<(), Halt>> {
        Box::pin(async move {
            let claim = self.claim.clone();
            self.store
                .write(move |db| {
                    let numbers = (plan.deletions, plan.items);
                    plans::brake(db, &claim, &plan.digest, numbers, plan.reason, PLAN_LIFE)
                })
                .await
                .map_err(|error| halted(&error))
        })
    }
}
