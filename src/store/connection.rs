//! Connections to either database. Only this file, `backend.rs` and `probe.rs` know which
//! one it is.
//!
//! SQLite gets one writer, whose transactions begin IMMEDIATE (with plain ones 600 of 800 concurrent
//! read-modify-writes were lost), and a separate pool of readers; Postgres gets one pool for both.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::{Connection, PgConnection, SqliteConnection};

use super::error::{Result, StoreError};
use super::fault::Fault;
use super::patience::Waiting;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The backend of [`Db`], for boxed queries.
pub(in crate::store) type DbBackend = <Db as Connection>::Backend;

/// Which database to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Sqlite { path: PathBuf, create: bool },
    Postgres { url: String },
}

/// How long SQLite waits for a lock while a connection is opened and while it reads. Writes say how long they wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for a connection before deciding whether to wait longer.
const SLICE: Duration = Duration::from_millis(100);

/// The pool tries again to open connections after at most half of this.
const RETRY: Duration = Duration::from_secs(2);

/// How long a statement waits for a lock of Postgres: much shorter than a lease, so that a process that froze with a lock
/// stops nobody's loop.
pub(in crate::store) const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Opens connections for a pool.
#[derive(Debug)]
pub struct Manager {
    target: Target,
    read_only: bool,
    /// A process that does nothing for this long is lost; so are its transactions.
    lease: Duration,
    /// Why no connection could be opened, the last time; `None` after one was opened.
    refused: Arc<Mutex<Option<StoreError>>>,
}

impl Manager {
    fn new(target: &Target, read_only: bool, lease: Duration) -> Self {
        Self { target: target.clone(), read_only, lease, refused: Arc::default() }
    }

    fn open(&self) -> Result<Db> {
        match &self.target {
            Target::Sqlite { path, .. } => open_sqlite(path, self.read_only).map(Db::Sqlite),
            Target::Postgres { url } => open_postgres(url, self.lease).map(Db::Postgres),
        }
    }

    fn remember<T>(&self, result: Result<T>) -> Result<T> {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = result.as_ref().err().cloned();
        result
    }
}

/// Asks for messages in English, by which faults are known (see [`Fault::of_message`]). Only a superuser may set the
/// language, or a role to which `SET ON PARAMETER lc_messages` was granted; for others it stays as it is, and
/// [`other_language`] finds out.
const SPEAK_ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
                             EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// What every Postgres connection is set to. A process that is frozen or whose machine has vanished keeps its locks no
/// longer than about a lease: the server ends its transaction, or notices that nothing arrives any more. The other way
/// round, we notice that the server has vanished.
fn open_postgres(url: &str, lease: Duration) -> Result<PgConnection> {
    let unavailable = |error: String| StoreError::Broken(Fault::Unavailable, error.trim().replace('\n', " "));
    let patience = lease.max(SHORTEST_PATIENCE).as_millis();
    let mut connection =
        PgConnection::establish(&with_parameters(url, patience)).map_err(|error| unavailable(error.to_string()))?;
    // A connection that cannot do this says so with the first thing that matters.
    let _ = connection.batch_execute(SPEAK_ENGLISH);
    connection
        .batch_execute(&format!(
            "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {patience}; SET tcp_user_timeout = {patience}; \
             SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3",
            LOCK_WAIT.as_millis()
        ))
        .map_err(|error| unavailable(error.to_string()))?;
    Ok(connection)
}

/// The language of the server's messages, where it is not English.
fn other_language(connection: &mut Db) -> Result<Option<String>> {
    #[derive(diesel::QueryableByName)]
    struct Language {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    if let Db::Sqlite(_) = connection {
        return Ok(None);
    }
    let query = diesel::sql_query("SELECT current_setting('lc_messages') AS name");
    let Language { name } = diesel::RunQueryDsl::get_result(query, connection)?;
    let english =
        ["", "C", "POSIX"].contains(&name.as_str()) || ["C.", "en"].iter().any(|start| name.starts_with(start));
    Ok((!english).then_some(name))
}

/// A transaction of a busy machine may pause for this long, however short leases are.
const SHORTEST_PATIENCE: Duration = Duration::from_secs(2);

/// The address with parameters of libpq that notice a server that has vanished; those that it has already stay.
fn with_parameters(url: &str, patience_ms: u128) -> String {
    let patience_ms = patience_ms.to_string();
    let ours = [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", patience_ms.as_str()),
    ];
    let mut all = url.to_owned();
    let given = url.split_once('?').map_or("", |(_, given)| given);
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, value) in ours {
        if given.split('&').all(|pair| pair.split('=').next() != Some(name)) {
            all.push(separator);
            all.push_str(name);
            all.push('=');
            all.push_str(value);
            separator = '&';
        }
    }
    all
}

