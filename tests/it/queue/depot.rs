//! A store with systems that nobody works for.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use syncdesk::access::{Actor, Assignment, Grant, Permission, Principal, Reach, Template};
use syncdesk::app::AppContext;
use syncdesk::cli;
use syncdesk::clock::{Clock, Stamp, SystemClock, micros};
use syncdesk::config::Environment;
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::domain::run::{EndReason, RunState, Stage, Trigger};
use syncdesk::ids::{GroupId, PersonId, RunId, SystemId, SystemKey};
use syncdesk::store::runs::{self, Claim, Claimant, Ending, NewRun, Queued, Run, Totals};
use syncdesk::store::systems::{self, Draft, InReach, OfSystem, System};
use syncdesk::store::{Db, Result, Store, groups, messages};
use syncdesk::sync::engine::Engine;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::database::{Database, Fixture, TestDatabase, shift_clock};
use crate::proofs::{known, run_of, worker};

pub const LEASE: Duration = Duration::from_secs(30);

/// A database with the system `tree`, seen through one process.
pub struct Depot {
    pub context: AppContext,
    pub store: Store,
    pub tree: SystemId,
    pub key: SystemKey,
    clock: Arc<Ahead>,
    data: TempDir,
    pub database: TestDatabase,
}

/// The clock of this machine, and how far ahead of it the test is, in microseconds.
#[derive(Debug, Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Stamp {
        Stamp(SystemClock.now().0 + self.0.load(Ordering::SeqCst))
    }
}

impl Fixture for Depot {
    async fn on(database: Database) -> Self {
        spawn_blocking(move || Self::on(database)).await.expect("no panic")
    }
}

impl Depot {
    pub fn on(database: Database) -> Self {
        let database = TestDatabase::on(database);
        let data = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(Ahead::default());
        let context = open(&database.url(), &data, clock.clone());
        let (store, key) = (context.store.clone(), key(0));
        store.write_here(messages::ensure_partitions).expect("room for messages");
        let tree = store.write_here(|db| create(db, &key, "tree", "none", clock.now())).expect("a system");
        Self { context, store, tree, key, clock, data, database }
    }

    /// On a database whose clock is off by this much, as `interval` of Postgres has it.
    pub async fn on_clock(database: Database, shift: &str) -> Self {
        let mut depot = <Self as Fixture>::on(database).await;
        shift_clock(&depot.database, shift);
        depot.context = depot.another();
        depot.store = depot.context.store.clone();
        depot
    }

    /// Another process, as far as the database can tell.
    pub fn another(&self) -> AppContext {
        self.another_at(&self.database.url())
    }

    pub fn replica(&self) -> Store {
        self.another().store
    }

    /// What carries out runs, in the first process.
    pub fn engine(&self) -> Engine {
        self.context.engine(Arc::default(), tokio_util::sync::CancellationToken::new())
    }

    pub fn now(&self) -> Stamp {
        self.clock.now()
    }

    /// Time goes by: for the first process, and for the clock of the database as it sees it.
    pub fn advance(&self, span: Duration) {
        self.process_is_ahead(span);
        self.store.advance(span);
    }

    /// Both clocks are set back.
    pub fn set_back(&self, span: Duration) {
        self.process_is_behind(span);
        self.store.set_back(span);
    }

    /// The clock of the process alone: from now on it is this far ahead of where it was.
    pub fn process_is_ahead(&self, span: Duration) {
        self.clock.0.fetch_add(micros(span), Ordering::SeqCst);
    }

    pub fn process_is_behind(&self, span: Duration) {
        self.clock.0.fetch_sub(micros(span), Ordering::SeqCst);
    }

    /// A process that reaches the database under another address.
    pub fn another_at(&self, url: &str) -> AppContext {
        open(url, &self.data, self.clock.clone())
    }

    /// Moves a system to a group, which is made if it is new.
    pub fn move_to(&self, system: SystemId, group: &str) {
        let group = self.write(|db| match groups::by_name(db, group)? {
            Some(known) => Ok(known),
            None => groups::create(db, group, self.now()),
        });
        self.database.connect().execute(&format!("UPDATE systems SET group_id = {group} WHERE id = {system}"));
    }

    /// One more system.
    pub fn system(&self, number: u8, schedule: &str) -> SystemId {
        let name = format!("tree {number}");
        let now = self.now();
        self.store.write_here(|db| create(db, &key(number), &name, schedule, now)).expect("a system")
    }

