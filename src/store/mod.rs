//! The only module that names diesel: rows in and out, for SQLite and Postgres alike.
//!
//! Functions that touch protected data take a [`crate::access::Grant`] (or [`crate::access::Internal`]
//! when Syncdesk itself acts); systems and what hangs on them can be read only through the reach of a
//! grant. Reads and writes are closures over a connection: [`Store::read`], [`Store::write`].

#![expect(clippy::missing_errors_doc, reason = "all of it fails as `StoreError` says; exceptions are documented")]

/// The three columns of who did something: its kind, its id and its name at that time.
macro_rules! done_by {
    ($principal:expr => $kind:path, $id:path, $name:path) => {
        ($kind.eq($principal.kind()), $id.eq($principal.id()), $name.eq($principal.name()))
    };
}

mod any_case;
pub mod assigners;
pub mod audit;
mod backend;
pub mod bulk;
mod cached;
pub mod check_list;
pub mod checks;
mod condition;
pub mod connect;
mod connection;
pub mod credentials;
mod error;
mod fault;
mod for_tests;
pub mod groups;
mod health;
pub mod item_states;
pub mod messages;
mod migrate;
mod paging;
mod patience;
pub mod people;
pub mod plans;
pub mod portal;
mod probe;
pub mod replica;
pub mod runs;
pub mod team_notes;
#[rustfmt::skip]
mod schema;
pub mod saved_views;
pub mod secret_drafts;
pub mod seen;
pub mod sessions;
pub mod shared_credentials;
mod sql_types;
pub mod systems;
mod transaction;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

pub use backend::db_now as now;
pub use connection::{Db, Target};
pub use error::{Result, RollsBack, StoreError};
pub use fault::Fault;
pub use transaction::Unconfirmed;

use condition::{Condition, Work};
use connection::Pools;
use health::LastProbe;
use patience::{OF_PAGES, OF_RUNS, Patience, Waiting};
use transaction::TransactionResult;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    target: Arc<Target>,
    condition: Condition,
    last_probe: LastProbe,
    patience: Patience,
    /// How far ahead the database's clock is for this store, in microseconds: 0 but in tests.
    ahead: Arc<AtomicI64>,
    /// The most rows that one transaction has changed; not measured but in tests.
    widest: Arc<AtomicI64>,
}

/// The lease of workers, unless an operator says otherwise.
pub const LEASE: Duration = Duration::from_secs(30);

/// What came of a write that was tried once.
pub enum Written<T> {
    Done(T),
    /// The connection broke before the database confirmed the commit: [`Store::is_committed`] knows.
    Unconfirmed(T, Unconfirmed),
}

impl Store {
    /// Opens the database and brings it to this version's schema, under a lock.
    ///
    /// # Errors
    /// One sentence: the address is wrong, the file cannot be written, the database is newer.
    pub fn open(target: &Target, pool_size: u32) -> Result<Self> {
        Self::open_with_lease(target, pool_size, LEASE)
    }

