//! One run: compare, brake, transfer, delete, sum up.
//!
//! Whatever interrupts it, the next run compares again and continues from what was done: nothing depends
//! on a plan having been carried out whole.

mod baseline_writer;
mod brake;
mod compare;
mod decide;
mod delete;
mod existence;
mod grace;
mod memory;
mod pairs;
mod possible;
mod preview;
mod run;
mod steps;
mod sum;
mod transfer;
mod unsure;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::compare::{Compared, Walk};
use self::grace::with_grace;
use self::memory::Memories;
use self::run::{Run, root_failure};
use self::steps::Spool;
use super::codes;
use super::endpoint::{Endpoint, EndpointError, Which};
use super::filter::PathFilter;
use super::names::run_of;
use super::path::ItemPath;
use super::settings::{Mode, Settings};
use crate::domain::message::{Category, Message};
use crate::domain::phase::Phase;
use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connector::Context;
use crate::sync::items::Items;
use crate::sync::stop::StopReason;
pub use preview::{preview, whole_failure};

/// Synchronizes two open ends.
///
/// # Errors
/// When the run cannot go on, is stopped, or the brake was pulled.
pub async fn synchronize(
    context: &Context,
    items: &dyn Items,
    settings: &Settings,
    source: Arc<dyn Endpoint>,
    destination: Arc<dyn Endpoint>,
) -> Result<(), StopReason> {
    let filter = PathFilter::new(&settings.include, &settings.exclude)
        .map_err(|wrong| PeerFailure::new(Stage::Settings, codes::PATTERN).arg(wrong))?;
    let run = Run { context, items, settings, filter, source, destination, ends: ends(settings) };
    run.phase(Phase::Connect);
    let has_source = run.has_root(Which::Source).await?;
    if !has_source && settings.mode == Mode::Copy {
        return Err(source_missing(settings).into());
    }
    let has_destination = run.has_root(Which::Destination).await?;
    run.phase(Phase::Compare);
    let found = run.compare(has_source, has_destination).await?;
    run.remark(found.by_size).await?;
    context.progress.update(|now| now.total_final = true);
    if !has_source && found.deletions == 0 {
        return Err(source_missing(settings).into());
    }
    brake::pull(&run, &found, has_source).await?;
    if !has_destination {
        run.make_root().await?;
    }
    run.remove_leftovers(&found.leftovers).await?;
    run.carry_out(&found).await?;
    // Confirmed deletions were carried out, but a run without a source is never a success.
    if has_source { Ok(()) } else { Err(source_missing(settings).arg("deleted").into()) }
}

/// The source does not exist.
pub(super) fn source_missing(settings: &Settings) -> PeerFailure {
    PeerFailure::new(Stage::Content, codes::SOURCE_MISSING).arg(settings.source.address())
}

/// Marks what is remembered of this pair of ends.
fn ends(settings: &Settings) -> String {
    let mut hash = Sha256::new();
    for which in [Which::Source, Which::Destination] {
        hash.update(settings.end(which).address());
        hash.update([0]);
    }
    hex::encode(hash.finalize().get(..6).unwrap_or_default())
}

impl Run<'_> {
    fn phase(&self, phase: Phase) {
        self.context.progress.phase(phase);
    }

    fn end(&self, which: Which) -> &dyn Endpoint {
        match which {
            Which::Source => &*self.source,
            Which::Destination => &*self.destination,
        }
    }

    async fn has_root(&self, which: Which) -> Result<bool, StopReason> {
        let root = ItemPath::root();
        let found = self.unless_stopped(self.end(which).stat(&root)).await;
        let found = found.map_err(|error| root_failure(error, &self.settings.end(which).address()))?;
        Ok(found.is_some())
    }

    async fn compare(&self, source: bool, destination: bool) -> Result<Compared, StopReason> {
        let walk = Walk {
            run: self,
            memories: Memories::new(self.items, &self.ends),
            spool: Spool::new(self.items),
            found: Compared::default(),
            stack: Vec::new(),
        };
        walk.go(source, destination).await
    }

    async fn make_root(&self) -> Result<(), StopReason> {
        self.context.stop.check()?;
        let root = ItemPath::root();
        let made = with_grace(&self.context.stop, self.destination.make_folder(&root)).await;
        made.map_err(|error| root_failure(error, &self.settings.destination.address()))
    }

    async fn remove_leftovers(&self, leftovers: &[ItemPath]) -> Result<(), StopReason> {
        if leftovers.is_empty() {
            return Ok(());
        }
        let in_process = self.items.in_process().await?;
        let is_leftover = |path: &&ItemPath| run_of(path.name()).is_none_or(|run| !in_process.contains(&run));
        let mut removed = 0;
        for path in leftovers.iter().filter(is_leftover) {
            self.context.stop.check()?;
            match with_grace(&self.context.stop, self.destination.remove_leftover(path)).await {
                Ok(true) => removed += 1,
                // It belongs to another run, or stays for the next one.
                Ok(false) | Err(EndpointError::Item { .. }) => {}
                Err(error) => return Err(root_failure(error, "")),
            }
        }
        if removed == 0 {
            return Ok(());
        }
        self.log(Message::of_run(Category::Information, codes::LEFTOVER).arg(removed.to_string())).await
    }
}
