//! A connector that does what a test tells it, and a worker that carries it out.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use syncdesk::app::AppContext;
use syncdesk::domain::kind::{Reading, SecretRecipient};
use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::domain::run::{PeerFailure, RunState, Stage};
use syncdesk::ids::RunNo;
use syncdesk::store::messages::{self, Dictionary, Log, MessageFilter};
use syncdesk::store::runs::{Queued, Run};
use syncdesk::sync::connector::{Connector, ConnectorKind, Context, Field, Peer, Preview, Typed, WriteTarget};
use syncdesk::sync::engine::Engine;
use syncdesk::sync::ports::Ports;
use syncdesk::sync::step::{StepResult, Stepper};
use syncdesk::sync::stop::StopReason;
use syncdesk::sync::worker;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::queue::depot::{Depot, ada};
use crate::wait::until;

type Script = Arc<dyn for<'a> Fn(&'a Scene<'a>) -> BoxFuture<'a, Result<(), StopReason>> + Send + Sync>;

/// What a script works with.
pub struct Scene<'a> {
    pub context: &'a Context,
    pub ports: &'a Ports,
}

impl Deref for Scene<'_> {
    type Target = Context;

    fn deref(&self) -> &Context {
        self.context
    }
}

/// The scripts of all tests of this process, by the number in the settings of their system.
static SCRIPTS: Mutex<BTreeMap<u64, Script>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

struct Scripted;

impl ConnectorKind for Scripted {
    fn kind(&self) -> &'static str {
        "files"
    }

    fn title(&self) -> &'static str {
        "Scripted"
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn read(&self, _typed: &Typed) -> Reading {
        Reading { settings: serde_json::json!({}), errors: Vec::new() }
    }

    fn owner_fields(&self, _slot: &str) -> &'static [&'static str] {
        &[]
    }

    fn territory_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn owners(&self, _settings: &serde_json::Value) -> BTreeMap<&'static str, SecretRecipient> {
        BTreeMap::new()
    }

    fn recipients(&self, _settings: &serde_json::Value) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn local_folders(&self, _settings: &serde_json::Value) -> Vec<(&'static str, PathBuf)> {
        Vec::new()
    }

    fn territory(&self, _settings: &serde_json::Value) -> Option<WriteTarget> {
        None
    }

    fn stages(&self, _settings: &serde_json::Value, _slots: &[String]) -> Vec<Stage> {
        Vec::new()
    }

    fn ends(&self, _settings: &serde_json::Value) -> String {
        String::new()
    }
}

impl Connector for Scripted {
    fn check<'a>(&'a self, peer: &'a Peer) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async {
            if peer.settings["silent"] == true {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }

    fn preview<'a>(&'a self, _peer: &'a Peer, _found: &'a Mutex<Preview>) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async { Ok(()) })
    }

    fn sync<'a>(&'a self, context: &'a Context, ports: &'a Ports) -> BoxFuture<'a, Result<(), StopReason>> {
        let number = context.peer.settings["script"].as_u64().expect("the number of a script");
        let script = SCRIPTS.lock().expect("no panic").get(&number).cloned().expect("a script");
        Box::pin(async move { script(&Scene { context, ports }).await })
    }
}

static SCRIPTED: Scripted = Scripted;

/// Settings of a system whose runs do this.
pub fn settings(
    script: impl for<'a> Fn(&'a Scene<'a>) -> BoxFuture<'a, Result<(), StopReason>> + Send + Sync + 'static,
) -> String {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    SCRIPTS.lock().expect("no panic").insert(number, Arc::new(script));
    format!(r#"{{"script":{number}}}"#)
}

/// Makes the runs of all systems do this.
pub fn plays(
    depot: &Depot,
    script: impl for<'a> Fn(&'a Scene<'a>) -> BoxFuture<'a, Result<(), StopReason>> + Send + Sync + 'static,
) {
    depot.database.connect().execute(&format!("UPDATE systems SET settings = '{}'", settings(script)));
}

/// Makes the runs of all systems log "before", and "after" once the gate is open.
pub fn plays_in_two_parts(depot: &Depot) -> Gate {
    let gate = Gate::default();
    let closed = gate.clone();
    plays(depot, move |context| {
        let closed = closed.clone();
        Box::pin(async move {
            context.journal.log(copied("before")).await?;
            context.journal.flush().await?;
            closed.passed().await;
            context.journal.log(copied("after")).await?;
            Ok(context.journal.flush().await?)
        })
    });
    gate
}

/// An engine whose connectors follow scripts.
pub fn scripted(context: &AppContext) -> Engine {
    let mut engine = context.engine(Arc::default(), CancellationToken::new());
    engine.connector = |_kind| Some(&SCRIPTED);
    engine.limits.poll = Duration::from_millis(20);
    engine
}

/// What a script waits for until the test lets it go on.
#[derive(Clone)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Gate {
    /// Lets one pass.
    pub fn open(&self) {
        self.0.add_permits(1);
    }

    pub async fn passed(&self) {
        self.0.acquire().await.expect("a gate is never taken away").forget();
    }
}

