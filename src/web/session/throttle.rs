//! How often somebody may try to sign in. Four counters, of which a known browser has its own:
//!
//! - **known device and account**: a browser from which this person has signed in (see [`super::device`]). No other
//!   counter applies to it, so that nobody else can use it up.
//! - **address**: so that one place cannot try many accounts.
//! - **account and address**: so that one place cannot guess one password.
//! - **account**: so that a password cannot be guessed from very many places. One place cannot use it up: it is counted
//!   only when the counters before allow the attempt, and these allow less than it refills.
//!
//! Unknown user names are counted like known ones. Counts are per process and forgotten at a restart.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::device::DeviceId;
use crate::clock::Clock;
use crate::domain::client_network::network_of;
use crate::ids::PersonId;

/// Attempts by a known device, or of somebody who is signed in and changes the password: ten, then one each half minute.
const OWNER: (u32, Duration) = (10, Duration::from_secs(30));
/// Attempts at one account from one place: ten, then one each half minute.
const PAIR: (u32, Duration) = (10, Duration::from_secs(30));
/// Attempts at one account from everywhere: a hundred, then one each ten seconds.
const ACCOUNT: (u32, Duration) = (100, Duration::from_secs(10));
/// Attempts from one place: thirty, then one each two seconds. Many people may share an address.
const ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// Maximum number of separate keys of a counter. More keys share [`FOLDED`] counts, so that memory stays bounded.
const MOST_KEYS: usize = 20_000;
const FOLDED: u64 = 4_096;
/// After this many attempts, counts that have recovered are removed.
const SWEEP_EVERY: u32 = 1_000;

/// What is counted: hashes, so that an entry has the same size for every name. The hasher's key is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    One(u64),
    Shared(u64),
}

/// Time since some moment, for the limiters.
#[derive(Debug, Clone)]
struct Elapsed(Arc<dyn Clock>);

impl governor::clock::Clock for Elapsed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

type Limiter = RateLimiter<Counted, DashMapStateStore<Counted>, Elapsed, NoOpMiddleware<Duration>>;

/// An attempt to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// As typed.
    pub account: &'a str,
    pub address: Option<&'a str>,
    /// The browser, if this account has signed in from it.
    pub device: Option<DeviceId>,
}

/// Counts attempts.
#[derive(Debug)]
pub struct Throttle {
    owners: Limiter,
    addresses: Limiter,
    pairs: Limiter,
    accounts: Limiter,
    clock: Elapsed,
    hasher: RandomState,
    attempts: AtomicU32,
}

impl Throttle {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Elapsed(clock);
        let limiter = |quota| RateLimiter::dashmap_with_clock(quota, clock.clone());
        Self {
            owners: limiter(quota(OWNER)),
            addresses: limiter(quota(ADDRESS)),
            pairs: limiter(quota(PAIR)),
            accounts: limiter(quota(ACCOUNT)),
            hasher: RandomState::new(),
            attempts: AtomicU32::new(0),
            clock,
        }
    }

    /// Counts an attempt to sign in.
    ///
    /// # Errors
    /// How long to wait, in whole seconds. The attempt must then be refused without verifying the password.
    pub fn sign_in(&self, attempt: &Attempt<'_>) -> Result<(), Duration> {
        self.sweep_sometimes();
        let account = attempt.account.trim().to_lowercase();
        if let Some(device) = attempt.device {
            return self.count(&self.owners, &(account, device));
        }
        let place = attempt.address.map(network_of);
        if let Some(place) = &place {
            self.count(&self.addresses, place)?;
        }
        self.count(&self.pairs, &(&account, &place))?;
        self.count(&self.accounts, &account)
    }

    /// Counts an attempt of somebody who is signed in to change the password.
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub fn change_password(&self, person: PersonId) -> Result<(), Duration> {
        self.sweep_sometimes();
        self.count(&self.owners, &person)
    }

    /// Counts an attempt to set up the portal.
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub fn set_up(&self, address: Option<&str>) -> Result<(), Duration> {
        self.sweep_sometimes();
        address.map_or(Ok(()), |address| self.count(&self.addresses, &network_of(address)))
    }

    fn sweep_sometimes(&self) {
        if self.attempts.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.sweep();
        }
    }

    fn limiters(&self) -> [&Limiter; 4] {
        [&self.owners, &self.addresses, &self.pairs, &self.accounts]
    }

    /// Removes counts that have recovered.
    fn sweep(&self) {
        for limiter in self.limiters() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn count<K: Hash>(&self, limiter: &Limiter, key: &K) -> Result<(), Duration> {
        let hash = self.hasher.hash_one(key);
        let full = limiter.len() >= MOST_KEYS;
        let key = if full { Counted::Shared(hash % FOLDED) } else { Counted::One(hash) };
        limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(governor::clock::Clock::now(&self.clock));
            Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
        })
    }
}

fn quota((burst, one_each): (u32, Duration)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(one_each).unwrap_or_else(|| Quota::per_minute(burst)).allow_burst(burst)
}

#[cfg(test)]
mod tests;
