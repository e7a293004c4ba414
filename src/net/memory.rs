//! How many bytes of responses a process holds in memory, of all services together.
//!
//! Each response, and the folder listings of each run, has a [`Share`] with an upper bound. A share that wants to grow
//! waits while memory is short, and never for ever: it may grow only if every other share could still reach its own
//! bound afterwards, one after the other (Dijkstra's banker's algorithm for one resource). A share that waits reads
//! nothing from its connection, so that the service has to wait too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::models::Models;

/// The budget unless the operator sets another one, in bytes.
pub const DEFAULT_BYTES: usize = 72 * 1024 * 1024;

/// Of each six bytes of the budget, one is for descriptions of services, which are kept for longer.
const MODELS: usize = 6;

/// The first bytes of each share, which are not counted: small responses never wait.
pub const UNCOUNTED: usize = 64 * 1024;

/// The memory for the responses of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Memory(Arc<Inner>, Models);

#[derive(Debug)]
struct Inner {
    total: usize,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    waiting: usize,
    shares: BTreeMap<u64, Account>,
}

/// What a share holds, and may hold at most.
#[derive(Debug, Clone, Copy)]
struct Account {
    held: usize,
    most: usize,
}

impl Account {
    const fn counted(self) -> usize {
        self.held.saturating_sub(UNCOUNTED)
    }

    /// What it may still ask for.
    const fn missing(self) -> usize {
        self.most.saturating_sub(UNCOUNTED).saturating_sub(self.counted())
    }
}

/// The part of the memory that one holder uses. Dropping it gives everything back.
#[derive(Debug)]
pub struct Share {
    memory: Memory,
    id: u64,
    most: usize,
}

/// A share would exceed its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it needs more than {most} bytes of memory")]
pub struct TooLarge {
    pub most: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of_process(DEFAULT_BYTES)
    }
}

impl Memory {
    /// The budget of a process: `bytes`, descriptions of services included.
    #[must_use]
    pub fn of_process(bytes: usize) -> Self {
        let models = bytes / MODELS;
        Self::new(bytes - models, models)
    }

    fn new(bytes: usize, models: usize) -> Self {
        Self(Arc::new(Inner { total: bytes, state: Mutex::default(), freed: Notify::new() }), Models::new(models))
    }

    /// The part for descriptions of services.
    #[must_use]
    pub const fn models(&self) -> &Models {
        &self.1
    }

    /// The whole budget for responses, in bytes.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// A share that may hold up to `most` bytes, or the whole budget if that is less.
    #[must_use]
    pub fn share(&self, most: usize) -> Share {
        let most = most.min(self.0.total.saturating_add(UNCOUNTED));
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        state.shares.insert(id, Account { held: 0, most });
        Share { memory: self.clone(), id, most }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The capacity for a body of at most `limit` bytes that has come to `size`: twice as much as before, so that it seldom
/// grows.
#[must_use]
pub fn grown(capacity: usize, size: usize, limit: usize) -> usize {
    capacity.saturating_mul(2).min(limit).max(size)
}

/// What came of asking for memory.
enum Request {
    Granted {
        /// Less is held than before.
        less: bool,
    },
    /// Memory is short.
    Wait,
    TooLarge,
}

impl State {
    /// Lets a share hold what `change` makes of what it holds, unless that could leave two shares waiting for each other.
    fn ask(&mut self, id: u64, change: impl FnOnce(usize) -> usize, total: usize) -> Request {
        let Some(before) = self.shares.get(&id).copied() else { return Request::Granted { less: false } };
        let after = Account { held: change(before.held), ..before };
        let less = after.held < before.held;
        if after.held > before.most {
            return Request::TooLarge;
        }
        self.shares.insert(id, after);
        if after.counted() <= before.counted() || is_safe(self.shares.values(), total) {
            return Request::Granted { less };
        }
        self.shares.insert(id, before);
        Request::Wait
    }
}

/// Whether all shares could reach their bounds, each after those that need less have ended.
fn is_safe<'a>(shares: impl Iterator<Item = &'a Account>, total: usize) -> bool {
    let mut holders: Vec<Account> = shares.copied().filter(|share| share.counted() > 0).collect();
    let counted: usize = holders.iter().map(|share| share.counted()).sum();
    let Some(mut free) = total.checked_sub(counted) else { return false };
    holders.sort_unstable_by_key(|share| share.missing());
    holders.iter().all(|share| {
        let fits = share.missing() <= free;
        free += share.counted();
        fits
    })
}

impl Share {
    /// Holds `bytes` in total; waits while memory is short. If that is less than before, the rest is given back.
    ///
    /// # Errors
    /// When it is more than the bound of this share.
    pub async fn hold(&self, bytes: usize) -> Result<(), TooLarge> {
        self.change(|_held| bytes).await
    }

    /// Holds `bytes` more; waits while memory is short.
    ///
    /// # Errors
    /// When it would hold more than its bound.
    pub async fn grow(&self, bytes: usize) -> Result<(), TooLarge> {
        self.change(|held| held.saturating_add(bytes)).await
    }

