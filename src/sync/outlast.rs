//! Reads and writes that outlast a short absence of the database: a restart, or a lock that another process holds. They
//! are tried again as long as the lease of their run holds, and what was committed is never stored twice.

use std::sync::Arc;
use std::time::Duration;

use crate::store::{Db, Fault, Result, Store, StoreError, Unconfirmed, Written};

/// How long the first pause is; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Pauses between tries, while `holds` says that there is still reason to try.
struct Tries<'a, H> {
    what: &'a str,
    holds: &'a H,
    pause: Duration,
}

impl<'a, H: Fn() -> bool> Tries<'a, H> {
    fn new(what: &'a str, holds: &'a H) -> Self {
        Self { what, holds, pause: FIRST_PAUSE }
    }

    /// Waits before the next try.
    ///
    /// # Errors
    /// `error`, when it does not pass by waiting or the lease has ended.
    async fn next(&mut self, error: StoreError) -> Result<()> {
        if !error.may_pass() || !(self.holds)() {
            return Err(error);
        }
        // The store reports a broken database itself.
        if self.pause == FIRST_PAUSE && error.fault().is_none() {
            log::warn!("{}: retrying the database call: {error}", self.what);
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

/// Writes in one transaction, once. `what` names it in the log; `holds` says whether the lease still does.
///
/// # Errors
/// Why nothing was written: something that does not pass by waiting, or that the lease ended before the database
/// answered (then a commit may be made later, under the fence of the claim).
pub async fn write<T: Send + 'static>(
    store: &Store,
    what: &str,
    holds: impl Fn() -> bool + Send + Sync,
    work: impl FnOnce(&mut Db) -> Result<T> + Clone + Send + 'static,
) -> Result<T> {
    let mut tries = Tries::new(what, &holds);
    loop {
        let (value, commit) = match store.try_write(work.clone()).await {
            Ok(Written::Done(value)) => return Ok(value),
            Ok(Written::Unconfirmed(value, commit)) => (value, Arc::new(commit)),
            Err(error) => {
                tries.next(error).await?;
                continue;
            }
        };
        // The database knows whether it committed, also after a restart.
        loop {
            match store.is_committed(&commit).await {
                Ok(Some(true)) => return Ok(value),
                Ok(Some(false)) => break,
                Ok(None) => tries.next(unconfirmed(&commit)).await?,
                Err(error) => tries.next(error).await?,
            }
        }
        tries.next(unconfirmed(&commit)).await?;
    }
}

fn unconfirmed(commit: &Unconfirmed) -> StoreError {
    StoreError::Broken(Fault::Unavailable, commit.why().to_owned())
}

/// Reads off the runtime's threads.
///
/// # Errors
/// As for [`write`].
pub async fn read<T: Send + 'static>(
    store: &Store,
    what: &str,
    holds: impl Fn() -> bool + Send + Sync,
    work: impl FnOnce(&mut Db) -> Result<T> + Clone + Send + 'static,
) -> Result<T> {
    let mut tries = Tries::new(what, &holds);
    loop {
        match store.read(work.clone()).await {
            Err(error) => tries.next(error).await?,
            found => return found,
        }
    }
}