    /// The same where workers have another lease: Postgres ends transactions that do nothing for this long.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn open_with_lease(target: &Target, pool_size: u32, lease: Duration) -> Result<Self> {
        let pools = Pools::open(target, pool_size, lease)?;
        let store = Self {
            pools,
            target: Arc::new(target.clone()),
            condition: Condition::default(),
            last_probe: LastProbe::default(),
            patience: OF_RUNS,
            ahead: Arc::default(),
            widest: Arc::new(AtomicI64::new(for_tests::UNMEASURED)),
        };
        migrate::run(&mut *store.pools.writer(&store.waiting(Work::Write))?)?;
        Ok(store)
    }

    /// The same store for people who wait for a page: its calls fail soon where the database does not work, and once
    /// one has failed, others fail sooner still.
    #[must_use]
    pub fn for_pages(&self) -> Self {
        Self { patience: OF_PAGES, ..self.clone() }
    }

    fn waiting(&self, work: Work) -> Waiting {
        Waiting::begin(&self.condition, work, self.patience)
    }

    /// Reads on this thread.
    ///
    /// # Errors
    /// What `work` returns, or what is wrong with the database.
    pub fn read_here<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        self.call(Work::Read, &self.waiting(Work::Read), || true, |_waiting, db| work(db))
    }

    /// Writes on this thread, all or nothing. `work` is done again when another transaction came between.
    ///
    /// # Errors
    /// What `work` returns, or what is wrong with the database; nothing was changed then.
    pub fn write_here<T>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Clone) -> Result<T> {
        self.call(Work::Write, &self.waiting(Work::Write), || true, |waiting, db| self.transaction(waiting, db, work))
    }

    /// Reads on a thread that may block.
    ///
    /// # Errors
    /// As for [`Store::read_here`].
    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Send + 'static) -> Result<T> {
        self.off_thread(Work::Read, |_store, _waiting, db| work(db)).await
    }

    /// Reads on a thread that may block, all of it at one point in time.
    ///
    /// # Errors
    /// As for [`Store::read_here`].
    pub async fn read_together<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.off_thread(Work::Read, |_store, _waiting, db| transaction::read_transaction(db, work)).await
    }

    /// Writes on a thread that may block, all or nothing.
    ///
    /// # Errors
    /// As for [`Store::write_here`].
    pub async fn write<T: Send + 'static, E: RollsBack + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, E> + Clone + Send + 'static,
    ) -> Result<T, E> {
        self.off_thread(Work::Write, |store, waiting, db| store.transaction(waiting, db, work)).await
    }

    fn transaction<T, E: RollsBack>(
        &self,
        waiting: &Waiting,
        db: &mut Db,
        work: impl FnOnce(&mut Db) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        match self.try_transaction(waiting, db, work)? {
            Written::Done(value) => Ok(value),
            Written::Unconfirmed(_value, commit) => {
                Err(StoreError::Broken(Fault::Unavailable, commit.why().to_owned()).into())
            }
        }
    }

    fn try_transaction<T, E: RollsBack>(
        &self,
        waiting: &Waiting,
        db: &mut Db,
        work: impl FnOnce(&mut Db) -> Result<T, E> + Clone,
    ) -> Result<Written<T>, E> {
        Ok(match transaction::write_transaction(db, waiting, move |db| self.measured(db, work))? {
            TransactionResult::Committed(value) => Written::Done(value),
            TransactionResult::Unconfirmed(value, commit) => Written::Unconfirmed(value, commit),
        })
    }

    /// One call, from the connection to the note of how it ended. `begin` is asked when the wait for
    /// a connection has ended: `false` if nobody waits for the call any more.
    fn call<T, E: RollsBack>(
        &self,
        work: Work,
        waiting: &Waiting,
        begin: impl FnOnce() -> bool,
        body: impl FnOnce(&Waiting, &mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = match work {
            Work::Read => self.pools.reader(waiting),
            Work::Write => self.pools.writer(waiting),
        };
        if !begin() {
            // The waiting call has recorded it.
            return Err(does_not_respond().into());
        }
        let result = connection.map_err(E::from).and_then(|mut connection| {
            backend::move_clock(self.ahead.load(Ordering::Relaxed));
            body(waiting, &mut connection).map_err(|error| match error.store_error() {
                Some(why) => probe::explained(why.clone(), &mut connection, &self.target, waiting).into(),
                None => error,
            })
        });
        self.condition.note(work, result.as_ref().err().and_then(E::store_error));
        result
    }

    /// A call on a thread that may block. A server that keeps its connections and does not respond would hold it for
    /// ever: a call that has not begun in time is given up, and then never begins.
    async fn off_thread<T: Send + 'static, E: RollsBack + Send + 'static>(
        &self,
        work: Work,
        body: impl FnOnce(&Self, &Waiting, &mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (started, mut has_started) = oneshot::channel();
        let waiting = self.waiting(work);
        let (store, theirs) = (self.clone(), waiting.clone());
        let task = tokio::task::spawn_blocking(move || {
            store.call(work, &theirs, || started.send(()).is_ok(), |waiting, db| body(&store, waiting, db))
        });
        // Longer than the wait for a connection, which knows better why there is none.
        let mut overdue = false;
        while tokio::time::timeout(GRACE, &mut has_started).await.is_err() {
            if overdue {
                let error = does_not_respond();
                self.condition.note(work, Some(&error));
                return Err(error.into());
            }
            overdue = waiting.is_over();
        }
        match task.await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Database(format!("a database call ended early: {error}")).into()),
        }
    }

    /// As [`Store::write`], for callers that must know whether an unconfirmed commit was made.
    ///
    /// # Errors
    /// As for [`Store::write_here`].
    pub async fn try_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T> + Clone + Send + 'static,
    ) -> Result<Written<T>> {
        self.off_thread(Work::Write, |store, waiting, db| store.try_transaction(waiting, db, work)).await
    }

    /// Whether a commit that was not confirmed was made; `None` as long as the database works on it.
    ///
    /// # Errors
    /// That no connection is available.
    pub async fn is_committed(&self, commit: &Arc<Unconfirmed>) -> Result<Option<bool>> {
        let commit = commit.clone();
        self.read(move |db| transaction::is_committed(db, &commit)).await
    }
}

/// How often a call that has not begun is looked at, and by how much longer it is waited for than a connection.
const GRACE: Duration = Duration::from_millis(200);

fn does_not_respond() -> StoreError {
    StoreError::Broken(Fault::Unavailable, "it does not respond".to_owned())
}
