//! Memory for what a process knows about services: their descriptions, such as `$metadata`.
//!
//! A run keeps the description of its service until it ends, so that others cannot wait for it to be given back while
//! they hold memory themselves. Descriptions are parsed one at a time, because that takes a multiple of what is kept, and
//! all on one thread: the allocator keeps what a thread has freed for that thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// What is counted.
const KIB: usize = 1024;

/// The memory for descriptions of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Models {
    kib: usize,
    kept: Arc<Semaphore>,
    /// Where the parser's work goes; `None` before there was any.
    parser: Arc<Mutex<Option<mpsc::Sender<Work>>>>,
}

type Work = Box<dyn FnOnce() + Send>;

/// The parser's work panicked, or there is no thread for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be parsed")]
pub struct NotParsed;

/// Memory of a description that is kept. Dropping it gives the memory back.
#[derive(Debug)]
pub struct MemoryPermit(OwnedSemaphorePermit);

impl Models {
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let kib = (bytes / KIB).clamp(2, Semaphore::MAX_PERMITS);
        Self { kib, kept: Arc::new(Semaphore::new(kib)), parser: Arc::default() }
    }

    /// How many bytes one description may take: half of all, so that none keeps all others waiting.
    #[must_use]
    pub const fn most(&self) -> usize {
        self.kib / 2 * KIB
    }

    /// Parses a description when it is its turn.
    ///
    /// # Errors
    /// When `work` panics, or no thread can be started.
    pub async fn parse<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotParsed> {
        let (done, parsed) = oneshot::channel();
        self.parser()?.send(Box::new(move || drop(done.send(work())))).map_err(|_ended| NotParsed)?;
        parsed.await.map_err(|_panicked| NotParsed)
    }

    /// The thread ends with the last clone of this.
    fn parser(&self) -> Result<mpsc::Sender<Work>, NotParsed> {
        let mut parser = self.parser.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parser) = &*parser {
            return Ok(parser.clone());
        }
        let (work, queue) = mpsc::channel::<Work>();
        let all = move || queue.into_iter().for_each(|work| drop(catch_unwind(AssertUnwindSafe(work))));
        thread::Builder::new().name("metadata".to_owned()).spawn(all).map_err(|_no_thread| NotParsed)?;
        Ok(parser.insert(work).clone())
    }

    /// Reserves memory for a description, at most [`Models::most`]; `None` if too little is free.
    #[must_use]
    pub fn keep(&self, bytes: usize) -> Option<MemoryPermit> {
        self.kept.clone().try_acquire_many_owned(self.kib_of(bytes)).ok().map(MemoryPermit)
    }

    /// Reserves memory, and waits until enough is free. Callers must not hold any memory themselves.
    pub async fn await_memory(&self, bytes: usize) -> MemoryPermit {
        let kib = self.kib_of(bytes);
        loop {
            // It is never closed.
            if let Ok(permit) = self.kept.clone().acquire_many_owned(kib).await {
                return MemoryPermit(permit);
            }
        }
    }

    fn kib_of(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(KIB).min(self.kib / 2)).unwrap_or(u32::MAX)
    }
}

impl MemoryPermit {
    /// Gives back what is more than `bytes`; whether it was enough.
    pub fn shrink(&mut self, bytes: usize) -> bool {
        let kib = bytes.div_ceil(KIB);
        let had = self.0.num_permits();
        drop(self.0.split(had.saturating_sub(kib)));
        kib <= had
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_bounded_and_given_back() {
        let models = Models::new(100 * KIB);
        let one = models.keep(50 * KIB).unwrap();
        let mut other = models.keep(40 * KIB).unwrap();
        assert!(models.keep(20 * KIB).is_none());
        let mut waits = pin!(models.await_memory(20 * KIB));
        assert!(poll!(&mut waits).is_pending());
        assert!(!other.shrink(40 * KIB + 1));
        assert!(other.shrink(30 * KIB));
        drop(waits.await);
        drop(one);
        assert!(models.keep(50 * KIB).is_some());
    }

    #[tokio::test]
    async fn all_are_parsed_by_one_thread_which_outlasts_a_panic() {
        let models = Models::new(0);
        assert_eq!(models.most(), KIB);
        let one = models.parse(|| thread::current().id());
        let panics = models.parse(|| panic!("on purpose"));
        let other = models.parse(|| thread::current().id());
        let (one, panicked, other) = tokio::join!(one, panics, other);
        assert_eq!((one.unwrap(), panicked), (other.unwrap(), Err::<(), _>(NotParsed)));
    }
}
