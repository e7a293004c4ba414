//! Two temporary folders, ports in memory, and runs over them.

use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use syncdesk::clock::{FixedClock, Stamp, since_boot};
use syncdesk::domain::catalogue;
use syncdesk::domain::message::Message;
use syncdesk::domain::run::PeerFailure;
use syncdesk::net::Net;
use syncdesk::sync::connector::{Connector, ConnectorKind, Context, Peer};
use syncdesk::sync::connectors::files::endpoint::{Endpoint, Which};
use syncdesk::sync::connectors::files::engine::synchronize;
use syncdesk::sync::connectors::files::open;
use syncdesk::sync::connectors::files::settings::Settings;
use syncdesk::sync::connectors::files::{self, Files};
use syncdesk::sync::items::{Action, Baseline, BaselineChange, BrakedPlan, Items, Step};
use syncdesk::sync::journal::{Journal, JournalEntry};
use syncdesk::sync::progress::Progress;
use syncdesk::sync::stop::Stop;
use syncdesk::sync::stop::StopReason;

/// Baselines and plan of a system, in memory.
#[derive(Default)]
pub struct Memory {
    pub baselines: Mutex<BTreeMap<Vec<u8>, String>>,
    pub steps: Mutex<BTreeMap<(bool, Vec<u8>), String>>,
    pub braked: Mutex<Option<BrakedPlan>>,
    pub in_process: Mutex<BTreeSet<i64>>,
}

impl Memory {
    fn all_steps(&self, action: Action) -> Vec<Step> {
        let steps = self.steps.lock().unwrap();
        let of = steps.iter().filter(|((delete, _), _)| *delete == (action == Action::Delete));
        of.map(|((_, key), detail)| Step { action, key: key.clone(), detail: detail.clone() }).collect()
    }
}

impl Items for Memory {
    fn in_process(&self) -> BoxFuture<'_, Result<BTreeSet<i64>, StopReason>> {
        Box::pin(async { Ok(self.in_process.lock().unwrap().clone()) })
    }

    fn baselines<'a>(
        &'a self,
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Baseline>, StopReason>> {
        let all = self.baselines.lock().unwrap();
        let later = all.iter().filter(|(key, _)| after.is_none_or(|after| key.as_slice() > after));
        let page = later.take(limit).map(|(key, state)| Baseline { key: key.clone(), state: state.clone() }).collect();
        Box::pin(async { Ok(page) })
    }

    fn remember(&self, changes: Vec<BaselineChange>) -> BoxFuture<'_, Result<(), StopReason>> {
        let mut all = self.baselines.lock().unwrap();
        for change in changes {
            match change {
                BaselineChange::Set(baseline) => all.insert(baseline.key, baseline.state),
                BaselineChange::Forget(key) => all.remove(&key),
            };
        }
        Box::pin(async { Ok(()) })
    }

    fn spool(&self, steps: Vec<Step>) -> BoxFuture<'_, Result<(), StopReason>> {
        let mut all = self.steps.lock().unwrap();
        for step in steps {
            let before = all.insert((step.action == Action::Delete, step.key.clone()), step.detail);
            assert_eq!(before, None, "spooled twice: {:?}", step.key);
        }
        Box::pin(async { Ok(()) })
    }

    fn steps<'a>(
        &'a self,
        action: Action,
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Step>, StopReason>> {
        let steps = self.all_steps(action).into_iter();
        let page = steps.filter(|step| after.is_none_or(|after| step.key.as_slice() > after)).take(limit).collect();
        Box::pin(async { Ok(page) })
    }

    fn steps_back<'a>(
        &'a self,
        action: Action,
        before: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Step>, StopReason>> {
        let steps = self.all_steps(action).into_iter().rev();
        let page = steps.filter(|step| before.is_none_or(|before| step.key.as_slice() < before)).take(limit).collect();
        Box::pin(async { Ok(page) })
    }

    fn brake(&self, plan: BrakedPlan) -> BoxFuture<'_, Result<(), StopReason>> {
        *self.braked.lock().unwrap() = Some(plan);
        Box::pin(async { Ok(()) })
    }
}

/// What a run did.
#[derive(Debug)]
pub struct RunOutcome {
    pub result: Result<(), StopReason>,
    pub messages: Vec<Message>,
}

impl RunOutcome {
    /// Codes with item keys, without the summary, sorted.
    pub fn log(&self) -> Vec<String> {
        let told = self.messages.iter().filter(|message| message.code != "FILE-SUMMARY");
        let mut lines: Vec<String> = told
            .map(|message| {
                format!("{} {}", message.code, String::from_utf8_lossy(&message.item_key)).trim_end().to_owned()
            })
            .collect();
        lines.sort();
        lines
    }

    /// Unchanged, inserted, updated, deleted, skipped, bytes.
    pub fn summary(&self) -> Vec<i64> {
        let summary = self.messages.iter().find(|message| message.code == "FILE-SUMMARY").expect("a summary");
        summary.args.iter().map(|arg| arg.parse().unwrap()).collect()
    }
}

/// Two folders in an allowed one, and what a system keeps between its runs.
pub struct Desk {
    pub folder: tempfile::TempDir,
    pub memory: Arc<Memory>,
    pub settings: BTreeMap<String, String>,
    pub confirmed: Option<String>,
    /// Folders that the operator allows.
    pub roots: Vec<PathBuf>,
    runs: i64,
}

