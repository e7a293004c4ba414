//! Migrations: embedded, run at start under a lock, refused for a database from a newer version.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Db, LOCK_WAIT};
use super::error::{Result, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number that nothing else locks: the bytes of "syncdesk".
const LOCK: i64 = 0x7379_6e63_6465_736b;

/// Brings the database to this version's schema.
pub(super) fn run(connection: &mut Db) -> Result<()> {
    match connection {
        Db::Sqlite(sqlite) => {
            // A table is changed by making a new one: with foreign keys on, dropping the old one deletes what refers to it.
            // Within a transaction the setting cannot be changed.
            sqlite.batch_execute("PRAGMA foreign_keys=OFF")?;
            let outcome = sqlite.exclusive_transaction(|inner| {
                let changed = migrate_all(inner, SQLITE)?;
                if changed { check_foreign_keys(inner) } else { Ok(()) }
            });
            sqlite.batch_execute("PRAGMA foreign_keys=ON")?;
            outcome
        }
        Db::Postgres(postgres) => {
            // Another process may be migrating for long: this one waits.
            postgres.batch_execute(&format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"))?;
            let outcome = migrate_all(postgres, POSTGRES).map(|_changed| ());
            let wait = LOCK_WAIT.as_millis();
            postgres.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK}); SET lock_timeout = {wait}"))?;
            outcome
        }
    }
}

/// Fails if a row refers to one that does not exist.
fn check_foreign_keys(sqlite: &mut SqliteConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Violation {
        #[diesel(sql_type = Text)]
        table: String,
    }
    let found: Vec<Violation> = sql_query(r#"SELECT "table" FROM pragma_foreign_key_check LIMIT 1"#).load(sqlite)?;
    match found.first() {
        None => Ok(()),
        Some(Violation { table }) => Err(StoreError::Database(format!(
            "the schema could not be migrated: a row of {table} refers to one that does not exist"
        ))),
    }
}

/// Runs what is pending. Returns whether there was any.
fn migrate_all<C, B>(connection: &mut C, source: EmbeddedMigrations) -> Result<bool>
where
    B: Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        StoreError::Database(format!("the schema could not be migrated: {error}"))
    };
    let ours: Vec<Box<dyn Migration<B>>> = source.migrations().map_err(failed)?;
    let applied = connection.applied_migrations().map_err(failed)?;
    let unknown = applied.iter().find(|version| ours.iter().all(|known| known.name().version() != **version));
    if let Some(version) = unknown {
        return Err(StoreError::Newer(format!(
            "the database was created by a newer version of Syncdesk (it has migration {version}); use that version"
        )));
    }
    Ok(!connection.run_pending_migrations(source).map_err(failed)?.is_empty())
}
