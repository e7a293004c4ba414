//! Migrations: embedded, run at start under a lock, refused for a database from a newer version.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
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
        Db::Sqlite(sqlite) => sqlite.exclusive_transaction(|inner| migrate_all(inner, SQLITE)),
        Db::Postgres(postgres) => {
            // Another process may be migrating for long: this one waits.
            postgres.batch_execute(&format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"))?;
            let outcome = migrate_all(postgres, POSTGRES);
            let wait = LOCK_WAIT.as_millis();
            postgres.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK}); SET lock_timeout = {wait}"))?;
            outcome
        }
    }
}

fn migrate_all<C, B>(connection: &mut C, source: EmbeddedMigrations) -> Result<()>
where
    B: Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        StoreError::Database(format!("the schema could not be brought up to date: {error}"))
    };
    let ours: Vec<Box<dyn Migration<B>>> = source.migrations().map_err(failed)?;
    let applied = connection.applied_migrations().map_err(failed)?;
    let unknown = applied.iter().find(|version| ours.iter().all(|known| known.name().version() != **version));
    if let Some(version) = unknown {
        return Err(StoreError::Newer(format!(
            "the database was made by a newer version of Syncdesk (it has migration {version}); start that version"
        )));
    }
    connection.run_pending_migrations(source).map_err(failed)?;
    Ok(())
}
