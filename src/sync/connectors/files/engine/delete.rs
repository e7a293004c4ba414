//! Deleting: from the last key back to the first, so that children go before their folder.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::domain::message::{Category, Direction, Message, Operation};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError, ItemType, Which};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::items::{Action, BaselineChange};
use crate::sync::stop::StopReason;

use super::baseline_writer::BaselineWriter;
use super::grace::with_grace;
use super::run::{Run, Tally};
use super::steps::{Planned, What};

/// Steps read at once.
const PAGE: usize = 1_000;

struct Delete<'a> {
    run: &'a Run<'a>,
    /// Whether there is a source to ask.
    has_source: bool,
    keeper: BaselineWriter<'a>,
    tally: &'a mut Tally,
}

/// How a deletion ended: done, or which side is the reason why not.
type Done = Result<(), (Which, EndpointError)>;

/// Carries out the deletions of the plan.
pub(super) async fn delete(run: &Run<'_>, has_source: bool, tally: &mut Tally) -> Result<(), StopReason> {
    let mut delete = Delete { run, has_source, keeper: BaselineWriter::new(run), tally };
    let gone = delete.go().await;
    let kept = delete.keeper.finish().await;
    gone.and(kept)
}

impl Delete<'_> {
    async fn go(&mut self) -> Result<(), StopReason> {
        let mut before: Option<Vec<u8>> = None;
        loop {
            let page = self.run.items.steps_back(Action::Delete, before.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            before = Some(last.key.clone());
            let steps: Vec<Planned> = page.iter().filter_map(Planned::from_step).collect();
            self.some(steps).await?;
        }
    }

    /// Files several at once; a folder only when everything before it is finished. What is under way when the
    /// run must end is still accounted for.
    async fn some(&mut self, steps: Vec<Planned>) -> Result<(), StopReason> {
        let mut running = FuturesUnordered::new();
        let mut steps = steps.into_iter().peekable();
        let mut gone = Ok(());
        loop {
            let next = steps.peek().filter(|_step| gone.is_ok()).map(|step| step.detail.what);
            let room = match next {
                Some(What::File) => running.len() < self.run.settings.transfers,
                Some(What::Folder) => running.is_empty(),
                None => false,
            };
            if room && let Some(planned) = steps.next() {
                match self.run.context.stop.check() {
                    Ok(()) => {
                        let doubtful = self.tally.is_doubtful(&planned.path);
                        running.push(one(self.run, planned, self.has_source, doubtful));
                    }
                    Err(stopped) => gone = Err(stopped.into()),
                }
                continue;
            }
            let Some((planned, done)) = running.next().await else { return gone };
            if let Err(halt) = self.end(planned, done).await {
                gone = gone.and(Err(halt));
            }
        }
    }

    async fn end(&mut self, planned: Planned, done: Done) -> Result<(), StopReason> {
        self.run.context.progress.update(|now| now.items_done += 1);
        let item = planned.detail.what.as_str();
        if let Err((which, error)) = done {
            self.tally.skipped += 1;
            return self.run.skip(error, which, item, &planned.path).await;
        }
        self.tally.deleted += 1;
        let code = match planned.detail.what {
            What::File => {
                self.keeper.add(BaselineChange::Forget(planned.path.key()));
                codes::DELETED
            }
            What::Folder => codes::FOLDER_DELETED,
        };
        let message = Message::of_item(Category::Success, code, Operation::Delete, item, planned.path.as_bytes());
        self.run.log(message.going(Direction::Out)).await
    }
}

async fn one(run: &Run<'_>, planned: Planned, has_source: bool, doubtful: bool) -> (Planned, Done) {
    let work = async {
        if doubtful {
            let words = "another item could not be written here, and its name may mean this one";
            return Err((Which::Destination, EndpointError::item(ItemError::Name, words)));
        }
        if has_source {
            is_missing(run, &planned).await.map_err(|error| (Which::Source, error))?;
        }
        let deleted = match planned.detail.what {
            What::File => with_grace(&run.context.stop, run.destination.delete_file(&planned.path)).await,
            What::Folder => with_grace(&run.context.stop, run.destination.delete_folder(&planned.path)).await,
        };
        deleted.map_err(|error| (Which::Destination, error))
    };
    let done = work.await;
    (planned, done)
}

/// Asks the source for this item alone: a listing can lack what exists, or be about another folder. An item of another
/// kind takes its place.
async fn is_missing(run: &Run<'_>, planned: &Planned) -> EndpointResult<()> {
    let look = async |path: &ItemPath| with_grace(&run.context.stop, run.source.stat(path)).await;
    let mut path = planned.path.clone();
    let found = loop {
        match look(&path).await {
            // Nothing is below a file.
            Err(EndpointError::Item { trouble: ItemError::InTheWay, .. }) if !path.is_root() => path = path.parent(),
            Ok(Some(entry)) if path != planned.path && entry.kind == ItemType::File => break None,
            Ok(Some(_)) if path != planned.path => {
                return Err(EndpointError::item(
                    ItemError::InTheWay,
                    "a folder above it is not readable at the source",
                ));
            }
            found => break found?,
        }
    };
    let stays = found.is_some_and(|entry| match planned.detail.what {
        What::File => entry.kind != ItemType::Folder,
        What::Folder => entry.kind == ItemType::Folder,
    });
    if stays {
        return Err(EndpointError::item(
            ItemError::Other,
            "the source has it, although the listing of its folder did not contain it",
        ));
    }
    Ok(())
}
