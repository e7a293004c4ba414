//! Transactions: how long they wait to begin, when they are tried again, and whether a commit that was not confirmed was
//! made.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::backend::Number;
use super::cached::fixed;
use super::connection::Db;
use super::error::{Result, RollsBack, StoreError};
use super::fault::Fault;
use super::patience::Waiting;

type Manager = <Db as Connection>::TransactionManager;

/// How often a transaction is begun that Postgres rolled back because of a deadlock. The loser of a deadlock leaves the
/// way to the other, so that the next time is the last but for a crowd.
const TRIES: u32 = 5;

/// What came of a transaction.
pub(super) enum TransactionResult<T> {
    Committed(T),
    /// The connection broke before Postgres confirmed the commit: [`is_committed`] knows.
    Unconfirmed(T, Unconfirmed),
}

/// A transaction whose commit was sent but not confirmed.
#[derive(Debug)]
pub struct Unconfirmed {
    /// Its number, as Postgres counts transactions; 0 for one that has changed nothing.
    number: i64,
    why: String,
}

impl Unconfirmed {
    /// What the connection broke with.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// A transaction that will write. SQLite has one writer, from whom nothing is taken back.
pub(super) fn write_transaction<T, E: RollsBack>(
    connection: &mut Db,
    waiting: &Waiting,
    work: impl FnOnce(&mut Db) -> Result<T, E> + Clone,
) -> Result<TransactionResult<T>, E> {
    let tries = match connection {
        Db::Sqlite(_) => 1,
        Db::Postgres(_) => TRIES,
    };
    for _ in 1..tries {
        let result = attempt(connection, waiting, work.clone());
        match result.as_ref().err().and_then(E::store_error) {
            Some(StoreError::Collided(why)) => log::info!("retrying a transaction: {why}"),
            Some(_) | None => return result,
        }
    }
    attempt(connection, waiting, work)
}

/// A transaction that reads: all of it as it was when it began.
pub(super) fn read_transaction<T>(connection: &mut Db, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
    match connection {
        Db::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN")?,
        Db::Postgres(postgres) => {
            AnsiTransactionManager::begin_transaction_sql(postgres, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        }
    }
    let result = work(connection);
    match result {
        Ok(_) => Manager::commit_transaction(connection)?,
        Err(_) => roll_back(connection),
    }
    result
}

fn attempt<T, E: RollsBack>(
    connection: &mut Db,
    waiting: &Waiting,
    work: impl FnOnce(&mut Db) -> Result<T, E>,
) -> Result<TransactionResult<T>, E> {
    begin(connection, waiting)?;
    match work(connection).and_then(|value| Ok((value, transaction_number(connection)?))) {
        Ok((value, number)) => match Manager::commit_transaction(connection).map_err(StoreError::from) {
            Ok(()) => Ok(TransactionResult::Committed(value)),
            Err(StoreError::Broken(Fault::Unavailable, why)) => {
                Ok(TransactionResult::Unconfirmed(value, Unconfirmed { number, why }))
            }
            Err(error) => Err(error.into()),
        },
        Err(error) => {
            roll_back(connection);
            Err(error)
        }
    }
}

/// The number of the present transaction; 0 if it has changed nothing, and on SQLite, whose commits are not confirmed
/// over a network.
fn transaction_number(connection: &mut Db) -> Result<i64> {
    match connection {
        Db::Sqlite(_) => Ok(0),
        Db::Postgres(postgres) => {
            Ok(diesel::select(fixed::<BigInt>("coalesce(txid_current_if_assigned(), 0)")).get_result(postgres)?)
        }
    }
}

/// Whether a transaction was committed after all; `None` while its session is still open.
pub(super) fn is_committed(connection: &mut Db, transaction: &Unconfirmed) -> Result<Option<bool>> {
    let Db::Postgres(postgres) = connection else { return Ok(Some(false)) };
    if transaction.number == 0 {
        return Ok(Some(true));
    }
    let row: Number = sql_query(
        "SELECT CASE txid_status($1) WHEN 'committed' THEN 1 WHEN 'in progress' THEN 2 ELSE 0 END::bigint AS n",
    )
    .bind::<BigInt, _>(transaction.number)
    .get_result(postgres)?;
    Ok(match row.n {
        1 => Some(true),
        2 => None,
        _ => Some(false),
    })
}

/// Does `work` and takes it back, whatever came of it.
pub(super) fn rolled_back<T>(
    connection: &mut Db,
    waiting: &Waiting,
    work: impl FnOnce(&mut Db) -> Result<T>,
) -> Result<T> {
    begin(connection, waiting)?;
    let result = work(connection);
    roll_back(connection);
    result
}

fn roll_back(connection: &mut Db) {
    // Where this fails too (the connection is gone), the first error says more.
    let _ = Manager::rollback_transaction(connection);
}

/// SQLite takes the write lock at once, so that what was read stays true. Postgres locks row by row.
fn begin(connection: &mut Db, waiting: &Waiting) -> Result<()> {
    match connection {
        Db::Sqlite(sqlite) => begin_on_sqlite(sqlite, waiting),
        Db::Postgres(postgres) if waiting.limits_locks() => {
            let millis = waiting.for_lock().as_millis();
            let begin = format!("BEGIN; SET LOCAL lock_timeout = {millis}");
            Ok(AnsiTransactionManager::begin_transaction_sql(postgres, &begin)?)
        }
        Db::Postgres(_) => Ok(Manager::begin_transaction(connection)?),
    }
}

/// Waits for the write lock: for the timeout of SQLite's busy handler, and again while others write in turn.
fn begin_on_sqlite(sqlite: &mut SqliteConnection, waiting: &Waiting) -> Result<()> {
    sqlite.batch_execute(&format!("PRAGMA busy_timeout = {}", waiting.for_lock().as_millis()))?;
    let mut before = data_version(sqlite)?;
    loop {
        let error = match AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE") {
            Ok(()) => return Ok(()),
            Err(error) => StoreError::from(error),
        };
        let now = data_version(sqlite)?;
        if error.fault() != Some(Fault::Locked) || now == before || waiting.is_exhausted() {
            return Err(error);
        }
        before = now;
    }
}

/// A number that changes when another connection has changed the database.
fn data_version(sqlite: &mut SqliteConnection) -> Result<i64> {
    Ok(diesel::select(fixed::<BigInt>("(SELECT data_version FROM pragma_data_version)")).get_result(sqlite)?)
}
