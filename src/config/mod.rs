//! The settings of a process: read once at the start, each as a type, and never changed.
//!
//! `settings` lists them, `sources` says which source wins, `Config` is what the rest of the program sees.

pub mod database_url;
pub mod error;
mod file;
mod folder;
pub mod logging;
mod mounts;
pub mod settings;
pub mod show;
pub mod sources;
pub mod values;
mod warnings;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use crate::domain::cadence::Cadence;

pub use database_url::DatabaseUrl;
pub use error::ConfigError;
pub use settings::Settings;
pub use sources::{Environment, Source};
pub use values::{FileRoots, LogFilter};

/// Everything that can be set, with what follows from other settings filled in.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: DatabaseUrl,
    /// `PGSSLMODE`, which libpq reads where the URL has no `sslmode`.
    pub postgres_sslmode: Option<String>,
    pub data_dir: PathBuf,
    pub key_file: PathBuf,
    /// A missing key file is made: together with a new SQLite database, or with `--create`. A database that is
    /// there may hold credentials that only the missing keys open; new ones would hide that.
    pub create_keys: bool,
    pub create: bool,
    pub read_connections: u32,
    /// Of Postgres; SQLite has one writer.
    pub write_connections: u32,
    pub keep_messages: Duration,
    pub keep_runs: Duration,
    pub listen: SocketAddr,
    pub public_url: Option<Url>,
    /// Where to report security problems, for `/.well-known/security.txt`.
    pub security_contact: Option<Url>,
    pub trusted_proxies: Vec<IpNet>,
    pub session_idle: Duration,
    pub session_absolute: Duration,
    pub live_log_readers: u32,
    pub live_log_time: Duration,
    pub house_time_zone: Tz,
    /// Runs at once in this process; none with 0.
    pub workers: u32,
    /// Without progress, unless a system has its own.
    pub run_timeout: Duration,
    /// The longest that a system may have without progress.
    pub max_run_timeout: Duration,
    /// The longest that a system may have for its service.
    pub max_service_timeout: Duration,
    /// Connection checks at once.
    pub checks_at_once: u32,
    /// When connections are checked, and a bad one pauses a system.
    pub cadence: Cadence,
    /// How long a worker may be silent before its runs count as lost.
    pub lease: Duration,
    /// How long runs may take to end when the process ends.
    pub grace: Duration,
    /// Bytes of memory for the responses of all services together.
    pub response_memory: usize,
    /// What connectors may reach besides public addresses.
    pub allow_networks: Vec<IpNet>,
    pub file_roots: FileRoots,
    pub log: LogFilter,
}

impl Config {
    /// Fills in what follows from other settings and checks what they mean together.
    ///
    /// # Errors
    /// Settings that do not go together, or a database file that cannot be where it should.
    pub fn resolve(settings: Settings, environment: &Environment) -> Result<Self, ConfigError> {
        let data_dir = settings.data_dir;
        let database = settings.database_url.unwrap_or_else(|| DatabaseUrl::in_data_dir(&data_dir));
        let database = database.allow_creation(&data_dir, settings.create);
        database.check_place(&data_dir).map_err(|reason| wrong_database(&reason))?;
        let (key_file, is_new) = match (settings.key_file, &database) {
            (Some(file), DatabaseUrl::Sqlite { path, create: _ }) => (file, !path.exists()),
            (Some(file), DatabaseUrl::Postgres { .. }) => (file, false),
            (None, DatabaseUrl::Sqlite { path, create: _ }) => (data_dir.join("keys.toml"), !path.exists()),
            (None, DatabaseUrl::Postgres { .. }) => return Err(ConfigError::NoKeyFile),
        };
        let config = Self {
            database,
            postgres_sslmode: environment.get("PGSSLMODE").map(ToOwned::to_owned),
            key_file,
            create_keys: is_new || settings.create,
            create: settings.create,
            read_connections: settings.read_connections,
            write_connections: settings.write_connections,
            keep_messages: settings.keep_messages_days,
            // A header stays at least as long as its messages.
            keep_runs: settings.keep_runs_days.max(settings.keep_messages_days),
            listen: settings.listen,
            public_url: settings.public_url,
            security_contact: settings.security_contact,
            trusted_proxies: settings.trusted_proxies.0,
            session_idle: settings.session_idle_hours,
            session_absolute: settings.session_hours,
            live_log_readers: settings.live_log_readers,
            live_log_time: settings.live_log_minutes,
            house_time_zone: settings.house_time_zone.unwrap_or_else(|| zone_of(environment)),
            workers: settings.workers,
            run_timeout: settings.run_timeout_minutes.min(minutes(settings.max_run_timeout_minutes)),
            max_run_timeout: minutes(settings.max_run_timeout_minutes),
            max_service_timeout: settings.max_service_timeout_seconds,
            checks_at_once: settings.checks_at_once,
            cadence: Cadence {
                check_every: settings.check_minutes,
                back_off: settings.failing_check_minutes,
                extra_check: settings.extra_check_minutes,
                pause_after: settings.pause_minutes,
            },
            lease: settings.lease_seconds,
            grace: settings.grace_seconds,
            response_memory: usize::try_from(settings.response_memory)
                .unwrap_or(usize::MAX)
                .saturating_mul(1024 * 1024),
            allow_networks: settings.allow_networks.0,
            file_roots: settings.file_roots,
            log: settings.log,
            data_dir,
        };
        config.check_reach()?;
        Ok(config)
    }

