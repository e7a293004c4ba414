//! Comparing: both trees are walked side by side, depth-first, names in the order of their bytes, in
//! step with the memories. What is to be done is spooled; nothing outside is changed.

pub(super) mod folder_visit;
mod refuse;

use crate::domain::message::{Category, Message};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{DirEntry, Facts, ItemType, Which};
use crate::sync::connectors::files::filter::Scope;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::Mode;
use crate::sync::items::Action;
use crate::sync::stop::StopReason;

use self::folder_visit::{Closing, FolderVisit};
use self::refuse::{stranger, type_name};
use super::decide::{Need, need};
use super::existence::Existence;
use super::memory::{Memories, remember};
use super::pairs::Pair;
use super::possible::impossible;
use super::run::{Run, Tally, skipped};
use super::steps::{Detail, Spool, What};

/// Maximum number of leftover files removed per run; the next run finds the rest.
const LEFT_OVERS: usize = 10_000;

/// What the comparison found.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) tally: Tally,
    pub(super) deletions: i64,
    /// The root of the source exists.
    pub(super) has_source: bool,
    /// Items of the destination under the filters. Known only to a mirror run.
    pub(super) items: i64,
    /// Some transfers wait for deletions.
    pub(super) late: bool,
    pub(super) leftovers: Vec<ItemPath>,
    /// At the source, at the destination: for some files only the size shows that they did not change.
    pub(super) by_size: (bool, bool),
}

/// A walk under way.
pub(super) struct Walk<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) memories: Memories<'a>,
    pub(super) spool: Spool<'a>,
    pub(super) found: Compared,
    pub(super) stack: Vec<FolderVisit>,
}