/// A new file is its owner's alone; SQLite gives what it puts beside it the same mode.
fn private(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What every SQLite connection is set to. FULL: what is acknowledged survives a power cut.
fn open_sqlite(path: &Path, read_only: bool) -> Result<SqliteConnection> {
    let text = path.to_str().ok_or_else(|| StoreError::opening("the path is not UTF-8".to_owned()))?;
    private(path).map_err(|error| StoreError::opening(format!("{}: {error}", path.display())))?;
    let mut connection = SqliteConnection::establish(text)
        .map_err(|error| StoreError::opening(format!("{}: {error}", path.display())))?;
    // Each reader fills its own cache in the course of a long export, which goes round all of them: 4 of 8 MB made that
    // grow by 28 MB. The pages are in the system's cache anyway.
    let own = if read_only { "PRAGMA query_only=ON; PRAGMA cache_size=-256;" } else { "PRAGMA cache_size=-8000;" };
    connection
        .batch_execute(&format!(
            "PRAGMA busy_timeout={}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
             PRAGMA journal_size_limit=67108864; {own}",
            BUSY_TIMEOUT.as_millis()
        ))
        .map_err(|error| StoreError::opening(format!("{}: {error}", path.display())))?;
    Ok(connection)
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db> {
        self.remember(self.open())
    }

    fn is_valid(&self, connection: &mut Db) -> Result<()> {
        self.remember(connection.batch_execute("SELECT 1").map_err(StoreError::from))
    }

    fn has_broken(&self, connection: &mut Db) -> bool {
        use diesel::connection::TransactionManager;
        std::thread::panicking() || <Db as Connection>::TransactionManager::is_broken_transaction_manager(connection)
    }
}

/// A connection out of a pool.
pub type Pooled = PooledConnection<Manager>;

/// Connections of one kind.
#[derive(Clone)]
struct Connections {
    pool: Pool<Manager>,
    refused: Arc<Mutex<Option<StoreError>>>,
}

impl Connections {
    fn open(manager: Manager, size: u32) -> Self {
        let checks = matches!(manager.target, Target::Postgres { .. });
        let refused = manager.refused.clone();
        // Unchecked: whether the database can be reached was just seen, and the first call waits for its connection.
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(RETRY)
            .test_on_check_out(checks)
            .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
            .build_unchecked(manager);
        Self { pool, refused }
    }

    fn take(&self, waiting: &Waiting) -> Result<Pooled> {
        loop {
            if let Ok(connection) = self.pool.get_timeout(SLICE) {
                return Ok(connection);
            }
            if waiting.is_over() {
                let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let in_use = || StoreError::Broken(Fault::Locked, "all connections are in use".to_owned());
                return Err(refused.unwrap_or_else(in_use));
            }
        }
    }
}

/// The pools of readers and writers.
#[derive(Clone)]
pub struct Pools {
    readers: Connections,
    writers: Connections,
}

impl Pools {
    /// Opens the database. A first connection is made before any pool, so that what is wrong is said
    /// once and at once.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the address.
    pub fn open(target: &Target, size: u32, lease: Duration) -> Result<Self> {
        if let Target::Sqlite { path, create } = target
            && !create
            && !path.is_file()
        {
            return Err(StoreError::opening(format!(
                "there is no SQLite database at {}; use --create to create one",
                path.display()
            )));
        }
        if let Some(language) = other_language(&mut Manager::new(target, false, lease).open()?)? {
            log::warn!(
                "Postgres reports errors in the language {language:?}, in which Syncdesk does not recognize a \
                 deadlock or a lock held by another session. Run as a superuser: GRANT SET ON PARAMETER lc_messages \
                 TO the role of Syncdesk."
            );
        }
        let connections = |read_only, size| Connections::open(Manager::new(target, read_only, lease), size);
        match target {
            Target::Sqlite { .. } => Ok(Self { readers: connections(true, size), writers: connections(false, 1) }),
            Target::Postgres { .. } => {
                let both = connections(false, size);
                Ok(Self { readers: both.clone(), writers: both })
            }
        }
    }

    pub(in crate::store) fn reader(&self, waiting: &Waiting) -> Result<Pooled> {
        self.readers.take(waiting)
    }

    pub(in crate::store) fn writer(&self, waiting: &Waiting) -> Result<Pooled> {
        self.writers.take(waiting)
    }
}

#[cfg(test)]
mod tests {
    use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};

    use super::*;

    #[derive(QueryableByName)]
    struct BuildOption {
        #[diesel(sql_type = Text, column_name = compile_options)]
        name: String,
    }

    /// `.cargo/config.toml` has reached the build.
    #[test]
    fn sqlite_is_built_without_its_own_locks() {
        const fn is_used_by_one_thread_at_a_time<T: Send>() {}
        is_used_by_one_thread_at_a_time::<Db>();
        let mut db = SqliteConnection::establish(":memory:").unwrap();
        let options: Vec<BuildOption> = sql_query("PRAGMA compile_options").load(&mut db).unwrap();
        let options: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
        assert!(options.contains(&"THREADSAFE=2"), "{options:?}");
        assert!(options.contains(&"DEFAULT_MEMSTATUS=0"), "{options:?}");
        assert!(!options.contains(&"ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }

    #[test]
    fn parameters_of_the_address_stay() {
        assert_eq!(
            with_parameters("postgres://a:p%40ss@h/d", 30_000),
            "postgres://a:p%40ss@h/d?connect_timeout=5&keepalives_idle=10&keepalives_interval=5&keepalives_count=3\
             &tcp_user_timeout=30000"
        );
        assert_eq!(
            with_parameters(
                "postgres://h/d?sslmode=require&tcp_user_timeout=7&keepalives_idle=1&connect_timeout=2",
                30_000
            ),
            "postgres://h/d?sslmode=require&tcp_user_timeout=7&keepalives_idle=1&connect_timeout=2&keepalives_interval=5\
             &keepalives_count=3"
        );
    }
}