    /// Whether people reach the portal over https: then cookies are `Secure` and named `__Host-`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// The folder that local file ends of a group's systems may use.
    #[must_use]
    pub fn file_root(&self, group: &str) -> PathBuf {
        let own = || self.data_dir.join("files").join(folder::name_for(group));
        let root = self.file_roots.0.get(group).cloned().unwrap_or_else(own);
        // The program never changes its folder, so this names the same place all along.
        std::path::absolute(&root).unwrap_or(root)
    }

    /// For commands that change an existing database: in a wrong folder they would make a new one that nobody uses.
    ///
    /// # Errors
    /// The database file is missing, and `--create` does not allow to make it.
    pub fn check_database_exists(&self) -> Result<(), ConfigError> {
        if self.create { Ok(()) } else { self.database.check_exists().map_err(|reason| wrong_database(&reason)) }
    }

    /// Makes the data folder if it is missing and closes it to everybody but its owner.
    ///
    /// # Errors
    /// It cannot be made, entered or closed.
    pub fn prepare_data_dir(&self) -> Result<(), ConfigError> {
        folder::prepare(&self.data_dir)
            .map_err(|error| ConfigError::DataFolder { folder: self.data_dir.clone(), reason: error.to_string() })
    }

    fn check_reach(&self) -> Result<(), ConfigError> {
        if let Some(net) = self.allow_networks.iter().find(|net| is_link_local(net)) {
            return Err(ConfigError::NeverAllowed(*net));
        }
        let database = match &self.database {
            DatabaseUrl::Sqlite { path, create: _ } => Some(path.as_path()),
            DatabaseUrl::Postgres { .. } => None,
        };
        let kept: Vec<&Path> = [Some(self.key_file.as_path()), database].into_iter().flatten().collect();
        for root in self.file_roots.0.values() {
            if let Some(inside) = kept.iter().find(|inside| folder::contains(root, inside)) {
                return Err(ConfigError::RootTooWide { root: root.clone(), inside: (*inside).to_owned() });
            }
        }
        let mounts = mounts::mounts();
        let files = self.data_dir.join("files");
        let roots: Vec<(&String, &PathBuf)> = self.file_roots.0.iter().collect();
        for (place, (group, root)) in roots.iter().enumerate() {
            // Also as it is written: /proc/self/root leads to files, and elsewhere for each process.
            let places = [folder::true_place(root), (*root).clone()];
            if let Some(mount) = places.iter().find_map(|place| mounts::kernel_mount(place, &mounts)) {
                return Err(ConfigError::RootOfKernel { root: (*root).clone(), mount });
            }
            let others = || roots.iter().skip(place + 1).map(|(_group, other)| *other);
            let overlapping = others().chain([&files]).find(|other| folder::contains(root, other));
            let overlapping = overlapping.or_else(|| others().find(|other| folder::contains(other, root)));
            if let Some(other) = overlapping {
                return Err(ConfigError::RootsOverlap { root: (*root).clone(), other: other.clone() });
            }
            // Groups without their own root use this one, including groups that are added later.
            let is_default = folder::true_place(root) == folder::true_place(&files.join(folder::name_for(group)));
            if folder::contains(&self.data_dir, root) && !is_default {
                return Err(ConfigError::RootInData { root: (*root).clone(), data_dir: self.data_dir.clone() });
            }
        }
        Ok(())
    }
}

fn wrong_database(reason: &database_url::DatabaseUrlError) -> ConfigError {
    ConfigError::Setting { place: "DATABASE_URL".to_owned(), reason: reason.to_string() }
}

fn minutes(number: u32) -> Duration {
    Duration::from_mins(u64::from(number))
}

fn is_link_local(net: &IpNet) -> bool {
    match net {
        IpNet::V4(net) => net.addr().is_link_local() && net.prefix_len() >= 16,
        IpNet::V6(net) => net.addr().is_unicast_link_local() && net.prefix_len() >= 10,
    }
}

/// `TZ` names a zone, perhaps after a colon; with a path or a rule in it, or without it, the machine has one.
fn zone_of(environment: &Environment) -> Tz {
    let named = environment.get("TZ").and_then(|name| name.trim_start_matches(':').parse().ok());
    named.or_else(|| environment.machine_zone()).unwrap_or(Tz::UTC)
}

#[cfg(test)]
mod tests;
