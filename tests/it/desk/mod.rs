//! The portal in this process, with the people of STYLE.md, rule 11, on either database.

mod family;
mod people;
mod rows;
mod runs;
mod tree;
mod upkeep;
mod work;

pub use family::Family;
pub use rows::{CheckRows, MessageRows, RunRows, learn};
pub use tree::{Tree, connect, ended, key_of, press, request_run};

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use syncdesk::app::{AppContext, Application};
use syncdesk::cli;
use syncdesk::clock::{Clock, SystemClock};
use syncdesk::config::{Config, Environment};
use syncdesk::sync::step::Stepper;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::database::{Bare, Database, Fixture, TestDatabase};
use crate::visitor::{Answer, Visitor};

/// Everybody's.
pub const PASSWORD: &str = "a phrase that is long enough";

/// The application, listening, with groups General, Finance and Sales. It has a worker only if the settings ask for one:
/// otherwise tests drive [`Desk::step`].
pub struct Desk {
    /// Its address, such as `http://127.0.0.1:40123`.
    pub base: String,
    /// What it works with: for use cases that no page reaches.
    pub context: AppContext,
    /// While nobody administers it.
    pub setup_token: Option<String>,
    /// What the link on the console has instead of the token.
    pub setup_code: Option<String>,
    database: TestDatabase,
    _data: TempDir,
    signed_in: Mutex<BTreeMap<String, Visitor>>,
    worker: tokio::sync::Mutex<Stepper>,
    leaves_work: AtomicBool,
    serving: Option<Serving>,
}

/// The thread that serves, and what ends it.
struct Serving {
    end: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Fixture for Desk {
    async fn on(database: Database) -> Self {
        Self::with(database, &[], Arc::new(SystemClock)).await
    }
}

impl Desk {
    /// With more settings, as on the command line, and any clock.
    pub async fn with(database: Database, settings: &[&str], clock: Arc<dyn Clock>) -> Self {
        let desk = Self::empty(database, settings, clock).await;
        desk.settle().await;
        desk
    }

    /// Without people and groups: nobody has set it up.
    pub async fn empty(database: Database, settings: &[&str], clock: Arc<dyn Clock>) -> Self {
        Self::tuned(database, settings, clock, |_config| {}).await
    }

    /// The same with what no setting allows, such as a live log that lasts a moment.
    pub async fn tuned(
        database: Database,
        settings: &[&str],
        clock: Arc<dyn Clock>,
        tune: impl FnOnce(&mut Config),
    ) -> Self {
        Self::over(TestDatabase::on(database), settings, clock, tune).await
    }

    /// The same over a database that is there already.
    pub async fn over(
        database: TestDatabase,
        settings: &[&str],
        clock: Arc<dyn Clock>,
        tune: impl FnOnce(&mut Config),
    ) -> Self {
        let data = tempfile::Builder::new().prefix("syncdesk-desk-").tempdir().expect("a temporary folder");
        let fixed = [
            format!("--database-url={}", database.url()),
            format!("--data-dir={}", data.path().join("data").display()),
            format!("--key-file={}", data.path().join("keys.toml").display()),
        ];
        let args = ["syncdesk", "serve", "--create", "--listen=127.0.0.1:0", "--allow-networks=127.0.0.0/8"];
        let no_workers = (!settings.iter().any(|setting| setting.starts_with("--workers"))).then_some("--workers=0");
        let args: Vec<OsString> = args
            .iter()
            .copied()
            .chain(no_workers)
            .chain(fixed.iter().map(String::as_str))
            .chain(settings.iter().copied())
            .map(Into::into)
            .collect();
        let mut config = cli::read(&args, &Environment::default()).expect("the settings fit").config;
        tune(&mut config);
        let (started, wait) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = Application::listen(&config).expect("a free port");
                let context = AppContext::open(config, clock).expect("the context opens");
                let application = Application::build(context.clone(), listener).await.expect("it is put together");
                let ending = application.handle();
                let setup = application.setup().map(|setup| (setup.token.clone(), setup.code.clone()));
                let told = (context, application.address(), setup);
                started.send(told).ok().expect("the test waits");
                let serve = tokio::spawn(application.run());
                let _ = ended.await;
                ending.end().await;
                serve.await.expect("no panic").expect("it ends in order");
            });
        });
        let (context, address, setup) = wait.await.expect("the application starts");
        let (setup_token, setup_code) = setup.unzip();
        let worker = Stepper::new(context.engine(Arc::default(), CancellationToken::new()), "the test".to_owned());
        Self {
            base: format!("http://{address}"),
            context,
            setup_token,
            setup_code,
            database,
            _data: data,
            signed_in: Mutex::default(),
            worker: tokio::sync::Mutex::new(worker),
            leaves_work: AtomicBool::new(false),
            serving: Some(Serving { end, thread }),
        }
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// Somebody who is signed in, with the cookies of one session for each name.
    pub async fn as_(&self, name: &str) -> Visitor {
        let known = self.signed_in.lock().expect("no panic").get(name).map(Visitor::twin);
        if let Some(visitor) = known {
            return visitor;
        }
        let visitor = self.signed_in(name).await;
        self.signed_in.lock().expect("no panic").insert(name.to_owned(), visitor.twin());
        visitor
    }

    /// Someone with their own session.
    pub async fn signed_in(&self, name: &str) -> Visitor {
        let visitor = self.nobody();
        sign_in(&visitor, name).await.expect(303);
        visitor
    }

    /// A connection that knows nothing of the store.
    pub fn bare(&self) -> Bare {
        self.database.connect()
    }

    pub fn is_on_postgres(&self) -> bool {
        matches!(self.database, TestDatabase::Postgres(_))
    }

    /// As the store has it.
    pub fn target(&self) -> syncdesk::store::Target {
        self.database.target()
    }

    /// As connections to it are opened: the path of SQLite's file, or the address of the Postgres database.
    pub fn target_url(&self) -> String {
        self.database.url().trim_start_matches("sqlite://").to_owned()
    }

    /// Where SQLite keeps it.
    pub fn database_file(&self) -> PathBuf {
        PathBuf::from(self.database.url().trim_start_matches("sqlite://"))
    }

    /// How many transactions wait for a lock. Postgres only.
    pub fn waiting_for_locks(&self) -> usize {
        let waiting = "SELECT 'x' AS value FROM pg_stat_activity
                       WHERE wait_event_type = 'Lock' AND datname = current_database()";
        self.texts(waiting).len()
    }

    /// Changes something behind the portal's back.
    pub fn sql(&self, statements: &str) {
        self.bare().execute(statements);
    }

    /// The only column of each row, which is text.
    pub fn texts(&self, query: &str) -> Vec<String> {
        self.bare().texts(query)
    }
}

/// Fills in the sign-in page.
pub async fn sign_in(visitor: &Visitor, name: &str) -> Answer {
    visitor.get("/sign-in").await.expect(200);
    visitor.post_form("/sign-in", &[("name", name), ("password", PASSWORD)]).await
}

impl Desk {
    /// Ends the application in order, and waits until it has ended. The database stays.
    pub fn end(&mut self) {
        let Some(Serving { end, thread }) = self.serving.take() else { return };
        let _ = end.send(());
        let ended = thread.join();
        assert!(ended.is_ok() || std::thread::panicking(), "the application ends without a panic");
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.end();
        if !std::thread::panicking() && !self.leaves_work.load(Ordering::SeqCst) {
            self.has_nothing_to_do();
        }
    }
}
