//! Comparing: both trees are walked side by side, depth-first, names in the order of their bytes, in
//! step with the memories. What is to be done is spooled; nothing outside is changed.

use crate::domain::message::{Category, Message};
use crate::sync::connector::{Action, Halt};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::end::{Entry, Facts, Kind, Which};
use crate::sync::connectors::files::filter::Scope;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::Mode;

use super::decide::{Need, need};
use super::frame::{Closing, Frame};
use super::memory::{Memories, remember};
use super::pairs::Pair;
use super::possible::impossible;
use super::run::{Run, Tally, skipped};
use super::steps::{Detail, Spool, What};

/// At most so many left-overs are remembered for removal; the next run finds the others.
const LEFT_OVERS: usize = 10_000;

/// What the comparison found.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) tally: Tally,
    pub(super) deletions: i64,
    /// Items of the destination under the filters. Known only to a mirror run.
    pub(super) items: i64,
    /// Some transfers wait for deletions.
    pub(super) late: bool,
    pub(super) left_overs: Vec<ItemPath>,
}

/// A walk under way.
pub(super) struct Walk<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) memories: Memories<'a>,
    pub(super) spool: Spool<'a>,
    pub(super) found: Compared,
    pub(super) stack: Vec<Frame>,
}

/// The word for what stands somewhere.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::File | Kind::LeftOver => "file",
        Kind::Folder => "folder",
        Kind::Link => "link",
        Kind::Other => "special",
        Kind::Mount => "mount",
    }
}

