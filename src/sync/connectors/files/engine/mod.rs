//! One run: compare, brake, transfer, delete, sum up.
//!
//! Whatever interrupts it, the next run compares anew and goes on from what was done: nothing depends
//! on a plan having been carried out whole.

mod brake;
mod compare;
mod decide;
mod delete;
mod frame;
mod keeper;
mod memory;
mod pairs;
mod possible;
mod refuse;
mod run;
mod seen;
mod steps;
mod sum;
mod transfer;
mod unsure;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::compare::{Compared, Walk};
use self::memory::Memories;
use self::run::{Run, root_failure};
use self::steps::Spool;
use self::transfer::with_grace;
use super::codes;
use super::end::{End, EndError, Which};
use super::filter::Filter;
use super::names::run_of;
use super::path::ItemPath;
use super::settings::{Mode, Settings};
use crate::domain::message::{Category, Message};
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::{Context, Halt};

/// Synchronizes two open ends.
///
/// # Errors
/// When the run cannot go on, is stopped, or the brake was pulled.
pub async fn synchronize(
    context: &Context,
    settings: &Settings,
    source: Arc<dyn End>,
    destination: Arc<dyn End>,
) -> Result<(), Halt> {
    let filter = Filter::new(&settings.include, &settings.exclude)
        .map_err(|wrong| Failure::new(Stage::Settings, codes::PATTERN).arg(wrong))?;
    let run = Run { context, settings, filter, source, destination, ends: ends(settings) };
    run.phase("comparing");
    let has_source = run.has_root(Which::Source).await?;
    let source_missing = || Failure::new(Stage::Content, codes::SOURCE_MISSING).arg(settings.source.address());
    if !has_source && settings.mode == Mode::Copy {
        return Err(source_missing().into());
    }
    let has_destination = run.has_root(Which::Destination).await?;
    let found = run.compare(has_source, has_destination).await?;
    run.remark(found.by_size).await?;
    context.progress.update(|now| now.total_final = true);
    if !has_source && found.deletions == 0 {
        return Err(source_missing().into());
    }
    brake::pull(&run, &found, has_source).await?;
    if !has_destination {
        run.make_root().await?;
    }
    run.remove_left_overs(&found.left_overs).await?;
    run.carry_out(&found).await?;
    // Confirmed deletions were carried out, but a run without a source is never a success.
    if has_source { Ok(()) } else { Err(source_missing().into()) }
}

/// Marks what is remembered of this pair of ends.
fn ends(settings: &Settings) -> String {
    let mut hash = Sha256::new();
    for which in [Which::Source, Which::Destination] {
        hash.update(settings.end(which).address());
        hash.update([0]);
    }
    brake::hex(hash.finalize().get(..6).unwrap_or_default())
}

impl Run<'_> {
    fn phase(&self, phase: &'static str) {
        self.context.progress.update(|now| now.phase = phase);
    }

    fn end(&self, which: Which) -> &dyn End {
        match which {
            Which::Source => &*self.source,
            Which::Destination => &*self.destination,
        }
    }

    async fn has_root(&self, which: Which) -> Result<bool, Halt> {
        let root = ItemPath::root();
        let found = self.unless_stopped(self.end(which).stat(&root)).await;
        let found = found.map_err(|error| root_failure(error, &self.settings.end(which).address()))?;
        Ok(found.is_some())
    }

    async fn compare(&self, source: bool, destination: bool) -> Result<Compared, Halt> {
        let walk = Walk {
            run: self,
            memories: Memories::new(&*self.context.state, &self.ends),
            spool: Spool::new(&*self.context.plan),
            found: Compared::default(),
            stack: Vec::new(),
        };
        walk.go(source, destination).await
    }

    async fn make_root(&self) -> Result<(), Halt> {
        self.context.stop.check()?;
        let root = ItemPath::root();
        let made = with_grace(&self.context.stop, self.destination.make_folder(&root)).await;
        made.map_err(|error| root_failure(error, &self.settings.destination.address()))
    }

    async fn remove_left_overs(&self, left_overs: &[ItemPath]) -> Result<(), Halt> {
        if left_overs.is_empty() {
            return Ok(());
        }
        let in_process = self.context.state.in_process().await?;
        let is_left_over = |path: &&ItemPath| run_of(path.name()).is_none_or(|run| !in_process.contains(&run));
        let mut removed = 0;
        for path in left_overs.iter().filter(is_left_over) {
            self.context.stop.check()?;
            match with_grace(&self.context.stop, self.destination.remove_left_over(path)).await {
                Ok(true) => removed += 1,
                // It belongs to another run, or stays for the next one.
                Ok(false) | Err(EndError::Item { .. }) => {}
                Err(error) => return Err(root_failure(error, "")),
            }
        }
        if removed == 0 {
            return Ok(());
        }
        self.log(Message::of_run(Category::Information, codes::LEFTOVER).arg(removed.to_string())).await
    }
}
