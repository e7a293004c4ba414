//! Runs of a desk that are in the state that a test needs, made by the functions by which workers make them.

use std::time::Duration;

use syncdesk::access::Principal;
use syncdesk::clock::Stamp;
use syncdesk::domain::brake::BrakeReason;
use syncdesk::domain::items::{Action, BrakedPlan, Step};
use syncdesk::domain::replica::{Content, Finished, Met, Reading};
use syncdesk::domain::run::{EndReason, Trigger};
use syncdesk::ids::{PersonId, RunId, SystemId};
use syncdesk::store::runs::{self, Claim, Claimant, Ending, NewRun, Queued};
use syncdesk::store::{Db, Result, plans, replica};

use super::{Desk, Tree};

use crate::proofs::{known, worker};

/// A run to be queued, started or ended.
pub struct RunBuilder<'a> {
    desk: &'a Desk,
    queued: Stamp,
    new: NewRun,
}

impl Desk {
    /// A run of a system that Mona requests now, unless it says otherwise.
    pub fn run_of(&self, tree: &Tree) -> RunBuilder<'_> {
        let id =
            self.texts(&format!("SELECT CAST(id AS TEXT) AS value FROM systems WHERE key = '{}'", tree.key)).concat();
        let queued = self.write(syncdesk::store::now);
        let new = NewRun {
            system: known(SystemId(id.parse().expect("the system of this key"))),
            lane: "main".to_owned(),
            request_key: None,
            trigger: Trigger::Manual,
            principal: Principal::Person { id: PersonId(1), name: "mona".to_owned() },
            attempt: 1,
            retries_run: None,
            plan_digest: None,
            not_before: queued,
        };
        RunBuilder { desk: self, queued, new }
    }

    /// Takes a queued run, as a worker does.
    pub fn start(&self, run: RunId) -> Claim {
        let lease = Duration::from_hours(10_000);
        let claimant = Claimant { name: "the test".to_owned(), lease, most_of_a_group: None };
        let claim = self.write(|db| runs::claim_next(db, worker(), &claimant)).expect("a run waits");
        assert_eq!(claim.run, run, "another run was due earlier");
        claim
    }

    /// Stops a run by the brake: it has spooled a transfer, and its only deletion waits for a person. The digest of its
    /// plan is this letter.
    pub fn brake(&self, claim: &Claim, letter: &str) {
        let ending = Ending::Error { reason: EndReason::Brake, code: "FILE-BRAKE".to_owned(), stage: None };
        let plan = BrakedPlan { digest: letter.repeat(64), deletions: 1, items: 1, reason: BrakeReason::All };
        let step = |action, key: &str| Step { action, key: key.into(), detail: String::new() };
        let steps = vec![step(Action::Transfer, "new"), step(Action::Delete, "old")];
        self.write(|db| {
            plans::spool(db, claim, steps)?;
            plans::brake(db, claim, &plan, Duration::from_hours(24))?;
            runs::finish(db, claim, &ending, None)
        });
    }

    /// Publishes a replica with the set `Things`, which has the record `1`.
    pub fn publish(&self, claim: &Claim) {
        let content = Content { digest: b"1".to_vec(), data: r#"{"Id": 1}"#.to_owned() };
        let page = vec![Met { key: b"1".to_vec(), content: Some(content) }];
        self.write(|db| {
            let begun = replica::begin(db, claim, &[("Things".to_owned(), "Master Data".to_owned())])?;
            let set = begun.sets.first().expect("the set").id;
            let (tally, _twice) = replica::stage(db, claim, set, Reading::Whole, page)?;
            replica::publish(db, claim, "{}", &[Finished { set, tally, state: String::new() }])
        });
    }

    /// A transaction of the store.
    pub fn write<T>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Clone) -> T {
        self.context.store.write_here(work).expect("it is written")
    }
}

impl RunBuilder<'_> {
    pub fn by(mut self, name: &str) -> Self {
        self.new.principal = Principal::Person { id: PersonId(1), name: name.to_owned() };
        self
    }

    pub fn trigger(mut self, trigger: Trigger) -> Self {
        self.new.trigger = trigger;
        self
    }

    /// Carries out a confirmed plan.
    pub fn confirmed(mut self, digest: &str) -> Self {
        self.new.plan_digest = Some(digest.to_owned());
        self.trigger(Trigger::Confirmed)
    }

    pub fn attempt(mut self, attempt: i64) -> Self {
        self.new.attempt = attempt;
        self
    }

    /// When it was requested.
    pub fn queued(mut self, at: Stamp) -> Self {
        (self.queued, self.new.not_before) = (at, at);
        self
    }

    /// When it may start.
    pub fn not_before(mut self, at: Stamp) -> Self {
        self.new.not_before = at;
        self
    }

    /// Waits in the queue, also when the test ends.
    pub fn queue(self) -> RunId {
        self.desk.leaves_work();
        self.put()
    }

    fn put(self) -> RunId {
        match self.desk.write(|db| runs::queue(db, &self.new, self.queued)) {
            Queued::New { run, .. } => run.id,
            Queued::Same { run, .. } | Queued::Already(run) => panic!("run {} is queued already", run.no),
        }
    }

    /// In process, also when the test ends.
    pub fn start(self) -> Claim {
        self.desk.leaves_work();
        self.put_and_start()
    }

    fn put_and_start(self) -> Claim {
        let desk = self.desk;
        desk.start(self.put())
    }

    pub fn end(self, ending: &Ending) -> RunId {
        let desk = self.desk;
        let claim = self.put_and_start();
        desk.write(|db| runs::finish(db, &claim, ending, None));
        claim.run
    }
}
