//! What handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::concurrency_limit::{ConcurrencyLimit, Permit};
use super::error::WebError;
use super::session::csrf::CookieKey;
use super::session::setup_link::SetupLink;
use super::session::throttle::Throttle;
use crate::clock::{Clock, Stamp};
use crate::config::Config;
use crate::ids::PersonId;
use crate::ops::failed_sign_ins::FailedSignIns;
use crate::ops::passwords::Passwords;
use crate::ops::vault::Vault;
use crate::queries::access::has_administrator;
use crate::queries::runs::Dictionary;
use crate::queries::{self, KeptSince, Store};

/// What the operator set that pages need.
#[derive(Debug, Clone)]
pub struct Portal {
    /// The address people use begins with https.
    pub secure: bool,
    pub trusted_proxies: Vec<IpNet>,
    pub default_zone: chrono_tz::Tz,
    /// How long a live log is sent at most.
    pub live_log_life: Duration,
    pub message_days: u32,
    pub header_days: u32,
}

/// Exports at once. Each keeps one part of 200 to 500 rows in memory.
const EXPORTS: usize = 16;

/// How long an export may take; then it breaks off.
const EXPORT_LIFE: Duration = Duration::from_mins(30);

/// Shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub words: Arc<Dictionary>,
    pub clock: Arc<dyn Clock>,
    pub vault: Vault,
    pub passwords: Arc<Passwords>,
    pub throttle: Arc<Throttle>,
    pub refusals: Arc<FailedSignIns>,
    pub cookie_key: Arc<CookieKey>,
    pub device_key: Arc<CookieKey>,
    pub setup_link: Arc<SetupLink>,
    pub wake: Arc<Notify>,
    /// Canceled when the process ends.
    pub ending: CancellationToken,
    pub portal: Arc<Portal>,
    pub config: Arc<Config>,
    /// Live logs that are read.
    pub live_logs: ConcurrencyLimit,
    /// Exports that are written.
    pub exports: ConcurrencyLimit,
    /// Whether somebody can administer the portal; never becomes untrue again.
    set_up: Arc<AtomicBool>,
}

/// The parts that [`App`] is made of.
pub struct Parts {
    pub store: Store,
    pub words: Arc<Dictionary>,
    pub clock: Arc<dyn Clock>,
    pub vault: Vault,
    pub passwords: Arc<Passwords>,
    pub refusals: Arc<FailedSignIns>,
    pub cookie_key: CookieKey,
    pub device_key: CookieKey,
    pub setup_link: Arc<SetupLink>,
    pub wake: Arc<Notify>,
    pub ending: CancellationToken,
    pub portal: Portal,
    pub config: Arc<Config>,
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            words: parts.words,
            vault: parts.vault,
            passwords: parts.passwords,
            throttle: Arc::new(Throttle::new(parts.clock.clone())),
            clock: parts.clock,
            refusals: parts.refusals,
            cookie_key: Arc::new(parts.cookie_key),
            device_key: Arc::new(parts.device_key),
            setup_link: parts.setup_link,
            wake: parts.wake,
            ending: parts.ending,
            portal: Arc::new(parts.portal),
            live_logs: ConcurrencyLimit::of(usize::try_from(parts.config.live_log_readers).unwrap_or(0)),
            exports: ConcurrencyLimit::of(EXPORTS),
            config: parts.config,
            set_up: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Runs that ended earlier are not kept any more, although they may still be there.
    #[must_use]
    pub fn kept_since(&self, now: Stamp) -> Stamp {
        now.minus(self.config.keep_runs)
    }

    /// Since when runs and messages are kept.
    #[must_use]
    pub fn kept(&self, now: Stamp) -> KeptSince {
        KeptSince { runs_since: self.kept_since(now), messages_since: now.minus(self.config.keep_messages) }
    }

    /// A permit for an export.
    ///
    /// # Errors
    /// A page that says that there are too many just now.
    pub fn enter_exports(&self, person: PersonId) -> Result<Permit, WebError> {
        let why = "Too many exports are running. Try again when one has finished.";
        self.exports.enter(person, EXPORT_LIFE).ok_or_else(|| WebError::conflict(why, None))
    }

    /// Whether somebody can administer the portal.
    ///
    /// # Errors
    /// Why the database cannot be read.
    pub async fn is_set_up(&self) -> queries::Result<bool> {
        if self.set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let there = self.store.read(has_administrator).await?;
        self.set_up.fetch_or(there, Ordering::Relaxed);
        Ok(there)
    }
}