    pub fn write<T>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Clone) -> T {
        self.store.write_here(work).expect("it is written")
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> T {
        self.store.read_here(work).expect("it is read")
    }

    /// Queues a run of `tree`, as somebody who presses the button.
    pub fn ask(&self, request_key: &str) -> Queued {
        self.write(|db| runs::queue(db, &due(self.tree, Some(request_key), self.now()), self.now()))
    }

    /// Queues a run and claims it.
    pub fn started(&self, request_key: &str) -> Claim {
        self.ask(request_key);
        claim(&self.store).expect("a run waits")
    }

    pub fn run(&self, id: RunId) -> Run {
        self.all_runs().into_iter().find(|run| run.id == id).expect("a run of the tree")
    }

    pub fn all_runs(&self) -> Vec<Run> {
        let found = self.found();
        let newest = self.read(|db| runs::list(db, &found, &PageRequest::new(Start::Last, 1_000), Stamp(0)));
        newest.rows.into_iter().map(|listed| listed.run).rev().collect()
    }

    pub fn totals(&self, run: RunId) -> Totals {
        let run = self.found_run(&self.run(run));
        self.read(|db| runs::totals(db, run.as_id()))
    }

    /// The run of a claim.
    pub fn held(&self, claim: &Claim) -> OfSystem<Run> {
        self.read(|db| run_of(db, claim.system, claim.no))
    }

    /// A run of `tree`, to read and change what belongs to it.
    pub fn found_run(&self, run: &Run) -> OfSystem<Run> {
        self.read(|db| run_of(db, run.system_id, run.no))
    }

    pub fn open_runs(&self) -> Vec<Run> {
        self.all_runs().into_iter().filter(|run| run.state != RunState::Ended).collect()
    }

    pub fn found(&self) -> InReach<System> {
        self.read(|db| systems::by_id(db, worker(), self.tree))
    }
}

fn open(url: &str, data: &TempDir, clock: Arc<Ahead>) -> AppContext {
    let args = [
        "syncdesk".to_owned(),
        "--create".to_owned(),
        format!("--database-url={url}"),
        format!("--data-dir={}", data.path().join("data").display()),
        format!("--key-file={}", data.path().join("keys.toml").display()),
    ];
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let config = cli::read(&args, &Environment::default()).expect("the settings fit").config;
    AppContext::open(config, clock).expect("the context opens")
}

pub fn key(number: u8) -> SystemKey {
    SystemKey::from_random([number, number / 32, 2, 3, 4, 5, 6, 7, 8, 9])
}

/// Ada, who may do everything everywhere.
pub fn ada<P: Permission>() -> Grant<P> {
    let everything = Template::ALL.iter().map(|template| Assignment { template: *template, reach: Reach::All });
    let ada = Actor::new(PersonId(1), "ada".to_owned(), everything.collect());
    ada.authorize().expect("an administrator may")
}

fn create(db: &mut Db, key: &SystemKey, name: &str, schedule: &str, now: Stamp) -> Result<SystemId> {
    let draft = Draft {
        name: name.to_owned(),
        kind: "files".to_owned(),
        group: GroupId(1),
        parent: None,
        lanes: &["main"],
        production: false,
        settings: "{}".to_owned(),
        time_zone: "UTC".to_owned(),
        schedule: schedule.to_owned(),
        next_due: (schedule != "none").then_some(now),
        timeout_us: 3_600_000_000,
        max_attempts: 5,
        freshness_us: None,
        admin_url: None,
    };
    Ok(*systems::create(db, &ada(), key, &draft, now)?)
}

/// Who asks for something.
pub fn by(name: &str) -> Principal {
    Principal::Person { id: PersonId(1), name: name.to_owned() }
}

pub fn due(system: SystemId, request_key: Option<&str>, now: Stamp) -> NewRun {
    NewRun {
        system: known(system),
        lane: "main".to_owned(),
        request_key: request_key.map(ToOwned::to_owned),
        trigger: Trigger::Manual,
        principal: by("ada"),
        attempt: 1,
        retries_run: None,
        plan_digest: None,
        not_before: now,
    }
}

/// The peer was away.
pub fn failed() -> Ending {
    Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: Some(Stage::Tcp) }
}

pub fn claim(store: &Store) -> Option<Claim> {
    claim_as(store, "a worker", None)
}

/// As a worker of this name with a limit of runs per group.
pub fn claim_as(store: &Store, name: &str, most_of_a_group: Option<i64>) -> Option<Claim> {
    let claimant = Claimant { name: name.to_owned(), lease: LEASE, most_of_a_group };
    store.write_here(|db| runs::claim_next(db, worker(), &claimant)).expect("the queue is read")
}

/// The same at the same time on several threads; what came of each.
pub fn at_once<T: Send>(stores: &[Store], each: usize, work: impl Fn(&Store, usize) -> T + Sync) -> Vec<T> {
    let gate = std::sync::Barrier::new(stores.len() * each);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..stores.len() * each)
            .map(|number| {
                let (store, gate, work) = (&stores[number % stores.len()], &gate, &work);
                scope.spawn(move || {
                    gate.wait();
                    work(store, number)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    })
}