impl Walk<'_> {
    /// Walks both trees. Without a source every item of the destination is one too many.
    pub(super) async fn go(mut self, source: bool, destination: bool) -> Result<Compared, StopReason> {
        self.found.has_source = source;
        let root = FolderVisit::root(self.run.filter.root(), source, destination);
        self.enter(root).await?;
        while let Some(top) = self.stack.last_mut() {
            self.run.context.stop.check()?;
            match top.pairs.next() {
                Some(pair) => self.visit(pair).await?,
                None => self.leave().await?,
            }
        }
        self.memories.finish().await?;
        self.spool.flush().await?;
        Ok(self.found)
    }

    pub(super) fn top(&mut self) -> Option<&mut FolderVisit> {
        self.stack.last_mut()
    }

    async fn visit(&mut self, pair: Pair) -> Result<(), StopReason> {
        let Some(top) = self.stack.last() else { return Ok(()) };
        let (path, parent) = (top.path.join(&pair.name), top.scope);
        let scope_of = |seen: &Existence| match seen {
            Existence::Exists(entry) => Some(self.run.filter.scope(parent, &path, entry.kind == ItemType::Folder)),
            Existence::Unknown(_) => Some(self.run.filter.widest(parent, &path)),
            Existence::Missing | Existence::Unlisted => None,
        };
        let source = if pair.source.is_leftover() { Existence::Missing } else { pair.source };
        let destination = self.without_leftover(pair.destination, &path);
        let (mine, theirs) = (scope_of(&source), scope_of(&destination));
        let there = !destination.is_missing();
        let Some(scope) = mine.or(theirs).filter(|scope| *scope != Scope::Outside) else {
            self.keep_there(there);
            return Ok(());
        };
        if let (Some(entry), Some(other), Some(Scope::Outside)) = (source.entry(), destination.entry(), theirs) {
            // A folder has the name of a file that is filtered out, or the other way round.
            let message = skipped(Category::Warning, codes::IN_THE_WAY, type_name(entry.kind), &path);
            return self.refused(message.arg(type_name(other.kind)), &path, true).await;
        }
        if let Some(entry) = source.entry()
            && let Some(message) = self.refuse(entry, destination.entry(), &path, pair.clash)
        {
            return self.refused(message, &path, there).await;
        }
        match (source, destination) {
            (Existence::Exists(source), Existence::Exists(destination)) => {
                self.both(source, destination, path, scope).await
            }
            (Existence::Exists(source), Existence::Missing) if source.kind == ItemType::Folder => {
                self.enter(FolderVisit::folder(path, scope).of_source().missing(false)).await
            }
            (Existence::Exists(source), Existence::Missing) => self.file(&path, &source.facts, None).await,
            (Existence::Missing, Existence::Exists(destination)) => self.surplus(destination, path, scope).await,
            (Existence::Missing, Existence::Missing) => Ok(()),
            (source, destination) => self.unsure(source, destination, path, scope).await,
        }
    }

    /// Something at the destination stays: the folder that it is in cannot be deleted.
    pub(super) fn keep_there(&mut self, there: bool) {
        if let Some(top) = self.top().filter(|_top| there) {
            top.kept += 1;
        }
    }

    fn without_leftover(&mut self, seen: Existence, path: &ItemPath) -> Existence {
        if !seen.is_leftover() {
            return seen;
        }
        if seen.is_unknown() || self.found.leftovers.len() >= LEFT_OVERS {
            self.keep_there(true);
        } else {
            self.found.leftovers.push(path.clone());
        }
        Existence::Missing
    }

    /// Leaves an item of the source alone, at both ends, with all below it and what is remembered of it.
    pub(super) async fn refused(&mut self, message: Message, path: &ItemPath, there: bool) -> Result<(), StopReason> {
        if message.category == Category::Warning {
            self.found.tally.refused(&message);
        }
        self.pass_by(message, path, there).await
    }

    /// Leaves an item and all below it alone, at both ends, with what is remembered of it.
    pub(super) async fn pass_by(&mut self, message: Message, path: &ItemPath, there: bool) -> Result<(), StopReason> {
        self.found.tally.skipped += 1;
        self.keep_there(there);
        self.memories.keep(path).await?;
        self.run.log(message).await
    }

    async fn both(
        &mut self,
        source: DirEntry,
        there: DirEntry,
        path: ItemPath,
        scope: Scope,
    ) -> Result<(), StopReason> {
        match (source.kind, there.kind) {
            (ItemType::Folder, ItemType::Folder) => {
                self.found.items += i64::from(scope == Scope::Inside);
                self.found.tally.equal_folders += i64::from(scope == Scope::Inside);
                self.enter(FolderVisit::folder(path, scope).of_source().of_destination(Closing::Stay)).await
            }
            (ItemType::Folder, _) => {
                self.memories.keep(&path).await?;
                self.delete(&path, What::File, &there.facts).await?;
                self.enter(FolderVisit::folder(path, scope).of_source().missing(true)).await
            }
            (_, ItemType::Folder) => {
                let closing = Closing::Replace(source.facts.size.unwrap_or_default());
                self.found.items += i64::from(scope == Scope::Inside);
                self.enter(FolderVisit::folder(path, scope).of_destination(closing)).await
            }
            (_, _) => {
                self.found.items += 1;
                self.file(&path, &source.facts, Some(&there.facts)).await
            }
        }
    }

    /// What only the destination has.
    async fn surplus(&mut self, there: DirEntry, path: ItemPath, scope: Scope) -> Result<(), StopReason> {
        if self.run.settings.mode == Mode::Copy {
            return self.memories.keep(&path).await;
        }
        if let Some(message) = stranger(there.kind, Which::Destination, &path) {
            return self.pass_by(message, &path, true).await;
        }
        if !path.fits() {
            let abilities = self.run.destination.abilities();
            let message = impossible(&path, type_name(there.kind), abilities);
            let message =
                message.unwrap_or_else(|| skipped(Category::Warning, codes::TOO_LONG, type_name(there.kind), &path));
            return self.pass_by(message, &path, true).await;
        }
        if there.kind == ItemType::Folder {
            self.found.items += i64::from(scope == Scope::Inside);
            return self.enter(FolderVisit::folder(path, scope).of_destination(Closing::Delete)).await;
        }
        self.memories.keep(&path).await?;
        self.delete(&path, What::File, &there.facts).await
    }

    /// Spools the deletion of a file, which is an item of the destination, or of a folder, counted when entered.
    pub(super) async fn delete(&mut self, path: &ItemPath, what: What, facts: &Facts) -> Result<(), StopReason> {
        self.found.items += i64::from(what == What::File);
        self.found.deletions += 1;
        if let Some(top) = self.top() {
            top.deleted += 1;
        }
        self.run.context.progress.update(|now| now.items_total += 1);
        let detail = Detail { modified: facts.modified, ..Detail::of(what, facts.size.unwrap_or_default()) };
        self.spool.add(Action::Delete, path, &detail).await
    }

    /// A file of the source, and the file of that name at the destination.
    async fn file(&mut self, path: &ItemPath, source: &Facts, there: Option<&Facts>) -> Result<(), StopReason> {
        let memory = self.memories.at(path).await?;
        let sets_times = self.run.destination.abilities().sets_times;
        let verdict = need(source, there, memory.as_ref(), sets_times);
        self.found.by_size.0 |= verdict.source_by_size;
        self.found.by_size.1 |= verdict.destination_by_size;
        let (update, drift) = match verdict.need {
            Need::Insert { drift } => (false, drift),
            Need::Update { drift } => (true, drift),
            Need::Adopt => {
                if let Some(there) = there {
                    self.memories.change(remember(&self.run.ends, path, source, there)).await?;
                }
                return self.unchanged();
            }
            Need::Nothing => return self.unchanged(),
        };
        let late = self.top().is_some_and(|top| top.late);
        let of = Detail::of(What::File, source.size.unwrap_or_default());
        self.transfer(path, Detail { update, drift, late, etag: self.listed_etag(source), ..of }).await
    }

    #[expect(clippy::unnecessary_wraps, reason = "the end of each path of a decision")]
    fn unchanged(&mut self) -> Result<(), StopReason> {
        self.found.tally.unchanged += 1;
        self.run.context.progress.update(|now| now.unchanged += 1);
        Ok(())
    }

    /// The etag of the version that was listed, if it can be recognized when it is read.
    fn listed_etag(&self, source: &Facts) -> Option<String> {
        let has_size = source.size.is_some() && self.run.source.abilities().reads_listed_etags;
        source.etag.clone().filter(|_etag| has_size)
    }

    /// Spools a transfer, and before it the folders that it needs.
    pub(super) async fn transfer(&mut self, path: &ItemPath, detail: Detail) -> Result<(), StopReason> {
        self.make_waiting().await?;
        self.step(path, detail).await
    }

    /// Spools the folders on the way to here that are not there yet.
    pub(super) async fn make_waiting(&mut self) -> Result<(), StopReason> {
        let take = |frame: &mut FolderVisit| frame.make.take().map(|late| (frame.path.clone(), late));
        let waiting: Vec<(ItemPath, bool)> = self.stack.iter_mut().filter_map(take).collect();
        for (folder, late) in waiting {
            self.make(&folder, late).await?;
        }
        Ok(())
    }

    /// Spools the creation of a folder, where folders are items.
    async fn make(&mut self, folder: &ItemPath, late: bool) -> Result<(), StopReason> {
        if !self.run.destination.abilities().keeps_empty_folders {
            return Ok(());
        }
        self.step(folder, Detail { late, ..Detail::of(What::Folder, 0) }).await
    }

    async fn step(&mut self, path: &ItemPath, detail: Detail) -> Result<(), StopReason> {
        self.found.late |= detail.late;
        match detail.what {
            What::File => self.found.tally.wanted += 1,
            What::Folder => self.found.tally.wanted_folders += 1,
        }
        self.run.context.progress.update(|now| {
            now.items_total += 1;
            now.bytes_total = now.bytes_total.saturating_add(i64::try_from(detail.size).unwrap_or(0));
        });
        self.spool.add(Action::Transfer, path, &detail).await
    }
}
