//! A dry run: compares as a first run would, without a memory of earlier ones, and changes nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::decide::{Need, need};
use super::existence::{Children, Existence};
use super::pairs::{Pair, Pairs};
use crate::domain::run::{PeerFailure, Stage};
use crate::domain::trial::{Content, FileSums, MAX_ENTRIES, Preview, PreviewAction, StoppedBy};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{
    DirEntry, Endpoint, EndpointError, EndpointResult, Facts, ItemType, Which,
};
use crate::sync::connectors::files::filter::{PathFilter, Scope};
use crate::sync::connectors::files::listing::Listing;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::{Mode, Settings};

/// A folder that is still to be read.
struct Visit {
    path: ItemPath,
    scope: Scope,
    /// Whether it exists on each side.
    source: bool,
    destination: bool,
}

struct Walk<'a> {
    settings: &'a Settings,
    filter: PathFilter,
    source: &'a dyn Endpoint,
    destination: &'a dyn Endpoint,
    found: &'a Mutex<Preview>,
    entries: u64,
    /// The next folder is the last.
    folders: Vec<Visit>,
}

/// Reads both sides into `found`, up to [`MAX_ENTRIES`].
///
/// # Errors
/// When a side cannot be read as a whole, or there is no source.
pub async fn preview(
    settings: &Settings,
    (source, destination): (&dyn Endpoint, &dyn Endpoint),
    found: &Mutex<Preview>,
) -> Result<(), PeerFailure> {
    let filter = PathFilter::new(&settings.include, &settings.exclude)
        .map_err(|wrong| PeerFailure::new(Stage::Settings, codes::PATTERN).arg(wrong))?;
    if !exists(source, settings, Which::Source).await? {
        return Err(PeerFailure::new(Stage::Content, codes::SOURCE_MISSING).arg(settings.source.address()));
    }
    let has_destination = exists(destination, settings, Which::Destination).await?;
    let root = Visit { path: ItemPath::root(), scope: filter.root(), source: true, destination: has_destination };
    let mut walk = Walk { settings, filter, source, destination, found, entries: 0, folders: vec![root] };
    while let Some(visit) = walk.folders.pop() {
        if walk.folder(visit).await?.is_some() {
            break;
        }
    }
    Ok(())
}

async fn exists(end: &dyn Endpoint, settings: &Settings, which: Which) -> Result<bool, PeerFailure> {
    let found = end.stat(&ItemPath::root()).await;
    found.map(|entry| entry.is_some()).map_err(|error| whole_failure(error, &settings.end(which).address()))
}

/// Why a side cannot be read at all.
#[must_use]
pub fn whole_failure(error: EndpointError, address: &str) -> PeerFailure {
    match error {
        EndpointError::Whole(failure) => failure,
        EndpointError::Item { words, .. } => {
            PeerFailure::new(Stage::Content, codes::ROOT).arg(address).arg(words.as_str()).quoting(words)
        }
        EndpointError::Stopped(_) => PeerFailure::new(Stage::Content, codes::ROOT).arg(address),
    }
}

