//! What a connector is: one folder with one trait impl, and one line in the registry.
//!
//! A connector gets a context and returns a result. It never sees the store: what it must remember of items between
//! runs, and what it is going to do with them, goes through [`super::items`], and what it copies through
//! [`super::replica`]. Everything long is streamed through pages, so that memory does not grow with the size of the source.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use super::journal::Journal;
use super::ports::Ports;
use super::progress::Progress;
use super::stop::{Stop, StopReason};
use crate::clock::Clock;
pub use crate::domain::kind::{ConnectorKind, Field, FieldError, Input, Typed, WriteTarget};
use crate::domain::run::PeerFailure;
pub use crate::domain::trial::{MAX_ENTRIES, Preview};
use crate::net::Net;

/// One kind of system: [`ConnectorKind`] says how it is specified, this what it does.
pub trait Connector: ConnectorKind {
    /// Tries the connection, stage by stage, and changes nothing.
    fn check<'a>(&'a self, peer: &'a Peer) -> BoxFuture<'a, Result<(), PeerFailure>>;

    /// Reads what a first run would do into `found`, and changes nothing. It may be dropped at any point: what it has found
    /// until then counts. It ends at [`MAX_ENTRIES`].
    fn preview<'a>(&'a self, peer: &'a Peer, found: &'a Mutex<Preview>) -> BoxFuture<'a, Result<(), PeerFailure>>;

    /// Creates the local folder of a field, if its path is allowed.
    fn make_folder<'a>(&'a self, _peer: &'a Peer, _field: &'a str) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async { Ok(()) })
    }

    /// Synchronizes, with those of the ports that it needs. What was done is in the journal; the result follows from it.
    fn sync<'a>(&'a self, context: &'a Context, ports: &'a Ports) -> BoxFuture<'a, Result<(), StopReason>>;
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
    /// The digest of the plan that a person confirmed, when this run is to carry it out.
    pub confirmed: Option<String>,
    /// A number that no other run has, for temporary names.
    pub run: i64,
}
