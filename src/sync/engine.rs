//! What scheduler, worker and checker share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::connector::{Connector, Peer};
use super::failures::Failures;
use super::outlast;
use super::ports::store_failure;
use crate::access::Internal;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::cadence::Cadence;
use crate::domain::run::{PeerFailure, Stage};
use crate::ids::SystemId;
use crate::net::Net;
use crate::net::secrets::Secrets;
use crate::ops::vault::Vault;
use crate::store::systems::{InReach, System};
use crate::store::{Db, LEASE, Store, credentials, systems};

/// See [`Limits::respite`].
pub const LONGEST_RESPITE: Duration = Duration::from_secs(10);

/// Numbers that operators set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Runs at once in this process.
    pub runs_at_once: usize,
    /// How long a claim holds without a heartbeat.
    pub lease: Duration,
    /// After a fault of the database, how long runs whose lease has run out are left to the workers that carried them out.
    pub respite: Duration,
    /// How often the queue is looked at when nothing wakes the worker.
    pub poll: Duration,
    /// How long runs may take to end when the process stops.
    pub grace: Duration,
    /// Connection checks at once in this process.
    pub checks_at_once: usize,
    pub cadence: Cadence,
    /// The longest time without progress that a run may take, whatever its system says.
    pub longest_timeout: Duration,
    /// How long a stopped connector may take to come back before it is dropped; at the end of the process it has the
    /// grace.
    pub obey: Duration,
}

impl Limits {
    /// How many runs of one group this process executes at most while there are systems of other groups: one place is
    /// left for them.
    #[must_use]
    pub fn most_of_a_group(&self) -> Option<i64> {
        let others = self.runs_at_once.checked_sub(1).filter(|places| *places > 0)?;
        Some(i64::try_from(others).unwrap_or(i64::MAX))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            runs_at_once: 4,
            lease: LEASE,
            respite: LONGEST_RESPITE,
            poll: Duration::from_millis(500),
            grace: Duration::from_secs(20),
            checks_at_once: 16,
            cadence: Cadence::default(),
            longest_timeout: Duration::from_hours(7 * 24),
            obey: Duration::from_secs(15),
        }
    }
}

/// Everything that runs need. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub store: Store,
    /// As whom it carries out runs and checks.
    pub worker: Internal,
    /// As whom it queues what is due.
    pub schedule: Internal,
    pub clock: Arc<dyn Clock>,
    pub vault: Vault,
    pub net: Net,
    pub config: Arc<Config>,
    pub limits: Limits,
    /// The connector of a kind: [`super::registry::of_kind`].
    pub connector: fn(&str) -> Option<&'static dyn Connector>,
    /// Rung when something was queued in this process; the poll is the rule, this is an extra.
    pub wake: Arc<Notify>,
    /// Canceled when the process ends.
    pub end: CancellationToken,
    /// What fails again and again, for the log.
    pub failures: Failures,
}

/// A system made ready to be reached.
pub struct Prepared {
    pub system: InReach<System>,
    pub connector: &'static dyn Connector,
    pub peer: Peer,
}

impl Engine {
    /// Loads a system with its settings and opened credentials, which `secrets` learns. A database that is away is asked
    /// again while `holds` says so.
    ///
    /// # Errors
    /// A failure at stage *settings*: the kind is unknown, the settings or a credential cannot be read.
    pub async fn prepare(
        &self,
        id: SystemId,
        secrets: &Secrets,
        holds: impl Fn() -> bool + Send + Sync,
    ) -> Result<Prepared, PeerFailure> {
        let worker = self.worker;
        let load = move |db: &mut Db| {
            let system = systems::by_id(db, worker, id)?;
            let group = systems::group_of(db, &system)?;
            let sealed = credentials::of_system(db, &system)?;
            Ok((system, group, sealed))
        };
        let (system, group, sealed) = outlast::read(&self.store, &format!("system {id}"), holds, load)
            .await
            .map_err(|error| store_failure(Stage::Settings, &error))?;
        let (connector, settings) = self.connector_of(&system.kind, &system.settings)?;
        let (mut opened, recipients) = (BTreeMap::new(), connector.owners(&settings));
        for credential in sealed {
            let slot = credential.slot();
            let secret = self.vault.open(&credential, recipients.get(slot)).map_err(|error| {
                PeerFailure::new(Stage::Settings, "CREDENTIAL-UNREADABLE").arg(slot).quoting(error.to_string())
            })?;
            secrets.learn(secret.expose_secret());
            opened.insert(slot.to_owned(), secret);
        }
        Ok(Prepared { system, connector, peer: self.peer(settings, opened, secrets, &group) })
    }

    /// The connector of a kind, and its settings.
    ///
    /// # Errors
    /// A failure at stage *settings*.
    pub fn connector_of(&self, kind: &str, settings: &str) -> Result<(&'static dyn Connector, Value), PeerFailure> {
        let connector =
            (self.connector)(kind).ok_or_else(|| PeerFailure::new(Stage::Settings, "KIND-UNKNOWN").arg(kind))?;
        let settings = serde_json::from_str(settings)
            .map_err(|error| PeerFailure::new(Stage::Settings, "SETTINGS-UNREADABLE").quoting(error.to_string()))?;
        Ok((connector, settings))
    }

    /// What is needed to reach the peer, within what systems of this group may reach.
    #[must_use]
    pub fn peer(
        &self,
        settings: Value,
        credentials: BTreeMap<String, SecretString>,
        secrets: &Secrets,
        group: &str,
    ) -> Peer {
        let local_roots = vec![self.config.file_root(group)];
        Peer { settings, credentials, net: self.net.for_system(secrets.clone()), local_roots }
    }
}