    /// Gives `bytes` back.
    pub fn shrink(&self, bytes: usize) {
        self.keep(|held| held.saturating_sub(bytes));
    }

    /// Keeps `bytes` at most.
    pub fn give_back_to(&self, bytes: usize) {
        self.keep(|held| held.min(bytes));
    }

    /// Holding less is never refused.
    fn keep(&self, change: impl FnOnce(usize) -> usize) {
        let _granted = self.memory.state().ask(self.id, change, self.memory.0.total);
        self.memory.0.freed.notify_waiters();
    }

    /// The most that it may hold, in bytes.
    #[must_use]
    pub const fn most(&self) -> usize {
        self.most
    }

    /// Whether others wait for what this share holds.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        let state = self.memory.state();
        state.waiting > 0 && state.shares.get(&self.id).is_some_and(|account| account.counted() > 0)
    }

    async fn change(&self, change: impl Fn(usize) -> usize) -> Result<(), TooLarge> {
        let ask = || self.memory.state().ask(self.id, &change, self.memory.0.total);
        let mut waiting = None;
        loop {
            let mut freed = std::pin::pin!(self.memory.0.freed.notified());
            // Before it is asked, so that nothing that is given back after that is missed.
            freed.as_mut().enable();
            match ask() {
                Request::Granted { less } => {
                    if less {
                        self.memory.0.freed.notify_waiters();
                    }
                    return Ok(());
                }
                Request::TooLarge => return Err(TooLarge { most: self.most }),
                Request::Wait => {}
            }
            waiting.get_or_insert_with(|| Waiting::begin(&self.memory));
            freed.await;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.memory.state().shares.remove(&self.id);
        self.memory.0.freed.notify_waiters();
    }
}

/// Counts one that waits, also when its future is dropped.
struct Waiting<'a>(&'a Memory);

impl<'a> Waiting<'a> {
    fn begin(memory: &'a Memory) -> Self {
        memory.state().waiting += 1;
        Self(memory)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1024;

    async fn waits(share: &Share, bytes: usize) -> bool {
        futures_util::poll!(std::pin::pin!(share.hold(bytes))).is_pending()
    }

    #[tokio::test]
    async fn a_share_keeps_its_bound_and_small_ones_never_wait() {
        let memory = Memory::new(1_000 * KIB, 0);
        let large = memory.share(1_000 * KIB);
        assert_eq!(large.hold(1_000 * KIB).await, Ok(()));
        assert_eq!(large.hold(1_000 * KIB + 1).await, Err(TooLarge { most: 1_000 * KIB }));
        for _ in 0..100 {
            assert_eq!(memory.share(500 * KIB).hold(UNCOUNTED).await, Ok(()));
        }
        let over = memory.share(usize::MAX);
        assert_eq!(over.most(), 1_000 * KIB + UNCOUNTED);
        assert!(over.hold(usize::MAX).await.is_err());
    }

    #[tokio::test]
    async fn nobody_starts_what_could_not_be_finished() {
        let memory = Memory::new(100 * KIB, 0);
        let [one, other] = [(); 2].map(|()| memory.share(UNCOUNTED + 100 * KIB));
        one.hold(UNCOUNTED + 30 * KIB).await.unwrap();
        assert!(waits(&other, UNCOUNTED + KIB).await, "each would need what the other has");
        one.hold(UNCOUNTED + 100 * KIB).await.unwrap();
        drop(one);
        other.hold(UNCOUNTED + 100 * KIB).await.unwrap();
    }

    #[tokio::test]
    async fn a_share_that_waits_continues_when_another_gives_back() {
        let memory = Memory::new(100 * KIB, 0);
        let [one, other] = [(); 2].map(|()| memory.share(UNCOUNTED + 60 * KIB));
        one.hold(UNCOUNTED + 60 * KIB).await.unwrap();
        let mut waiting = std::pin::pin!(other.hold(UNCOUNTED + 50 * KIB));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        assert!(one.is_wanted());
        assert!(!memory.share(UNCOUNTED).is_wanted(), "it has nothing to give back");
        one.hold(UNCOUNTED + 20 * KIB).await.unwrap();
        waiting.await.unwrap();
        assert!(!one.is_wanted());
    }

    /// Many that take in small steps: all of them end, and never is more held than there is.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_at_once_all_end() {
        let memory = Memory::new(200 * KIB, 0);
        let readers = (1..=40).map(|n| {
            let memory = memory.clone();
            tokio::spawn(async move {
                let most = UNCOUNTED + (n * 5) * KIB;
                let share = memory.share(most);
                for bytes in (0..=most).step_by(KIB) {
                    share.hold(bytes).await.unwrap();
                    let held: usize = memory.state().shares.values().map(|share| share.counted()).sum();
                    assert!(held <= 200 * KIB, "{held}");
                    tokio::task::yield_now().await;
                }
            })
        });
        for reader in readers.collect::<Vec<_>>() {
            reader.await.unwrap();
        }
        assert!(memory.state().shares.is_empty());
    }
}
