//! The handful of places where the two databases need different words.

use std::cell::Cell;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Integer};

use super::cached::fixed;
use super::connection::Db;
use super::error::{Result, StoreError};
use crate::clock::Stamp;
use crate::ids::{BulkItemId, CheckId, RunId, SystemId, TrialId};

/// Executes a statement that each database needs in its own words.
pub(super) fn execute(connection: &mut Db, on_sqlite: &str, on_postgres: &str) -> Result<()> {
    match connection {
        Db::Sqlite(sqlite) => Ok(sqlite.batch_execute(on_sqlite)?),
        Db::Postgres(postgres) => Ok(postgres.batch_execute(on_postgres)?),
    }
}

/// A row that a loop wants to change, and need not wait for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lockable {
    System(SystemId),
    /// A queued run together with its system, unless it may not begin.
    QueuedRun(RunId),
    RunningRun(RunId),
    Check(CheckId),
    Trial(TrialId),
    BulkItem(BulkItemId),
}

/// Takes the lock of a row until the transaction ends, unless another transaction has it: `false` then, or when there is
/// no such row. A process that froze in a transaction thus stops none of the others. SQLite's write lock is held already.
pub(super) fn try_lock(connection: &mut Db, row: Lockable) -> Result<bool> {
    let Db::Postgres(postgres) = connection else { return Ok(true) };
    let (id, query) = match row {
        Lockable::System(id) => (id.0, "SELECT id AS n FROM systems WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"),
        Lockable::QueuedRun(id) => (
            id.0,
            "SELECT r.id AS n FROM runs r JOIN systems s ON s.id = r.system_id WHERE r.id = $1 AND r.state = 'queued' \
             AND s.hold_since IS NULL AND s.paused_since IS NULL \
             FOR NO KEY UPDATE OF r, s SKIP LOCKED",
        ),
        Lockable::RunningRun(id) => {
            (id.0, "SELECT id AS n FROM runs WHERE id = $1 AND state = 'running' FOR NO KEY UPDATE SKIP LOCKED")
        }
        Lockable::Check(id) => (id.0, "SELECT id AS n FROM checks WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"),
        Lockable::Trial(id) => (id.0, "SELECT id AS n FROM connect_trials WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"),
        Lockable::BulkItem(id) => (id.0, "SELECT id AS n FROM bulk_items WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"),
    };
    Ok(sql_query(query).bind::<BigInt, _>(id).get_result::<Number>(postgres).optional()?.is_some())
}

