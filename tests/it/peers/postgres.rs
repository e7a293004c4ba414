//! A private Postgres cluster: one per test process, one database per test.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::{Recipe, Server, nobody};
use crate::wait::wait_until;

/// The cluster of this test process.
pub struct Postgres {
    server: Server,
    databases: AtomicU32,
}

impl Postgres {
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let server = Server::start(&Recipe {
            name: "postgres",
            signal: "QUIT", // at once, but with its shared memory given back
            user: nobody(), // it refuses to run as root
            command,
        });
        let postgres = Self { server, databases: AtomicU32::new(0) };
        wait_until("postgres to answer", || PgConnection::establish(&postgres.url("postgres")).ok());
        postgres
    }

    /// The address of a database.
    fn url(&self, database: &str) -> String {
        format!("postgres://syncdesk@127.0.0.1:{}/{database}", self.server.port)
    }

    /// A new, empty database.
    pub fn create(&self) -> PostgresDatabase {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name}"));
        PostgresDatabase { url: self.url(&name), name }
    }

    /// Statements that no portal would send, in a separate database.
    pub fn run(&self, statement: &str) {
        let mut connection = PgConnection::establish(&self.url("postgres")).expect("postgres answers");
        connection.batch_execute(statement).expect(statement);
    }
}

impl PostgresDatabase {
    /// The same for a role that owns it and is answered in German; some may choose another language.
    pub fn in_german(mut self, may_choose: bool) -> Self {
        let (name, role) = (&self.name, format!("{}_owner", self.name));
        let grant = if may_choose { format!("GRANT SET ON PARAMETER lc_messages TO {role}") } else { String::new() };
        Postgres::shared().run(&format!(
            "CREATE ROLE {role} LOGIN; ALTER ROLE {role} SET lc_messages = 'de_DE.UTF-8'; \
             ALTER DATABASE {name} OWNER TO {role}; {grant}"
        ));
        self.url = self.url.replace("syncdesk@", &format!("{role}@"));
        self
    }
}

/// A database of one test; dropped with it, even while connections are open.
pub struct PostgresDatabase {
    name: String,
    pub url: String,
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        // A test that panicked must say why it did, not why its database stays until the cluster goes.
        if !std::thread::panicking() {
            Postgres::shared().run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// Makes a cluster and serves it. Its names sort as in a dictionary, not bytewise: what relies on the order of bytes
/// and does not say so fails here.
fn command(port: u16, folder: &Path) -> Vec<OsString> {
    let script = format!(
        "'{bin}/initdb' -D '{data}/data' -U syncdesk -A trust -E UTF8 --locale=C.UTF-8 \
           --locale-provider=icu --icu-locale=en --no-sync --no-instructions &&
         exec '{bin}/postgres' -D '{data}/data' -p {port} -h 127.0.0.1 -c unix_socket_directories= \
           -c fsync=off -c full_page_writes=off -c max_connections=200 -c dynamic_shared_memory_type=mmap",
        bin = programs().display(),
        data = folder.display(),
    );
    ["bash", "-c", &script].map(OsString::from).to_vec()
}

/// Where Debian has the newest server, or wherever `initdb` is found.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    found.sort_by_key(|folder| folder.to_str().and_then(|path| path.split('/').nth(4)?.parse::<u32>().ok()));
    found.pop().expect("initdb is missing: tests/run installs it")
}
