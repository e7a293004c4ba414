//! Transferring: several files at once, folders one by one before what is in them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::domain::message::{Category, Direction, Message, Operation};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, Facts, ItemError, Which};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::items::Action;
use crate::sync::stop::StopReason;

use super::baseline_writer::BaselineWriter;
use super::grace::{GRACE, after_grace, with_grace};
use super::memory::{is_at_or_below, remember};
use super::run::{Run, Tally};
use super::steps::{Detail, Planned, What};

/// The pause before a file is written once more.
const AGAIN: Duration = Duration::from_secs(1);
/// Steps read at once.
const PAGE: usize = 1_000;

/// How a file ended: the facts of both sides, or which side failed.
type Done = Result<(Facts, Facts), (Which, EndpointError)>;

/// The steps of one action, read in pages.
struct Steps<'a> {
    run: &'a Run<'a>,
    late: bool,
    page: std::vec::IntoIter<crate::sync::items::Step>,
    after: Option<Vec<u8>>,
    ended: bool,
}

impl Steps<'_> {
    async fn next(&mut self) -> Result<Option<Planned>, StopReason> {
        loop {
            while let Some(step) = self.page.next() {
                let planned = Planned::from_step(&step);
                self.after = Some(step.key);
                if let Some(planned) = planned.filter(|planned| planned.detail.late == self.late) {
                    return Ok(Some(planned));
                }
            }
            if self.ended {
                return Ok(None);
            }
            let page = self.run.items.steps(Action::Transfer, self.after.as_deref(), PAGE).await?;
            self.ended = page.len() < PAGE;
            self.page = page.into_iter();
        }
    }
}

struct Transfer<'a> {
    run: &'a Run<'a>,
    keeper: BaselineWriter<'a>,
    tally: &'a mut Tally,
    /// A folder that could not be made: what is in it cannot be either.
    blocked: Option<Vec<u8>>,
}

/// Carries out the transfers that wait for deletions (`late`), or those that do not.
pub(super) async fn transfer(run: &Run<'_>, late: bool, tally: &mut Tally) -> Result<(), StopReason> {
    let mut transfer = Transfer { run, keeper: BaselineWriter::new(run), tally, blocked: None };
    let gone = transfer.go(late).await;
    let kept = transfer.keeper.finish().await;
    gone.and(kept)
}

impl<'a> Transfer<'a> {
    async fn go(&mut self, late: bool) -> Result<(), StopReason> {
        let mut steps = Steps { run: self.run, late, page: Vec::new().into_iter(), after: None, ended: false };
        let mut running = FuturesUnordered::new();
        let mut halt: Option<StopReason> = None;
        let mut more = true;
        loop {
            while more && halt.is_none() && running.len() < self.run.settings.transfers {
                match self.start(&mut steps).await {
                    Ok(Some(planned)) => running.push(file(self.run, planned)),
                    Ok(None) => more = false,
                    Err(error) => halt = Some(error),
                }
            }
            // A stop ends the operations that are under way; after a failure they get a moment and are dropped.
            let dropped = async {
                match &halt {
                    Some(StopReason::Failed(_) | StopReason::Braked) => tokio::time::sleep(GRACE).await,
                    Some(StopReason::Stopped(_)) | None => std::future::pending().await,
                }
            };
            let finished = tokio::select! {
                biased;
                finished = running.next() => finished,
                stored = self.keeper.turn() => {
                    if let Err(error) = stored {
                        halt.get_or_insert(error);
                    }
                    continue;
                }
                () = dropped => break,
            };
            let Some((planned, done)) = finished else { break };
            if let Err(error) = self.end_file(planned, done).await {
                halt.get_or_insert(error);
            }
        }
        halt.map_or(Ok(()), Err)
    }

    /// The next file to transfer. Folders on the way to it are made.
    async fn start(&mut self, steps: &mut Steps<'a>) -> Result<Option<Planned>, StopReason> {
        loop {
            self.run.context.stop.check()?;
            let Some(planned) = steps.next().await? else { return Ok(None) };
            if self.blocked.as_ref().is_some_and(|top| is_at_or_below(&planned.path.key(), top)) {
                self.tally.skipped += 1;
                self.step_done();
                continue;
            }
            match planned.detail.what {
                What::File => return Ok(Some(planned)),
                What::Folder => self.folder(planned).await?,
            }
        }
    }

    async fn folder(&mut self, planned: Planned) -> Result<(), StopReason> {
        let made = with_grace(&self.run.context.stop, self.run.destination.make_folder(&planned.path)).await;
        self.step_done();
        match made {
            Ok(()) => {
                self.tally.inserted += 1;
                self.tally.made_folders += 1;
                success(self.run, codes::FOLDER_CREATED, Operation::Insert, &planned).await
            }
            Err(error) => {
                self.tally.skipped += 1;
                self.tally.failed(Which::Destination, &error);
                self.blocked = Some(planned.path.key());
                self.doubt(&planned, Which::Destination, &error);
                self.run.skip(error, Which::Destination, What::Folder.as_str(), &planned.path).await
            }
        }
    }

