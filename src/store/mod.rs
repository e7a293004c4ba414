//! The only module that names diesel: rows in and out, for SQLite and Postgres alike.
//!
//! Functions that touch protected data take a [`crate::access::Grant`] (or [`crate::access::Internal`]
//! when Syncdesk itself acts); systems and what hangs on them can be read only through the reach of a
//! grant. Reads and writes are closures over a connection: [`Store::read`], [`Store::write`].

#![expect(clippy::missing_errors_doc, reason = "all of it fails as `StoreError` says; exceptions are documented")]

pub mod audit;
mod backend;
pub mod checks;
mod connection;
pub mod credentials;
mod error;
pub mod groups;
pub mod house_notes;
pub mod item_states;
pub mod messages;
mod migrate;
pub mod people;
pub mod plans;
pub mod portal;
pub mod replica;
pub mod runs;
#[rustfmt::skip]
mod schema;
pub mod secret_drafts;
pub mod sessions;
mod sql_types;
pub mod systems;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub use connection::{Db, Target};
pub use error::{Result, StoreError};

use connection::Pools;

use crate::clock::micros;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    /// How far ahead the database's clock is for this store, in microseconds: 0 but in tests.
    ahead: Arc<AtomicI64>,
    /// The most rows that one transaction has changed; [`UNMEASURED`] but in tests.
    widest: Arc<AtomicI64>,
}

const UNMEASURED: i64 = -1;

impl Store {
    /// Opens the database and brings it to this version's schema, under a lock.
    ///
    /// # Errors
    /// One sentence: the address is wrong, the file cannot be written, the database is newer.
    pub fn open(target: &Target, pool_size: u32) -> Result<Self> {
        let pools = Pools::open(target, pool_size)?;
        let store = Self { pools, ahead: Arc::default(), widest: Arc::new(AtomicI64::new(UNMEASURED)) };
        migrate::run(&mut *store.pools.writer()?)?;
        Ok(store)
    }

    /// Lets time pass for tests: from now on the database's clock is so much further ahead, for this store
    /// and its clones.
    pub fn advance(&self, span: Duration) {
        self.ahead.fetch_add(micros(span), Ordering::Relaxed);
    }

    /// For tests: the most rows that one write of this store and its clones has changed since this was asked last. The
    /// first time begins the measuring.
    #[must_use]
    pub fn widest_write(&self) -> i64 {
        self.widest.swap(0, Ordering::Relaxed).max(0)
    }

    /// Notes how many rows `work` changes, if anybody wants to know.
    fn measured<T>(&self, db: &mut Db, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        if self.widest.load(Ordering::Relaxed) == UNMEASURED {
            return work(db);
        }
        let before = backend::rows_changed(db)?;
        let value = work(db)?;
        self.widest.fetch_max(backend::rows_changed(db)? - before, Ordering::Relaxed);
        Ok(value)
    }

    /// Reads on this thread.
    ///
    /// # Errors
    /// What `work` returns, or that no connection was to be had.
    pub fn read_here<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        let mut connection = self.pools.reader()?;
        backend::move_clock(self.ahead.load(Ordering::Relaxed));
        work(&mut connection)
    }

    /// Writes on this thread, all or nothing. `work` is done again when another transaction came between.
    ///
    /// # Errors
    /// What `work` returns, or that no connection was to be had; nothing was changed then.
    pub fn write_here<T>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Clone) -> Result<T> {
        let mut connection = self.pools.writer()?;
        backend::move_clock(self.ahead.load(Ordering::Relaxed));
        backend::write_transaction(&mut connection, move |db| self.measured(db, work))
    }

    /// Reads on a thread that may block.
    ///
    /// # Errors
    /// As for [`Store::read_here`].
    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Send + 'static) -> Result<T> {
        let store = self.clone();
        blocking(move || store.read_here(work)).await
    }

    /// Writes on a thread that may block, all or nothing.
    ///
    /// # Errors
    /// As for [`Store::write_here`].
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T> + Clone + Send + 'static,
    ) -> Result<T> {
        let store = self.clone();
        blocking(move || store.write_here(work)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Database(format!("a database call ended early: {error}"))),
    }
}
