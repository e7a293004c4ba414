//! Runs of the files connector over real ends, with what a system keeps between them in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use syncdesk::clock::{FixedClock, Stamp};
use syncdesk::domain::message::Message;
use syncdesk::sync::connector::{Connector, ConnectorKind, Context, Peer};
use syncdesk::sync::connectors::files::{self, Files};
use syncdesk::sync::journal::{Journal, JournalEntry};
use syncdesk::sync::progress::Progress;
use syncdesk::sync::stop::StopReason;

use super::{Server, net};
use crate::engine::harness::Memory;
use crate::remote_ends::source::lease;
use crate::stub::Bucket;

/// An end of a system: its fields, and its secret.
pub struct Spot {
    fields: Vec<(&'static str, String)>,
    secret: Option<String>,
    root: Option<PathBuf>,
}

impl Spot {
    pub fn folder(root: PathBuf) -> Self {
        let fields = vec![("kind", "local".to_owned()), ("path", root.to_str().unwrap().to_owned())];
        Self { fields, secret: None, root: Some(root) }
    }

    /// A WebDAV share that asks nobody who he is.
    pub fn share(address: String) -> Self {
        let fields = vec![("kind", "webdav".to_owned()), ("path", String::new()), ("endpoint", address)];
        Self { fields, secret: None, root: None }
    }

    /// A folder of a stubbed bucket.
    pub fn bucket(bucket: &Bucket, path: &str) -> Self {
        let fields = vec![
            ("kind", bucket.kind.as_str().to_owned()),
            ("path", path.to_owned()),
            ("bucket", "bucket".to_owned()),
            ("endpoint", bucket.endpoint()),
            ("account", "account".to_owned()),
        ];
        Self { fields, secret: Some("c2VjcmV0".to_owned()), root: None }
    }

    pub fn server(server: &Server) -> Self {
        use secrecy::ExposeSecret;
        let settings = &server.settings;
        let fields = vec![
            ("kind", settings.kind.as_str().to_owned()),
            ("path", settings.path.clone()),
            ("bucket", settings.bucket.clone()),
            ("endpoint", settings.endpoint.clone()),
            ("account", settings.account.clone()),
        ];
        Self { fields, secret: Some(server.secret.expose_secret().to_owned()), root: None }
    }
}

/// A system that mirrors one spot into another.
pub struct Mirror {
    typed: BTreeMap<String, String>,
    secrets: Vec<(String, String)>,
    roots: Vec<PathBuf>,
    memory: Arc<Memory>,
    runs: i64,
}

impl Mirror {
    pub fn new(source: &Spot, destination: &Spot) -> Self {
        let mut typed = BTreeMap::from([("mode".to_owned(), "mirror".to_owned())]);
        let (mut secrets, mut roots) = (Vec::new(), Vec::new());
        for (side, spot) in [("source", source), ("destination", destination)] {
            typed.extend(spot.fields.iter().map(|(name, value)| (format!("{side}_{name}"), value.clone())));
            secrets.extend(spot.secret.iter().map(|secret| (format!("{side}_secret"), secret.clone())));
            roots.extend(spot.root.clone());
        }
        Self { typed, secrets, roots, memory: Arc::default(), runs: 0 }
    }

    pub fn with(mut self, field: &str, value: &str) -> Self {
        self.typed.insert(field.to_owned(), value.to_owned());
        self
    }

    /// A whole run that must end well: what it logged, and what it counted (unchanged, inserted, updated,
    /// deleted, skipped).
    pub async fn run(&mut self) -> (Vec<Message>, Vec<i64>) {
        let (messages, outcome) = self.outcome().await;
        assert_eq!(outcome, Ok(()), "{messages:?}");
        let summary = messages.iter().find(|message| message.code == "FILE-SUMMARY").expect("a summary");
        let counts = summary.args.iter().take(5).map(|arg| arg.parse().unwrap()).collect();
        (messages, counts)
    }

    /// A whole run: what it logged, and how it ended.
    pub async fn outcome(&mut self) -> (Vec<Message>, Result<(), StopReason>) {
        self.runs += 1;
        self.memory.steps.lock().unwrap().clear();
        let clock = Arc::new(FixedClock::at(Stamp(0)));
        let (journal, mut entries) = Journal::open(clock.clone());
        let peer = Peer {
            settings: {
                let reading = Files.read(&self.typed);
                assert!(reading.errors.is_empty(), "{:?}", reading.errors);
                reading.settings
            },
            credentials: self.secrets.iter().map(|(slot, secret)| (slot.clone(), secret.as_str().into())).collect(),
            net: net(),
            local_roots: self.roots.clone(),
        };
        Files.check(&peer).await.expect("a good connection");
        let context = Context {
            peer,
            journal,
            progress: Arc::new(Progress::default()),
            stop: lease(),
            clock,
            confirmed: None,
            run: self.runs,
        };
        let memory = self.memory.clone();
        let work = tokio::spawn(async move { files::synchronize(&context, &*memory).await });
        let mut messages = Vec::new();
        while let Some(entry) = entries.recv().await {
            if let JournalEntry::Message(_at, message) = entry {
                messages.push(message);
            }
        }
        (messages, work.await.unwrap())
    }
}
