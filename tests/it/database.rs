//! An empty database for one test, and the macro that runs a test on both.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use syncdesk::store::Target;
use tempfile::TempDir;

use crate::peers::{Postgres, PostgresDatabase};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// What an asynchronous test takes as its parameter: created for it, on the database that the macro names.
pub trait Fixture: Sized {
    async fn on(database: Database) -> Self;
}

/// An empty database, gone when this is dropped.
pub enum TestDatabase {
    Sqlite(TempDir),
    Postgres(PostgresDatabase),
}

impl Fixture for TestDatabase {
    async fn on(database: Database) -> Self {
        Self::on(database)
    }
}

impl TestDatabase {
    pub fn on(database: Database) -> Self {
        match database {
            Database::Sqlite => Self::Sqlite(tempfile::tempdir().expect("a temporary folder")),
            Database::Postgres => Self::Postgres(Postgres::shared().create()),
        }
    }

    /// As `DATABASE_URL` has it.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/syncdesk.db", folder.path().display()),
            Self::Postgres(database) => database.url.clone(),
        }
    }

    /// As the store has it.
    pub fn target(&self) -> Target {
        match self {
            Self::Sqlite(folder) => Target::Sqlite { path: folder.path().join("syncdesk.db"), create: true },
            Self::Postgres(database) => Target::Postgres { url: database.url.clone() },
        }
    }

    /// A connection that knows nothing of the store.
    pub fn connect(&self) -> Bare {
        match self {
            Self::Sqlite(_) => {
                let path = self.url();
                Bare::Sqlite(SqliteConnection::establish(path.trim_start_matches("sqlite://")).expect("SQLite opens"))
            }
            Self::Postgres(database) => {
                Bare::Postgres(PgConnection::establish(&database.url).expect("Postgres answers"))
            }
        }
    }
}

/// From now on the clock of a Postgres database is off by this much, for connections that are made after: what
/// `clock_timestamp()` names is looked for in another schema first.
pub fn shift_clock(database: &TestDatabase, by: &str) {
    database.connect().execute(&format!(
        "CREATE SCHEMA shifted;
         CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
           AS $$ SELECT pg_catalog.clock_timestamp() + interval '{by}' $$;
         DO $$ BEGIN
           EXECUTE format('ALTER DATABASE %I SET search_path = public, shifted, pg_catalog', current_database());
         END $$"
    ));
}

/// A connection of diesel's.
pub enum Bare {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// One column of a row.
#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Text)]
    value: String,
}

/// A row of SQLite's EXPLAIN QUERY PLAN, as far as it matters.
#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// A row of Postgres' EXPLAIN.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

impl Bare {
    /// Statements with a semicolon between them. The portal may be writing at the same time.
    pub fn execute(&mut self, statements: &str) {
        match self {
            Self::Sqlite(db) => db.batch_execute(&format!("PRAGMA busy_timeout = 30000; {statements}")),
            Self::Postgres(db) => db.batch_execute(statements),
        }
        .expect(statements);
    }

    /// One statement, or why the database refuses it.
    pub fn try_execute(&mut self, statement: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(db) => db.batch_execute(statement),
            Self::Postgres(db) => db.batch_execute(statement),
        }
        .map_err(|error| error.to_string())
    }

    /// What EXPLAIN says, line by line.
    pub fn plan(&mut self, explain: &str) -> String {
        let lines: Vec<String> = match self {
            Self::Sqlite(db) => {
                let steps = sql_query(explain).load::<Step>(db).expect(explain);
                steps.into_iter().map(|step| step.detail).collect()
            }
            Self::Postgres(db) => {
                let lines = sql_query(explain).load::<Line>(db).expect(explain);
                lines.into_iter().map(|line| line.line).collect()
            }
        };
        lines.join("\n")
    }

    /// What a query finds in its only column: texts under the name `value`.
    pub fn texts(&mut self, query: &str) -> Vec<String> {
        let cells = match self {
            Self::Sqlite(db) => sql_query(query).load::<Cell>(db),
            Self::Postgres(db) => sql_query(query).load::<Cell>(db),
        };
        cells.expect(query).into_iter().map(|cell| cell.value).collect()
    }
}

/// Runs the body of each test twice: as `NAME::sqlite` and as `NAME::postgres`. The parameter of an asynchronous test
/// is a [`Fixture`]; a fixture on top of another has its own `on`.
///
/// ```ignore
/// both_databases! {
///     /// What it shows.
///     async fn a_run_ends(app: TestApp) { … }
///     fn tables_are_empty(database: TestDatabase) { … }
/// }
/// ```
macro_rules! both_databases {
    () => {};
    ($(#[$doc:meta])* async fn $name:ident($fixture:ident: $type:ty) $body:block $($rest:tt)*) => {
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn body($fixture: $type) $body

            #[tokio::test]
            async fn sqlite() {
                body(<$type as $crate::database::Fixture>::on($crate::database::Database::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                body(<$type as $crate::database::Fixture>::on($crate::database::Database::Postgres).await).await;
            }
        }
        $crate::database::both_databases! { $($rest)* }
    };
    ($(#[$doc:meta])* fn $name:ident($fixture:ident: $type:ty) $body:block $($rest:tt)*) => {
        mod $name {
            use super::*;

            $(#[$doc])*
            fn body($fixture: $type) $body

            #[test]
            fn sqlite() {
                body(<$type>::on($crate::database::Database::Sqlite));
            }

            #[test]
            fn postgres() {
                body(<$type>::on($crate::database::Database::Postgres));
            }
        }
        $crate::database::both_databases! { $($rest)* }
    };
}
pub(crate) use both_databases;
