//! Remembers items as they are finished: in batches, each durable before it is let go.

use std::pin::Pin;
use std::time::Duration;

use crate::clock::since_boot;
use crate::sync::items::BaselineChange;
use crate::sync::stop::StopReason;

use super::grace::after_grace;
use super::memory::BATCH;
use super::run::{Run, root_failure};
use crate::sync::connectors::files::endpoint::Which;

/// A batch is stored at the latest when an item is finished this long after the last one was.
const EVERY: Duration = Duration::from_secs(2);
type Storing<'a> = Pin<Box<dyn Future<Output = Result<(), StopReason>> + Send + 'a>>;

pub(super) struct BaselineWriter<'a> {
    run: &'a Run<'a>,
    waiting: Vec<BaselineChange>,
    last: Duration,
    storing: Option<Storing<'a>>,
}

impl<'a> BaselineWriter<'a> {
    pub(super) fn new(run: &'a Run<'a>) -> Self {
        Self { run, waiting: Vec::new(), last: since_boot(), storing: None }
    }

    /// Takes a change; a full batch begins to be stored beside the work, by [`BaselineWriter::turn`].
    pub(super) fn add(&mut self, change: BaselineChange) {
        self.waiting.push(change);
        let due = self.waiting.len() >= BATCH || since_boot().saturating_sub(self.last) >= EVERY;
        if due && self.storing.is_none() {
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.last = since_boot();
        let (run, changes) = (self.run, std::mem::take(&mut self.waiting));
        self.storing = Some(Box::pin(async move {
            let settled = run.destination.finish().await;
            settled.map_err(|error| root_failure(error, &run.settings.end(Which::Destination).address()))?;
            run.items.remember(changes).await
        }));
    }

    /// Stores on; never ready while there is nothing to store.
    pub(super) async fn turn(&mut self) -> Result<(), StopReason> {
        let Some(storing) = &mut self.storing else { return std::future::pending().await };
        let stored = storing.await;
        self.storing = None;
        stored
    }

    /// Stores all that is left; what cannot be stored soon after a stop is compared again by the next run.
    pub(super) async fn finish(self) -> Result<(), StopReason> {
        let stop = &self.run.context.stop;
        tokio::select! {
            biased;
            stored = self.store_all() => stored,
            stopped = after_grace(stop) => Err(stopped.into()),
        }
    }

    async fn store_all(mut self) -> Result<(), StopReason> {
        if self.storing.is_some() {
            self.turn().await?;
        }
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.begin();
        self.turn().await
    }
}