    async fn end_file(&mut self, planned: Planned, done: Done) -> Result<(), StopReason> {
        self.step_done();
        match done {
            Ok((source, destination)) => {
                self.tally.arrived += 1;
                self.keeper.add(remember(&self.run.ends, &planned.path, &source, &destination));
                let size = source.size.unwrap_or_default();
                self.tally.bytes += i64::try_from(size).unwrap_or(0);
                if planned.detail.drift {
                    drifted(self.run, &planned).await?;
                }
                let (code, operation) = if planned.detail.update {
                    self.tally.updated += 1;
                    (codes::UPDATED, Operation::Update)
                } else {
                    self.tally.inserted += 1;
                    (codes::COPIED, Operation::Insert)
                };
                let detail = Detail { size, ..planned.detail };
                success(self.run, code, operation, &Planned { detail, ..planned }).await
            }
            Err((which, error)) => {
                self.tally.skipped += 1;
                self.tally.failed(which, &error);
                self.doubt(&planned, which, &error);
                self.run.skip(error, which, What::File.as_str(), &planned.path).await
            }
        }
    }

    /// Where the destination takes a name for another one, that other item may be the only copy of this one.
    fn doubt(&mut self, planned: &Planned, which: Which, error: &EndpointError) {
        let is_of_name = match error {
            EndpointError::Item { trouble: ItemError::Name | ItemError::InTheWay, .. } => true,
            EndpointError::Item { trouble: ItemError::Other, .. } => planned.detail.what == What::Folder,
            EndpointError::Item { .. } | EndpointError::Whole(_) | EndpointError::Stopped(_) => false,
        };
        if which == Which::Destination && is_of_name {
            self.tally.doubtful(planned);
        }
    }

    fn step_done(&self) {
        self.run.context.progress.update(|now| now.items_done += 1);
    }
}

async fn drifted(run: &Run<'_>, planned: &Planned) -> Result<(), StopReason> {
    let operation = if planned.detail.update { Operation::Update } else { Operation::Insert };
    let (item, key) = (planned.detail.what.as_str(), planned.path.as_bytes());
    let message = Message::of_item(Category::Warning, codes::DRIFT, operation, item, key);
    run.log(message.going(Direction::Out)).await
}

async fn success(run: &Run<'_>, code: &'static str, operation: Operation, planned: &Planned) -> Result<(), StopReason> {
    let (item, key) = (planned.detail.what.as_str(), planned.path.as_bytes());
    let message = Message::of_item(Category::Success, code, operation, item, key).going(Direction::Out);
    run.log(match planned.detail.what {
        What::File => message.arg(planned.detail.size.to_string()),
        What::Folder => message,
    })
    .await
}

/// Transfers one file.
async fn file(run: &Run<'_>, planned: Planned) -> (Planned, Done) {
    let context = run.context;
    let work = async {
        let first = attempt(run, &planned).await;
        match first {
            Err((Which::Destination, EndpointError::Whole(failure))) if failure.transient => {}
            done => return done,
        }
        // What was sent as a stream cannot be sent again.
        tokio::select! {
            stopped = context.stop.stopped() => return Err((Which::Destination, stopped.into())),
            () = tokio::time::sleep(AGAIN) => {}
        }
        attempt(run, &planned).await
    };
    let done = tokio::select! {
        biased;
        done = work => done,
        stopped = after_grace(&context.stop) => Err((Which::Destination, stopped.into())),
    };
    (planned, done)
}

/// Opens the source and writes it.
async fn attempt(run: &Run<'_>, planned: &Planned) -> Done {
    let (context, path) = (run.context, &planned.path);
    let reader = run.source.read(path).await.map_err(|error| (Which::Source, error))?;
    if !is_as_listed(&planned.detail, reader.facts()) {
        let words = "the service sent a different version than it listed";
        return Err((Which::Source, EndpointError::item(ItemError::Changed, words)));
    }
    let incoming = Incoming::new(reader, context.stop.clone(), context.progress.clone());
    let (failed, given, facts) = (incoming.failed(), incoming.counter(), incoming.last_facts());
    match run.destination.write(path, incoming).await {
        Ok(written) => match facts.take() {
            Some(facts) => Ok((facts, written)),
            // It was not given to its end, so nobody knows whether it is whole.
            None => Err((Which::Source, EndpointError::item(ItemError::Changed, "it was not read completely"))),
        },
        Err(error) => {
            let in_vain = given.load(Ordering::Relaxed);
            context.progress.update(|now| now.bytes_done -= i64::try_from(in_vain).unwrap_or(0));
            Err(failed.take().map_or((Which::Destination, error), |error| (Which::Source, error)))
        }
    }
}

/// Whether a file that is read is the version that was listed. A service can send a page to sign in with instead.
fn is_as_listed(listed: &Detail, read: &Facts) -> bool {
    listed.etag.is_none() || (listed.etag == read.etag && read.size.is_none_or(|size| size == listed.size))
}