impl Walk<'_> {
    async fn folder(&mut self, visit: Visit) -> Result<Option<StoppedBy>, PeerFailure> {
        let source = self.listed(self.source, visit.source, &visit.path, Which::Source).await?;
        let destination = self.listed(self.destination, visit.destination, &visit.path, Which::Destination).await?;
        let mut below = Vec::new();
        for pair in Pairs::new(source, destination, self.destination.abilities().case_sensitive) {
            let sides = [&pair.source, &pair.destination];
            self.entries += sides.into_iter().filter(|side| side.entry().is_some()).map(|_entry| 1).sum::<u64>();
            if self.entries > MAX_ENTRIES {
                self.now().stopped = Some(StoppedBy::Entries);
                return Ok(Some(StoppedBy::Entries));
            }
            below.extend(self.pair(&pair, &visit));
        }
        self.folders.extend(below.into_iter().rev());
        Ok(None)
    }

    /// The children of a folder on one side. One that cannot be listed is unknown with all below it.
    async fn listed(
        &self,
        end: &dyn Endpoint,
        exists: bool,
        folder: &ItemPath,
        which: Which,
    ) -> Result<Children, PeerFailure> {
        if !exists {
            return Ok(Children::default());
        }
        let listing: EndpointResult<Listing> = end.list(folder).await;
        match listing {
            Ok(listing) => Ok(Children::of(listing, folder)),
            Err(EndpointError::Item { words, .. }) if !folder.is_root() => {
                self.sums(|sums| sums.skipped += 1);
                Ok(Children { incomplete: Some(words), ..Children::default() })
            }
            Err(error) => Err(whole_failure(error, &self.settings.end(which).address())),
        }
    }

    /// Counts one name; the folder to read if it is one.
    fn pair(&self, pair: &Pair, folder: &Visit) -> Option<Visit> {
        let path = folder.path.join(&pair.name);
        let (mine, theirs) = (pair.source.entry(), pair.destination.entry());
        let known = mine.or(theirs)?;
        let scope = self.filter.scope(folder.scope, &path, known.kind == ItemType::Folder);
        if scope == Scope::Outside || pair.source.is_leftover() {
            return None;
        }
        let theirs = theirs.filter(|entry| entry.kind != ItemType::LeftOver);
        if pair.clash.is_some() || pair.source.is_unknown() || (mine.is_some() && pair.destination.is_unknown()) {
            self.sums(|sums| sums.skipped += 1);
            return None;
        }
        let (source, destination) = match (mine, theirs) {
            (Some(mine), theirs) => self.of_source(mine, theirs, &path),
            (None, Some(theirs)) if matches!(pair.source, Existence::Missing) => (false, self.surplus(theirs, &path)),
            (None, _) => (false, false),
        };
        (source || destination).then_some(Visit { path, scope, source, destination })
    }

    /// Counts an item of the source; the sides on which it is a folder that has to be read.
    fn of_source(&self, mine: &DirEntry, theirs: Option<&DirEntry>, path: &ItemPath) -> (bool, bool) {
        let is_folder = |entry: &DirEntry| entry.kind == ItemType::Folder;
        match (mine.kind, theirs) {
            (ItemType::Folder, Some(theirs)) if is_folder(theirs) => (true, true),
            (ItemType::File, Some(theirs)) if theirs.kind == ItemType::File => {
                self.file(&mine.facts, Some(&theirs.facts), path);
                (false, false)
            }
            (ItemType::Folder, None) => (true, false),
            (ItemType::File, None) => {
                self.file(&mine.facts, None, path);
                (false, false)
            }
            // An item of another type is in the way: a mirror run deletes it.
            (ItemType::Folder | ItemType::File, Some(theirs)) if self.settings.mode == Mode::Mirror => {
                let below = self.surplus(theirs, path);
                if mine.kind == ItemType::File {
                    self.file(&mine.facts, None, path);
                }
                (is_folder(mine), below)
            }
            (_, _) => {
                self.sums(|sums| sums.skipped += 1);
                (false, false)
            }
        }
    }

    fn file(&self, mine: &Facts, theirs: Option<&Facts>, path: &ItemPath) {
        let action = match need(mine, theirs, None, self.destination.abilities().sets_times).need {
            Need::Nothing | Need::Adopt => return self.sums(|sums| sums.unchanged += 1),
            Need::Insert { .. } => PreviewAction::Copy,
            Need::Update { .. } => PreviewAction::Replace,
        };
        self.sums(|sums| {
            sums.new += u64::from(action == PreviewAction::Copy);
            sums.replaced += u64::from(action == PreviewAction::Replace);
            sums.bytes += mine.size.unwrap_or_default();
        });
        self.now().show(shown(path), action, mine.size);
    }

    /// Counts an item that only the destination has; whether it is a folder whose items would be deleted, too.
    fn surplus(&self, theirs: &DirEntry, path: &ItemPath) -> bool {
        if self.settings.mode == Mode::Copy {
            return false;
        }
        if !matches!(theirs.kind, ItemType::File | ItemType::Folder) {
            self.sums(|sums| sums.skipped += 1);
            return false;
        }
        self.sums(|sums| sums.deleted += 1);
        self.now().show(shown(path), PreviewAction::Delete, theirs.facts.size);
        theirs.kind == ItemType::Folder
    }

    fn now(&self) -> MutexGuard<'_, Preview> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sums(&self, count: impl FnOnce(&mut FileSums)) {
        if let Content::Files(sums) = &mut self.now().content {
            count(sums);
        }
    }
}

fn shown(path: &ItemPath) -> String {
    String::from_utf8_lossy(path.as_bytes()).into_owned()
}