impl Desk {
    pub fn new(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "destination"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let settings = BTreeMap::from([
            ("mode".to_owned(), mode.to_owned()),
            ("source_kind".to_owned(), "local".to_owned()),
            ("source_path".to_owned(), folder.path().join("source").to_str().unwrap().to_owned()),
            ("destination_kind".to_owned(), "local".to_owned()),
            ("destination_path".to_owned(), folder.path().join("destination").to_str().unwrap().to_owned()),
        ]);
        let roots = vec![folder.path().to_path_buf()];
        Self { folder, memory: Arc::default(), settings, confirmed: None, roots, runs: 0 }
    }

    pub fn with(mut self, field: &str, text: &str) -> Self {
        self.settings.insert(field.to_owned(), text.to_owned());
        self
    }

    pub fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    pub fn destination(&self) -> PathBuf {
        self.folder.path().join("destination")
    }

    fn context(&mut self, stop: Stop) -> (Context, tokio::sync::mpsc::Receiver<JournalEntry>) {
        self.runs += 1;
        self.memory.steps.lock().unwrap().clear();
        let clock = Arc::new(FixedClock::at(Stamp(0)));
        let (journal, entries) = Journal::open(clock.clone());
        let peer = self.peer();
        let context = Context {
            peer,
            journal,
            progress: Arc::new(Progress::default()),
            stop,
            clock,
            confirmed: self.confirmed.clone(),
            run: self.runs,
        };
        (context, entries)
    }

    fn peer(&self) -> Peer {
        Peer {
            settings: {
                let reading = Files.read(&self.settings);
                assert!(reading.errors.is_empty(), "{:?}", reading.errors);
                reading.settings
            },
            credentials: BTreeMap::new(),
            net: Net::default(),
            local_roots: self.roots.clone(),
        }
    }

    pub fn check(&self) -> Result<(), PeerFailure> {
        let peer = self.peer();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(Files.check(&peer))
    }

    /// A whole run, as a worker does it.
    pub fn run(&mut self) -> RunOutcome {
        let (context, entries) = self.context(lasting());
        let memory = self.memory.clone();
        drive(entries, async move { files::synchronize(&context, &*memory).await })
    }

    /// A run that must end well.
    pub fn run_well(&mut self) -> RunOutcome {
        let outcome = self.run();
        assert_eq!(outcome.result, Ok(()), "{:?}", outcome.messages);
        outcome
    }

    /// A run over ends that a test puts something around.
    pub fn run_with(
        &mut self,
        stop: &Stop,
        wrap: impl Fn(Which, Arc<dyn Endpoint>) -> Arc<dyn Endpoint> + Send + 'static,
    ) -> RunOutcome {
        let (context, entries) = self.context(stop.clone());
        let memory = self.memory.clone();
        drive(entries, async move {
            let settings = Settings::from_json(&context.peer.settings).unwrap();
            let [source, destination] = [Which::Source, Which::Destination]
                .map(|which| wrap(which, Arc::from(open::open(&settings, &context.peer, which, context.run).unwrap())));
            synchronize(&context, &*memory, &settings, source, destination).await
        })
    }

    pub fn steps(&self) -> usize {
        self.memory.steps.lock().unwrap().len()
    }
}

pub fn lasting() -> Stop {
    Stop::leased(since_boot(), Duration::from_mins(10))
}

fn drive(
    mut entries: tokio::sync::mpsc::Receiver<JournalEntry>,
    work: impl Future<Output = Result<(), StopReason>> + Send + 'static,
) -> RunOutcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let work = tokio::spawn(work);
        let mut messages = Vec::new();
        while let Some(entry) = entries.recv().await {
            if let JournalEntry::Message(_at, message) = entry {
                // Every message of every test: what the catalogue says of its code is what it is.
                let told = catalogue::by_code(message.code);
                assert_eq!((told.code, told.category), (message.code, message.category), "{message:?}");
                assert_eq!(told.family, catalogue::Family::Files, "{message:?}");
                messages.push(message);
            }
        }
        RunOutcome { result: work.await.unwrap(), messages }
    })
}

/// Writes a file, and the folders that it needs, with its own time.
pub fn put(root: &Path, path: &str, content: &str) {
    put_bytes(root, path.as_bytes(), content.as_bytes());
}

pub fn put_bytes(root: &Path, path: &[u8], content: &[u8]) {
    let path = root.join(OsStr::from_bytes(path));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Every path with its content; folders end in `/`, links are shown as where they lead.
pub fn tree(root: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(root, &mut Vec::new(), &mut found);
    found
}

fn collect(folder: &Path, prefix: &mut Vec<u8>, found: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        let before = prefix.len();
        prefix.extend_from_slice(entry.file_name().as_bytes());
        if kind.is_dir() {
            prefix.push(b'/');
            found.insert(prefix.clone(), Vec::new());
            collect(&entry.path(), prefix, found);
        } else if kind.is_symlink() {
            found.insert(prefix.clone(), std::fs::read_link(entry.path()).unwrap().as_os_str().as_bytes().to_vec());
        } else if kind.is_file() {
            found.insert(prefix.clone(), std::fs::read(entry.path()).unwrap());
        }
        prefix.truncate(before);
    }
}

/// The tree as text, for expectations written by hand.
pub fn tree_of(root: &Path) -> Vec<String> {
    let line = |(path, content): (Vec<u8>, Vec<u8>)| {
        let path = String::from_utf8_lossy(&path).into_owned();
        if path.ends_with('/') { path } else { format!("{path}={}", String::from_utf8_lossy(&content)) }
    };
    tree(root).into_iter().map(line).collect()
}
