//! How often one may try to sign in: by account, so that a password cannot be guessed from many places, and
//! by address, so that one place cannot try many accounts.
//!
//! What an account costs an attacker it costs its owner too: while somebody else guesses, the owner has to wait
//! for their turn. An open session is not touched. Counts are per process and forgotten at a restart.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// Attempts at one account: ten, then one each half minute.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(30));
/// Attempts from one address: thirty, then one each two seconds. Many people may share an address.
const ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// So many keys are told apart; more of them share [`FOLDED`] counts, so that memory stays bounded.
const MOST_KEYS: usize = 20_000;
const FOLDED: u64 = 1_024;
/// After so many attempts, what has been forgiven is forgotten.
const SWEEP_EVERY: u32 = 1_000;

/// What is counted: hashes, so that an entry has the same size for every name. The hasher's key is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    One(u64),
    Shared(u64),
}

type Limiter<C> = RateLimiter<Counted, DashMapStateStore<Counted>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Counts attempts. Time is the process's own; tests bring theirs.
#[derive(Debug)]
pub struct Throttle<C: Clock = DefaultClock> {
    accounts: Limiter<C>,
    addresses: Limiter<C>,
    clock: C,
    hasher: RandomState,
    attempts: AtomicU32,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::with_clock(DefaultClock::default())
    }
}

impl<C: Clock + Clone> Throttle<C> {
    #[must_use]
    pub fn with_clock(clock: C) -> Self {
        Self {
            accounts: RateLimiter::dashmap_with_clock(quota(ACCOUNT), clock.clone()),
            addresses: RateLimiter::dashmap_with_clock(quota(ADDRESS), clock.clone()),
            clock,
            hasher: RandomState::new(),
            attempts: AtomicU32::new(0),
        }
    }

    /// Counts an attempt at an account from an address. The account is counted only when the address may try.
    ///
    /// # Errors
    /// How long to wait, in whole seconds. The attempt must then be refused without a look at the password.
    pub fn check(&self, account: &str, address: Option<&str>) -> Result<(), Duration> {
        if self.attempts.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.sweep();
        }
        if let Some(address) = address {
            self.count(&self.addresses, &place(address))?;
        }
        self.count(&self.accounts, &account.trim().to_lowercase())
    }

    /// Forgets whom nothing is held against any more.
    fn sweep(&self) {
        for limiter in [&self.accounts, &self.addresses] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn count<K: Hash>(&self, limiter: &Limiter<C>, key: &K) -> Result<(), Duration> {
        let hash = self.hasher.hash_one(key);
        let full = limiter.len() >= MOST_KEYS;
        let key = if full { Counted::Shared(hash % FOLDED) } else { Counted::One(hash) };
        limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
        })
    }
}

fn quota((burst, one_each): (u32, Duration)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(one_each).unwrap_or_else(|| Quota::per_minute(burst)).allow_burst(burst)
}

/// What counts as one place: an IPv4 address, or the /64 that one IPv6 host may choose from.
fn place(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_not_an_address) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use rstest::rstest;

    use super::*;

    fn throttle() -> (Throttle<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Throttle::with_clock(clock.clone()), clock)
    }

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn an_account_is_slowed_wherever_the_attempts_come_from() {
        let (throttle, clock) = throttle();
        for host in 0..10 {
            assert_eq!(throttle.check("ada", Some(&format!("192.0.2.{host}"))), Ok(()));
        }
        assert_eq!(throttle.check("ada", Some("192.0.2.99")), Err(seconds(30)));
        assert_eq!(throttle.check(" ADA ", None), Err(seconds(30)), "the same account");
        assert_eq!(throttle.check("wim", Some("192.0.2.99")), Ok(()), "others are not");
        clock.advance(Duration::from_millis(29_500));
        assert_eq!(throttle.check("ada", None), Err(seconds(1)), "rounded up");
        clock.advance(Duration::from_millis(500));
        assert_eq!(throttle.check("ada", None), Ok(()));
        assert_eq!(throttle.check("ada", None), Err(seconds(30)));
    }

    #[test]
    fn an_address_is_slowed_whatever_it_tries_and_costs_accounts_nothing_then() {
        let (throttle, _) = throttle();
        for number in 0..30 {
            assert_eq!(throttle.check(&format!("person{number}"), Some("192.0.2.1")), Ok(()));
        }
        for _ in 0..20 {
            assert_eq!(throttle.check("ada", Some("192.0.2.1")), Err(seconds(2)));
        }
        assert_eq!(throttle.check("ada", Some("192.0.2.2")), Ok(()));
    }

    #[rstest]
    #[case("192.0.2.1", "192.0.2.1")]
    #[case("::ffff:192.0.2.1", "192.0.2.1")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    #[case("::1", "0:0:0:0::/64")]
    #[case("unix", "unix")]
    fn one_place(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(place(address), expected);
    }

    #[test]
    fn memory_is_bounded_and_given_back() {
        let (throttle, clock) = throttle();
        for number in 0..30_000_u32 {
            let _ = throttle.check("ada", Some(&IpAddr::from(number.to_be_bytes()).to_string()));
        }
        let full = MOST_KEYS + usize::try_from(FOLDED).unwrap();
        assert!((MOST_KEYS..=full).contains(&throttle.addresses.len()), "{}", throttle.addresses.len());
        assert!(throttle.check("wim", Some("203.0.113.1")).is_ok(), "a flood does not shut everybody out at once");
        clock.advance(seconds(3_600));
        throttle.sweep();
        assert!(throttle.addresses.is_empty() && throttle.accounts.is_empty());
    }
}