/// A worker that works until it is told to end.
pub struct Worker {
    pub engine: Engine,
    task: JoinHandle<()>,
}

impl Worker {
    pub fn of(depot: &Depot) -> Self {
        Self::with(scripted(&depot.context))
    }

    pub fn with(engine: Engine) -> Self {
        let task = tokio::spawn(worker::work(engine.clone(), "a worker".to_owned()));
        Self { engine, task }
    }

    /// Ends in order, as on SIGTERM.
    pub async fn end(self) {
        self.engine.end.cancel();
        self.task.await.expect("no panic");
    }
}

/// Queues a run; its number.
pub fn request(depot: &Depot) -> RunNo {
    let key = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
    match depot.ask(&key) {
        Queued::New { run, .. } | Queued::Same { run, .. } | Queued::Already(run) => run.no,
    }
}

/// Waits until a run has come so far.
pub async fn reaches(depot: &Depot, no: RunNo, state: RunState) -> Run {
    until(&format!("run {no} to be {}", state.as_str()), async || {
        depot.all_runs().into_iter().find(|run| run.no == no && run.state == state)
    })
    .await
}

/// Queues a run whose connector logs something at first; waits until that is stored.
pub async fn begin(depot: &Depot) -> Run {
    let no = request(depot);
    let run = reaches(depot, no, RunState::Running).await;
    until("the first message", async || (depot.totals(run.id).stored > 0).then_some(())).await;
    run
}

/// Queues a run and carries it out.
pub async fn run_once(depot: &Depot) -> Run {
    run_once_with(depot, scripted(&depot.context)).await
}

pub async fn run_once_with(depot: &Depot, engine: Engine) -> Run {
    let no = request(depot);
    let done = work(engine).await;
    assert!(matches!(done[..], [StepResult::Ran(_)]), "{done:?}");
    depot.all_runs().into_iter().find(|run| run.no == no).expect("the run that was queued")
}

/// Does all that is due. Returns what each step did to runs.
pub async fn work(engine: Engine) -> Vec<StepResult> {
    let mut stepper = Stepper::new(engine, "a worker".to_owned());
    let mut done = Vec::new();
    loop {
        match stepper.step().await.expect("the queue is read") {
            StepResult::Idle => return done,
            StepResult::Queued | StepResult::Checked => {}
            did => done.push(did),
        }
        assert!(done.len() < 100, "there is always something due: {done:?}");
    }
}

/// Category and code of each message.
pub fn log(depot: &Depot, run: &Run) -> Vec<(Category, String)> {
    let (words, grant) = (Dictionary::default(), ada());
    let run = depot.found_run(run);
    let log = Log { words: &words, grant: &grant, run: &run };
    let page =
        depot.read(|db| messages::page(db, log, &MessageFilter::default(), &PageRequest::new(Start::First, 1_000)));
    page.rows.into_iter().map(|row| (row.category, row.code)).collect()
}

/// The arguments of a run's last message.
pub fn last_args(depot: &Depot, run: &Run) -> Vec<String> {
    let (words, grant) = (Dictionary::default(), ada());
    let run = depot.found_run(run);
    let log = Log { words: &words, grant: &grant, run: &run };
    let page = depot.read(|db| messages::page(db, log, &MessageFilter::default(), &PageRequest::new(Start::Last, 1)));
    page.rows.into_iter().flat_map(|row| row.args).collect()
}

pub fn copied(name: &str) -> Message {
    Message::of_item(Category::Success, "FILE-COPIED", syncdesk::domain::message::Operation::Insert, "file", name)
}
