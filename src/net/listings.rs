//! The folder listings that one run holds in memory, of both of its endpoints.
//!
//! They share one bound, because a run needs the listing of one endpoint while it waits for that of the other, and
//! those of all folders above the one that it compares.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::memory::{Memory, Share, TooLarge};
use super::pace::Pace;

/// Of each four bytes of the budget, the listings of one run may use three.
const PART: (usize, usize) = (3, 4);

/// Counts the listings of one run. Clones count together.
#[derive(Debug, Clone)]
pub struct Listings(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) share: Share,
    /// Bytes of listings that nobody has claimed yet.
    unclaimed: AtomicUsize,
}

/// Memory of listings. Dropping it gives the memory back.
#[derive(Debug)]
pub struct Listed {
    pub(super) listings: Listings,
    bytes: usize,
    pub(super) pace: Pace,
}

impl Listings {
    #[must_use]
    pub fn new(memory: &Memory) -> Self {
        let (part, of) = PART;
        let share = memory.share(memory.total() / of * part);
        Self(Arc::new(Inner { share, unclaimed: AtomicUsize::new(0) }))
    }

    /// A listing that is being read.
    #[must_use]
    pub fn begin(&self) -> Listed {
        Listed { listings: self.clone(), bytes: 0, pace: Pace::start() }
    }

    /// Takes over all listings that were kept since the last time.
    #[must_use]
    pub fn claim(&self) -> Listed {
        let bytes = self.0.unclaimed.swap(0, Ordering::SeqCst);
        Listed { listings: self.clone(), bytes, pace: Pace::start() }
    }
}

impl Listed {
    /// Counts `bytes` more; waits while memory is short.
    ///
    /// # Errors
    /// When the listings of this run need more than their bound.
    pub async fn add(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.listings.0.share.grow(bytes).await?;
        self.bytes += bytes;
        Ok(())
    }

    /// Leaves it to the caller that claims it.
    pub fn keep(mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.listings.0.unclaimed.fetch_add(bytes, Ordering::SeqCst);
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.listings.0.share.shrink(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::memory::UNCOUNTED;

    #[tokio::test]
    async fn what_is_claimed_counts_until_it_is_dropped() {
        let memory = Memory::of_process(4 * UNCOUNTED * 6 / 5);
        let listings = Listings::new(&memory);
        let mut one = listings.begin();
        one.add(UNCOUNTED).await.unwrap();
        one.keep();
        let parent = listings.claim();
        let mut child = listings.begin();
        child.add(2 * UNCOUNTED).await.unwrap();
        assert_eq!(child.add(1).await, Err(TooLarge { most: 3 * UNCOUNTED }));
        drop(parent);
        child.add(UNCOUNTED).await.unwrap();
        drop(child);
        drop(listings.claim());
        listings.begin().add(3 * UNCOUNTED).await.unwrap();
    }
}
