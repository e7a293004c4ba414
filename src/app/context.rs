//! Keys, database and settings: what every command works with.

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::internal::Internal;
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl};
use crate::net::Net;
use crate::net::memory::Memory;
use crate::ops::keys::{KeyFile, Missing};
use crate::ops::vault::Vault;
use crate::store::{Store, Target, groups};
use crate::sync::engine::{Engine, LONGEST_RESPITE, Limits};
use crate::sync::failures::Failures;
use crate::sync::registry;

/// Why the program cannot start: one sentence for the console.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl StartError {
    pub(super) fn because(what: &str, error: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

/// What every command but `check-config` works with.
#[derive(Clone)]
pub struct AppContext {
    pub config: Arc<Config>,
    pub store: Store,
    pub vault: Vault,
    pub clock: Arc<dyn Clock>,
}

impl AppContext {
    /// Opens keys and database, in this order: a database is never made without its keys.
    ///
    /// # Errors
    /// What is wrong, as one sentence.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        config.prepare_data_dir().map_err(|error| StartError(error.to_string()))?;
        let missing = if config.create_keys { Missing::Create } else { Missing::Refuse };
        let keys = KeyFile::open(&config.key_file, missing).map_err(|error| StartError(error.to_string()))?;
        let (target, connections) = match &config.database {
            DatabaseUrl::Sqlite { path, create } => {
                (Target::Sqlite { path: path.clone(), create: *create }, config.read_connections)
            }
            DatabaseUrl::Postgres { url } => {
                let size = config.read_connections.saturating_add(config.write_connections);
                (Target::Postgres { url: url.expose_secret().to_owned() }, size)
            }
        };
        let store = Store::open_with_lease(&target, connections, config.lease)
            .map_err(|error| StartError::because("Cannot use the database", error))?;
        let context = Self { config: Arc::new(config), store, vault: Vault::new(keys), clock };
        context.make_roots()?;
        Ok(context)
    }

    /// Makes the folder of each group for local files, where it is missing.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn make_roots(&self) -> Result<(), StartError> {
        let groups = self
            .store
            .read_here(|db| groups::in_reach(db, &Internal::WORKER))
            .map_err(|error| StartError::because("Cannot read the groups", error))?;
        for (_id, name) in groups {
            let root = self.config.file_root(&name);
            std::fs::create_dir_all(&root)
                .map_err(|error| StartError::because(&format!("Cannot create the folder {}", root.display()), error))?;
        }
        Ok(())
    }

    /// The proof that somebody at the console of the server acts.
    #[must_use]
    pub const fn console(&self) -> Internal {
        Internal::CONSOLE
    }

    /// What runs need.
    #[must_use]
    pub fn engine(&self, wake: Arc<Notify>, end: CancellationToken) -> Engine {
        Engine {
            worker: Internal::WORKER,
            schedule: Internal::SCHEDULE,
            store: self.store.clone(),
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            net: Net::new(self.config.allow_networks.clone())
                .within(Memory::of_process(self.config.response_memory))
                .waiting_at_most(self.config.max_service_timeout),
            config: self.config.clone(),
            limits: Limits {
                runs_at_once: usize::try_from(self.config.workers).unwrap_or(usize::MAX),
                lease: self.config.lease,
                respite: LONGEST_RESPITE.min(self.config.lease / 2),
                checks_at_once: usize::try_from(self.config.checks_at_once).unwrap_or(usize::MAX),
                cadence: self.config.cadence.clone(),
                grace: self.config.grace,
                longest_timeout: self.config.max_run_timeout,
                ..Limits::default()
            },
            connector: registry::of_kind,
            wake,
            end,
            failures: Failures::default(),
        }
    }
}
