//! What a connector is: one folder with one trait impl, and one line in the registry.
//!
//! A connector gets a context and returns a result. It never sees the store: what it must remember
//! between runs goes through [`ItemState`], what it is going to do through [`Plan`], and what it copies through
//! [`Publish`]. Everything long is streamed through pages, so that memory does not grow with the size of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

use super::journal::Journal;
use super::progress::Progress;
pub use super::publish::Publish;
use super::stop::{Stop, Stopped};
use crate::clock::Clock;
pub use crate::domain::brake::BrakeReason;
pub use crate::domain::kind::{ConnectorKind, Field, FieldError, Input, Typed, WriteTarget};
use crate::domain::run::PeerFailure;
use crate::net::Net;

/// A future that a trait object returns.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One kind of system: [`ConnectorKind`] says how it is specified, this what it does.
pub trait Connector: ConnectorKind {
    /// Tries the connection, stage by stage, and changes nothing.
    fn check<'a>(&'a self, peer: &'a Peer) -> Task<'a, Result<(), PeerFailure>>;

    /// Synchronizes. What was done is in the journal; the result follows from it.
    fn sync<'a>(&'a self, context: &'a Context) -> Task<'a, Result<(), StopReason>>;
}

/// What is needed to reach the peer: enough for a check.
pub struct Peer {
    pub settings: serde_json::Value,
    /// By slot.
    pub credentials: BTreeMap<String, SecretString>,
    pub net: Net,
    /// Local folders that systems of this group may use; never the folder of database and key.
    pub local_roots: Vec<PathBuf>,
}

/// What a run has at hand.
pub struct Context {
    pub peer: Peer,
    pub journal: Journal,
    pub progress: Arc<Progress>,
    pub stop: Stop,
    pub clock: Arc<dyn Clock>,
    pub state: Arc<dyn ItemState>,
    pub plan: Arc<dyn Plan>,
    pub replica: Arc<dyn Publish>,
    /// The digest of the plan that a person confirmed, when this run is to carry it out.
    pub confirmed: Option<String>,
    /// A number that no other run has, for temporary names.
    pub run: i64,
}

/// Why `sync` came back early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    Failed(PeerFailure),
    Stopped(Stopped),
    /// The deletion limit: the plan is kept and nothing was changed.
    Braked,
}

impl From<PeerFailure> for StopReason {
    fn from(failure: PeerFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Stopped> for StopReason {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

/// What an item was after its last good transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// At most [`crate::domain::message::MAX_KEY_BYTES`] bytes, ordered bytewise.
    pub key: Vec<u8>,
    /// The connector's own JSON.
    pub state: String,
}

/// A change of the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineChange {
    Set(Baseline),
    Forget(Vec<u8>),
}

/// The port to the baselines of this system and lane.
pub trait ItemState: Send + Sync {
    /// The next baselines in the order of their keys, after `after`.
    fn page<'a>(&'a self, after: Option<&'a [u8]>, limit: usize) -> Task<'a, Result<Vec<Baseline>, StopReason>>;

    /// Stores changes; they are durable when this returns. The newest change of a key wins.
    fn store(&self, changes: Vec<BaselineChange>) -> Task<'_, Result<(), StopReason>>;

    /// The ids of all runs in process, of any system: what they have begun is not a leftover.
    fn in_process(&self) -> Task<'_, Result<BTreeSet<i64>, StopReason>>;
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Transfer,
    Delete,
}

/// A step of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub action: Action,
    pub key: Vec<u8>,
    /// The connector's own JSON.
    pub detail: String,
}

/// A plan that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrakedPlan {
    /// SHA-256 in hexadecimal over the identity of both ends and the sorted deletions.
    pub digest: String,
    pub deletions: i64,
    /// Items of the destination under the filters.
    pub items: i64,
    pub reason: BrakeReason,
}

/// The port to the spooled plan of this run.
pub trait Plan: Send + Sync {
    fn spool(&self, steps: Vec<Step>) -> Task<'_, Result<(), StopReason>>;

    /// The next steps of one action in the order of their keys, after `after`.
    fn page<'a>(
        &'a self,
        action: Action,
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> Task<'a, Result<Vec<Step>, StopReason>>;

    /// The last steps of one action, backwards, before `before`: children come before their folder.
    fn page_back<'a>(
        &'a self,
        action: Action,
        before: Option<&'a [u8]>,
        limit: usize,
    ) -> Task<'a, Result<Vec<Step>, StopReason>>;

    /// Keeps the deletions for a person to look at and confirm; drops the transfers.
    fn brake(&self, plan: BrakedPlan) -> Task<'_, Result<(), StopReason>>;
}
