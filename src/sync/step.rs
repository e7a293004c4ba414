//! One unit of work: what a worker claims and carries out.

use std::time::Duration;

use super::engine::Engine;
use super::late_end::workers_have_respite;
use super::run::{carry_out, reap};
use super::set_back::{self, Memory};
use super::{bulk, checker, outlast, scheduler, trials};
use crate::clock::since_boot;
use crate::domain::run::CheckTrigger;
use crate::ids::RunId;
use crate::store::checks::Check;
use crate::store::connect::trials::Trial;
use crate::store::runs::{self, Claim, Claimant};
use crate::store::{Db, Result};

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepResult {
    /// Nothing is due.
    Idle,
    /// Queued what was due or requested of many systems, and changed what time alone changes.
    Queued,
    /// Ended runs whose workers are gone.
    Reaped,
    Checked,
    Ran(RunId),
}

/// A check that this worker has claimed.
pub(super) enum ClaimedCheck {
    OfSystem(Box<Check>),
    /// Of a system that is not saved yet; or a preview of it.
    OfDraft(Box<Trial>),
}

impl ClaimedCheck {
    pub(super) async fn carry_out(self, engine: Engine) {
        match self {
            Self::OfSystem(check) => checker::carry_out(engine, *check).await,
            Self::OfDraft(trial) => trials::carry_out(engine, *trial).await,
        }
    }
}

/// Finds and claims work in the name of one worker.
pub struct Stepper {
    engine: Engine,
    claimant: Claimant,
    first: CheckTrigger,
    memory: Memory,
}

impl Stepper {
    #[must_use]
    pub fn new(engine: Engine, name: String) -> Self {
        let claimant = Claimant { name, lease: engine.limits.lease, most_of_a_group: engine.limits.most_of_a_group() };
        Self { engine, claimant, first: CheckTrigger::Manual, memory: Memory::default() }
    }

    /// Does at most one unit of due work, to its end. [`super::worker::work`] does the same concurrently.
    ///
    /// # Errors
    /// As the store. How a run or a check ends is stored with it.
    pub async fn step(&mut self) -> Result<StepResult> {
        set_back::watch(&self.engine, &mut self.memory).await?;
        if bulk::tick(&self.engine).await? > 0 || scheduler::tick(&self.engine).await? > 0 {
            return Ok(StepResult::Queued);
        }
        let lost = lost_runs(&self.engine).await?;
        if !lost.is_empty() {
            // One that fails does not keep the others from being ended.
            let mut done = Ok(());
            for claim in lost {
                done = reap(&self.engine, claim).await.and(done);
            }
            done?;
            return Ok(StepResult::Reaped);
        }
        if let Some(check) = self.claim_check().await? {
            check.carry_out(self.engine.clone()).await;
            return Ok(StepResult::Checked);
        }
        let Some((claim, asked)) = self.claim_run().await? else { return Ok(StepResult::Idle) };
        let run = claim.run;
        carry_out(self.engine.clone(), claim, asked).await;
        Ok(StepResult::Ran(run))
    }

    /// The next check or trial, if any waits. By turns: what people request starts soon, and however much they request,
    /// half of the slots go to what is due. People who are connecting a system wait for the page.
    pub(super) async fn claim_check(&mut self) -> Result<Option<ClaimedCheck>> {
        let claimed = match self.first {
            CheckTrigger::Manual => match self.claim_trial().await? {
                Some(trial) => Some(trial),
                None => self.claim_check_of_system().await?,
            },
            CheckTrigger::Regular => match self.claim_check_of_system().await? {
                Some(check) => Some(check),
                None => self.claim_trial().await?,
            },
        };
        if claimed.is_some() {
            self.first = match self.first {
                CheckTrigger::Manual => CheckTrigger::Regular,
                CheckTrigger::Regular => CheckTrigger::Manual,
            };
        }
        Ok(claimed)
    }

    async fn claim_trial(&self) -> Result<Option<ClaimedCheck>> {
        Ok(trials::claim(&self.engine).await?.map(|trial| ClaimedCheck::OfDraft(Box::new(trial))))
    }

    async fn claim_check_of_system(&self) -> Result<Option<ClaimedCheck>> {
        Ok(checker::claim(&self.engine, self.first).await?.map(|check| ClaimedCheck::OfSystem(Box::new(check))))
    }

    /// The next run, if any waits, and when its claim was requested (since boot).
    pub(super) async fn claim_run(&self) -> Result<Option<(Claim, Duration)>> {
        let asked = since_boot();
        if !self.engine.store.read(runs::any_waiting).await? {
            return Ok(None);
        }
        let (until, claimant, worker) = (asked + self.claimant.lease, self.claimant.clone(), self.engine.worker);
        let end = self.engine.end.clone();
        // One that shuts down leaves the retries of the runs that it ends to others.
        let claim = move |db: &mut Db| {
            if end.is_cancelled() { Ok(None) } else { runs::claim_next(db, worker, &claimant) }
        };
        // A claim that was made and not confirmed is not left to its lease.
        let claimed = outlast::write(&self.engine.store, "the queue of runs", || since_boot() < until, claim).await?;
        Ok(claimed.map(|claim| (claim, asked)))
    }
}

/// Takes over the runs whose workers are gone.
pub(super) async fn lost_runs(engine: &Engine) -> Result<Vec<Claim>> {
    if workers_have_respite(engine) || !engine.store.read(runs::any_lost).await? {
        return Ok(Vec::new());
    }
    let (worker, lease) = (engine.worker, engine.limits.lease);
    engine.store.write(move |db| runs::lost(db, worker, lease)).await
}