/// Whether a statement fails with a unique violation without ending the surrounding transaction:
/// `Ok(None)` then. A Postgres transaction is dead after an error, so it gets a savepoint.
pub(super) fn unless_duplicate<T>(connection: &mut Db, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<Option<T>> {
    match connection.transaction(work) {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::Duplicate(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What only one transaction may do at a time, until its end: for rules about rows that are not there yet. SQLite has
/// one writer anyway.
#[derive(Debug, Clone, Copy)]
pub(super) enum OneAtATime {
    /// Saying where systems write.
    Territory = 1,
    /// Naming people and groups.
    Names = 2,
}

/// Waits until no other transaction does this.
pub(super) fn alone(connection: &mut Db, what: OneAtATime) -> Result<()> {
    if let Db::Postgres(postgres) = connection {
        sql_query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind::<Integer, _>(ADVISORY)
            .bind::<Integer, _>(what as i32)
            .execute(postgres)?;
    }
    Ok(())
}

/// Keeps our advisory locks apart from those of others in the same database.
const ADVISORY: i32 = 0x5379_6e63;

/// One number.
#[derive(QueryableByName)]
pub(super) struct Number {
    #[diesel(sql_type = BigInt)]
    pub(super) n: i64,
}

thread_local! {
    /// How far ahead the clock of the database is that this thread works on, in microseconds.
    static AHEAD: Cell<i64> = const { Cell::new(0) };
}

/// To be called before each piece of work on a connection: [`db_now`] is that far ahead while it lasts.
pub(super) fn move_clock(ahead: i64) {
    AHEAD.set(ahead);
}

/// The database's clock, in microseconds: the only one that decides what is due, however the clocks of the processes
/// differ. SQLite has milliseconds: the end of the present one is taken, so
/// that what was queued just now is not in the future.
pub fn db_now(connection: &mut Db) -> Result<Stamp> {
    let query = match connection {
        Db::Sqlite(_) => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000 + 999",
        Db::Postgres(_) => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    };
    let now: i64 = diesel::select(fixed::<BigInt>(query)).get_result(connection)?;
    Ok(Stamp(now.saturating_add(AHEAD.get())))
}

/// How a database writes patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternSyntax {
    /// SQLite: `GLOB`, of the whole text.
    Glob,
    /// Postgres: `~`, of any part.
    Regex,
}

pub(super) const fn pattern_syntax(connection: &Db) -> PatternSyntax {
    match connection {
        Db::Sqlite(_) => PatternSyntax::Glob,
        Db::Postgres(_) => PatternSyntax::Regex,
    }
}

/// How many rows were changed: so far on this connection (SQLite), or in this transaction (Postgres). What follows by
/// itself, such as rows that go with another, is counted.
pub(super) fn rows_changed(connection: &mut Db) -> Result<i64> {
    let query = match connection {
        Db::Sqlite(_) => "SELECT total_changes() AS n",
        Db::Postgres(_) => {
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint AS n FROM pg_stat_xact_user_tables"
        }
    };
    Ok(sql_query(query).get_result::<Number>(connection)?.n)
}

/// Executes one statement for many rows and returns how many it has changed: on SQLite a cached statement for each row, on
/// Postgres one statement for up to 5,000 rows (of 12 columns: it takes at most 65,535 values). `$values` is what the
/// statement inserts.
macro_rules! insert_rows {
    ($db:expr, $rows:expr, |$values:ident| $statement:expr) => {{
        let mut changed = 0;
        match $db {
            $crate::store::connection::Db::Sqlite(sqlite) => {
                for $values in $rows {
                    changed += $statement.execute(sqlite)?;
                }
            }
            $crate::store::connection::Db::Postgres(postgres) => {
                for $values in $rows.chunks(5_000) {
                    changed += $statement.execute(postgres)?;
                }
            }
        }
        changed
    }};
}
pub(super) use insert_rows;

/// Makes the partitions that the next runs' messages go to; nothing to do on SQLite.
pub(super) fn ensure_partitions(connection: &mut Db, last_run: i64) -> Result<()> {
    match connection {
        Db::Sqlite(_) => Ok(()),
        Db::Postgres(postgres) => {
            let first = last_run / RUNS_A_PARTITION;
            for part in first..=first + 1 {
                let (from, to) = (part * RUNS_A_PARTITION, (part + 1) * RUNS_A_PARTITION);
                postgres.batch_execute(&format!(
                    "CREATE TABLE IF NOT EXISTS messages_{from} PARTITION OF messages FOR VALUES FROM ({from}) TO ({to})"
                ))?;
            }
            Ok(())
        }
    }
}

/// How many runs share a partition of messages on Postgres.
const RUNS_A_PARTITION: i64 = 4_096;

/// The runs, from and to, whose messages are in the oldest partition; none on SQLite.
pub(super) fn oldest_partition(connection: &mut Db) -> Result<Option<(i64, i64)>> {
    let Db::Postgres(postgres) = connection else { return Ok(None) };
    let oldest: Number = sql_query(
        "SELECT coalesce(min(substring(c.relname from '^messages_([0-9]+)$')::bigint), -1) AS n \
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'messages'::regclass",
    )
    .get_result(postgres)?;
    Ok(Some((oldest.n, oldest.n + RUNS_A_PARTITION)).filter(|(from, _to)| *from >= 0))
}

/// Drops a partition with all that is in it. A concurrent reader or writer of messages waits no longer than the
/// lock timeout; without the lock, this fails.
pub(super) fn drop_partition(connection: &mut Db, from: i64) -> Result<()> {
    match connection {
        Db::Sqlite(_) => Ok(()),
        Db::Postgres(postgres) => {
            Ok(postgres.batch_execute(&format!("SET LOCAL lock_timeout = '200ms'; DROP TABLE messages_{from}"))?)
        }
    }
}
