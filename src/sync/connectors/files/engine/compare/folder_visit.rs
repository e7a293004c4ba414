//! A folder that is being compared: entered, and left when all its children were visited.

use std::collections::BTreeSet;

use crate::domain::message::Category;
use crate::net::listings::Listed;
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, Facts, Which};
use crate::sync::connectors::files::filter::Scope;
use crate::sync::connectors::files::listing::Listing;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::stop::StopReason;

use super::super::existence::Children;
use super::super::pairs::Pairs;
use super::super::run::{root_failure, skipped};
use super::super::steps::{Detail, What};
use super::Walk;

/// What becomes of the destination's folder when all in it was visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync::connectors::files::engine) enum Closing {
    Stay,
    Delete,
    /// It gives way to a file of that size.
    Replace(u64),
}

/// A folder on the way from the root to where the walk is.
pub(in crate::sync::connectors::files::engine) struct FolderVisit {
    pub(in crate::sync::connectors::files::engine) path: ItemPath,
    pub(in crate::sync::connectors::files::engine) scope: Scope,
    pub(in crate::sync::connectors::files::engine) pairs: Pairs,
    /// The memory of both listings.
    pub(in crate::sync::connectors::files::engine) listed: Option<Listed>,
    source: bool,
    destination: bool,
    closing: Closing,
    /// The folder has to be made once something is put into it; whether only after the deletions.
    pub(in crate::sync::connectors::files::engine) make: Option<bool>,
    /// What is put into it waits for deletions.
    pub(in crate::sync::connectors::files::engine) late: bool,
    /// Names that the source has a second time, for something that cannot be an item: what the destination has under
    /// them can be its copy.
    pub(in crate::sync::connectors::files::engine) hidden: BTreeSet<Vec<u8>>,
    /// Children at the destination that stay, and that go.
    pub(in crate::sync::connectors::files::engine) kept: u64,
    pub(in crate::sync::connectors::files::engine) deleted: u64,
}

impl FolderVisit {
    pub(in crate::sync::connectors::files::engine) fn folder(path: ItemPath, scope: Scope) -> Self {
        Self {
            path,
            scope,
            pairs: Pairs::new(Children::default(), Children::default(), true),
            listed: None,
            source: false,
            destination: false,
            closing: Closing::Stay,
            make: None,
            late: false,
            hidden: BTreeSet::new(),
            kept: 0,
            deleted: 0,
        }
    }

    pub(in crate::sync::connectors::files::engine) fn root(scope: Scope, source: bool, destination: bool) -> Self {
        Self { source, destination, ..Self::folder(ItemPath::root(), scope) }
    }

    pub(in crate::sync::connectors::files::engine) fn of_source(self) -> Self {
        Self { source: true, ..self }
    }

    pub(in crate::sync::connectors::files::engine) fn of_destination(self, closing: Closing) -> Self {
        Self { destination: true, closing, ..self }
    }

    /// It is not there yet; `late` if an item of another type exists at this path.
    pub(in crate::sync::connectors::files::engine) fn missing(self, late: bool) -> Self {
        Self { make: Some(late), late, ..self }
    }
}

impl Walk<'_> {
    /// Lists a folder at the ends that have it. A folder that cannot be listed is passed by, even if the end
    /// says that it no longer exists: its parent's listing had it, and the next run's listing will tell.
    pub(in crate::sync::connectors::files::engine) async fn enter(
        &mut self,
        mut frame: FolderVisit,
    ) -> Result<(), StopReason> {
        let run = self.run;
        // A long walk through folders is progress too.
        run.context.progress.update(|_now| ());
        let lists = run.unless_stopped(async {
            Ok(tokio::join!(
                async { if frame.source { run.source.list(&frame.path).await } else { Ok(Listing::default()) } },
                async {
                    if frame.destination { run.destination.list(&frame.path).await } else { Ok(Listing::default()) }
                },
            ))
        });
        let (source, destination) = lists.await.map_err(|error| root_failure(error, ""))?;
        let (source, destination) = match (source, destination) {
            (Ok(source), Ok(destination)) => (source, destination),
            (Err(error), _) => return self.unlisted(error, Which::Source, &frame).await,
            (Ok(_), Err(error)) => return self.unlisted(error, Which::Destination, &frame).await,
        };
        let (source, destination) = (Children::of(source, &frame.path), Children::of(destination, &frame.path));
        self.incomplete(&mut frame, Which::Source, &source).await?;
        self.incomplete(&mut frame, Which::Destination, &destination).await?;
        frame.pairs = Pairs::new(source, destination, run.destination.abilities().case_sensitive);
        frame.listed = Some(run.context.peer.net.listings().claim());
        if let Some(above) = self.stack.last() {
            frame.late |= above.late;
            frame.make = frame.make.map(|late| late || above.late);
        }
        self.stack.push(frame);
        self.make_if_item().await
    }

    /// A folder that is an item itself is made even if nothing is put into it.
    async fn make_if_item(&mut self) -> Result<(), StopReason> {
        let item = self.stack.last().filter(|top| top.scope == Scope::Inside && top.make.is_some());
        if item.is_none() {
            return Ok(());
        }
        self.make_waiting().await
    }

    async fn unlisted(&mut self, error: EndpointError, which: Which, frame: &FolderVisit) -> Result<(), StopReason> {
        if frame.path.is_root() {
            return Err(root_failure(error, &self.run.settings.end(which).address()));
        }
        let message = self.run.warning(error, which, What::Folder.as_str(), &frame.path)?;
        if frame.source {
            self.found.tally.refused(&message);
        }
        self.pass_by(message, &frame.path, frame.destination).await
    }

    /// All children were visited.
    pub(in crate::sync::connectors::files::engine) async fn leave(&mut self) -> Result<(), StopReason> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let emptied = frame.kept == 0 && (frame.scope == Scope::Inside || frame.deleted > 0);
        match frame.closing {
            Closing::Stay => {}
            Closing::Delete | Closing::Replace(_) if emptied => {
                self.found.items += i64::from(frame.scope != Scope::Inside);
                self.delete(&frame.path, What::Folder, &Facts::default()).await?;
            }
            Closing::Delete | Closing::Replace(_) => self.keep_there(true),
        }
        match frame.closing {
            Closing::Replace(size) if emptied => {
                let detail = Detail { late: true, ..Detail::of(What::File, size) };
                self.transfer(&frame.path, detail).await
            }
            Closing::Replace(_) => {
                self.found.tally.skipped += 1;
                let message = skipped(Category::Warning, codes::IN_THE_WAY, What::File.as_str(), &frame.path);
                self.found.tally.refused(&message);
                self.run.log(message.arg("folder")).await
            }
            Closing::Stay | Closing::Delete => Ok(()),
        }
    }
}