impl Walk<'_> {
    /// Walks both trees. Without a source every item of the destination is one too many.
    pub(super) async fn go(mut self, source: bool, destination: bool) -> Result<Compared, Halt> {
        let root = Frame::root(self.run.filter.root(), source, destination);
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

    pub(super) fn top(&mut self) -> Option<&mut Frame> {
        self.stack.last_mut()
    }

    async fn visit(&mut self, pair: Pair) -> Result<(), Halt> {
        let Some(top) = self.stack.last() else { return Ok(()) };
        let (path, parent) = (top.path.join(&pair.name), top.scope);
        let scope_of = |entry: &Option<Entry>| {
            let folder = entry.as_ref()?.kind == Kind::Folder;
            Some(self.run.filter.scope(parent, &path, folder))
        };
        let source = pair.source.filter(|entry| entry.kind != Kind::LeftOver);
        let destination = self.without_left_over(pair.destination, &path);
        let (mine, theirs) = (scope_of(&source), scope_of(&destination));
        let Some(scope) = mine.or(theirs).filter(|scope| *scope != Scope::Outside) else {
            self.keep_there(destination.is_some());
            return Ok(());
        };
        let filtered = destination.as_ref().filter(|_entry| theirs == Some(Scope::Outside));
        if let (Some(entry), Some(other)) = (&source, filtered) {
            // A folder stands for a file that is filtered out, or the other way round.
            let message = skipped(Category::Warning, codes::IN_THE_WAY, word(entry.kind), &path);
            return self.pass_by(message.arg(word(other.kind)), &path, true).await;
        }
        if let Some(entry) = &source
            && let Some(message) = self.refuse(entry, destination.as_ref(), &path, pair.clash)
        {
            return self.pass_by(message, &path, destination.is_some()).await;
        }
        match (source, destination) {
            (Some(source), Some(destination)) => self.both(source, destination, path, scope).await,
            (Some(source), None) if source.kind == Kind::Folder => {
                self.enter(Frame::folder(path, scope).of_source().missing(false)).await
            }
            (Some(source), None) => self.file(&path, &source.facts, None).await,
            (None, Some(destination)) => self.surplus(destination, path, scope).await,
            (None, None) => Ok(()),
        }
    }

    /// What stands at the destination stays: the folder that it is in cannot be deleted.
    fn keep_there(&mut self, there: bool) {
        if let Some(top) = self.top().filter(|_top| there) {
            top.kept += 1;
        }
    }

    fn without_left_over(&mut self, entry: Option<Entry>, path: &ItemPath) -> Option<Entry> {
        let entry = entry?;
        if entry.kind != Kind::LeftOver {
            return Some(entry);
        }
        if self.found.left_overs.len() < LEFT_OVERS {
            self.found.left_overs.push(path.clone());
        } else {
            self.keep_there(true);
        }
        None
    }

    /// Why an item of the source cannot be handled at all.
    fn refuse(
        &self,
        source: &Entry,
        destination: Option<&Entry>,
        path: &ItemPath,
        clash: Option<Vec<u8>>,
    ) -> Option<Message> {
        let item_type = word(source.kind);
        if let Some(message) = Self::stranger(source.kind, Which::Source, path) {
            return Some(message);
        }
        if let Some(other) = clash {
            let other = String::from_utf8_lossy(&other).into_owned();
            return Some(skipped(Category::Warning, codes::CASE, item_type, path).arg(other));
        }
        if let Some(message) =
            impossible(path, item_type, self.run.source.abilities(), self.run.destination.abilities())
        {
            return Some(message);
        }
        let there = destination?.kind;
        let in_the_way = match there {
            Kind::Link | Kind::Other | Kind::Mount => true,
            Kind::File | Kind::Folder | Kind::LeftOver => there != source.kind && self.run.settings.mode == Mode::Copy,
        };
        in_the_way.then(|| skipped(Category::Warning, codes::IN_THE_WAY, item_type, path).arg(word(there)))
    }

    /// Information about what is no item: links, special files, mounts.
    fn stranger(kind: Kind, which: Which, path: &ItemPath) -> Option<Message> {
        let code = match kind {
            Kind::Link => codes::LINK,
            Kind::Other => codes::SPECIAL,
            Kind::Mount => codes::MOUNT,
            Kind::File | Kind::Folder | Kind::LeftOver => return None,
        };
        Some(skipped(Category::Information, code, word(kind), path).arg(which.as_str()))
    }

    /// Leaves an item and all below it alone, here and there, with what is remembered of it.
    pub(super) async fn pass_by(&mut self, message: Message, path: &ItemPath, there: bool) -> Result<(), Halt> {
        self.found.tally.skipped += 1;
        self.keep_there(there);
        self.memories.keep(path).await?;
        self.run.log(message).await
    }

    async fn both(&mut self, source: Entry, there: Entry, path: ItemPath, scope: Scope) -> Result<(), Halt> {
        match (source.kind, there.kind) {
            (Kind::Folder, Kind::Folder) => {
                self.found.items += i64::from(scope == Scope::Inside);
                self.enter(Frame::folder(path, scope).of_source().of_destination(Closing::Stay)).await
            }
            (Kind::Folder, _) => {
                self.memories.keep(&path).await?;
                self.delete(&path, What::File, there.facts.size.unwrap_or_default()).await?;
                self.enter(Frame::folder(path, scope).of_source().missing(true)).await
            }
            (_, Kind::Folder) => {
                let closing = Closing::Replace(source.facts.size.unwrap_or_default());
                self.found.items += i64::from(scope == Scope::Inside);
                self.enter(Frame::folder(path, scope).of_destination(closing)).await
            }
            (_, _) => {
                self.found.items += 1;
                self.file(&path, &source.facts, Some(&there.facts)).await
            }
        }
    }

    /// What only the destination has.
    async fn surplus(&mut self, there: Entry, path: ItemPath, scope: Scope) -> Result<(), Halt> {
        if self.run.settings.mode == Mode::Copy {
            return self.memories.keep(&path).await;
        }
        if let Some(message) = Self::stranger(there.kind, Which::Destination, &path) {
            return self.pass_by(message, &path, true).await;
        }
        if !path.fits() {
            let abilities = self.run.destination.abilities();
            let message = impossible(&path, word(there.kind), abilities, abilities);
            let message =
                message.unwrap_or_else(|| skipped(Category::Warning, codes::TOO_LONG, word(there.kind), &path));
            return self.pass_by(message, &path, true).await;
        }
        if there.kind == Kind::Folder {
            self.found.items += i64::from(scope == Scope::Inside);
            return self.enter(Frame::folder(path, scope).of_destination(Closing::Delete)).await;
        }
        self.memories.keep(&path).await?;
        self.delete(&path, What::File, there.facts.size.unwrap_or_default()).await
    }

    /// Spools the deletion of a file, which is an item of the destination, or of a folder, counted when entered.
    pub(super) async fn delete(&mut self, path: &ItemPath, what: What, size: u64) -> Result<(), Halt> {
        self.found.items += i64::from(what == What::File);
        self.found.deletions += 1;
        if let Some(top) = self.top() {
            top.deleted += 1;
        }
        self.run.context.progress.update(|now| now.items_total += 1);
        self.spool.add(Action::Delete, path, &Detail { what, size, update: false, drift: false, late: false }).await
    }

    /// A file of the source, and the file of that name at the destination.
    async fn file(&mut self, path: &ItemPath, source: &Facts, there: Option<&Facts>) -> Result<(), Halt> {
        let memory = self.memories.at(path).await?;
        let sets_times = self.run.destination.abilities().sets_times;
        let (update, drift) = match need(source, there, memory.as_ref(), sets_times) {
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
        self.transfer(path, Detail { what: What::File, size: source.size.unwrap_or_default(), update, drift, late })
            .await
    }

    #[expect(clippy::unnecessary_wraps, reason = "the end of each path of a decision")]
    fn unchanged(&mut self) -> Result<(), Halt> {
        self.found.tally.unchanged += 1;
        self.run.context.progress.update(|now| now.unchanged += 1);
        Ok(())
    }

    /// Spools a transfer, and before it the folders that it needs.
    pub(super) async fn transfer(&mut self, path: &ItemPath, detail: Detail) -> Result<(), Halt> {
        self.make_waiting().await?;
        self.step(path, detail).await
    }

    /// Spools the folders on the way to here that are not there yet.
    pub(super) async fn make_waiting(&mut self) -> Result<(), Halt> {
        let take = |frame: &mut Frame| frame.make.take().map(|late| (frame.path.clone(), late));
        let waiting: Vec<(ItemPath, bool)> = self.stack.iter_mut().filter_map(take).collect();
        for (folder, late) in waiting {
            self.make(&folder, late).await?;
        }
        Ok(())
    }

    /// Spools the making of a folder, where folders are something of their own.
    async fn make(&mut self, folder: &ItemPath, late: bool) -> Result<(), Halt> {
        if !self.run.destination.abilities().keeps_empty_folders {
            return Ok(());
        }
        self.step(folder, Detail { what: What::Folder, size: 0, update: false, drift: false, late }).await
    }

    async fn step(&mut self, path: &ItemPath, detail: Detail) -> Result<(), Halt> {
        self.found.late |= detail.late;
        self.run.context.progress.update(|now| {
            now.items_total += 1;
            now.bytes_total += i64::try_from(detail.size).unwrap_or(0);
        });
        self.spool.add(Action::Transfer, path, &detail).await
    }
}
