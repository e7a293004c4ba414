//! A folder of this machine as an end.

mod blocking;
mod listing;
mod read;
#[cfg(test)]
mod tests;
mod tree;
mod trouble;
mod write;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use self::read::LocalReader;
use self::tree::{Purpose, Tree};
use super::codes;
use super::endpoint::{
    Abilities, DirEntry, Endpoint, EndpointError, EndpointResult, Facts, FileReader, ItemError, ItemType, Which,
};
use super::incoming::Incoming;
use super::listing::Listing;
use super::names::TemporaryNames;
use super::path::ItemPath;
use super::settings::EndpointSettings;
use crate::domain::run::{PeerFailure, Stage};
use futures_util::future::BoxFuture;

/// A local end.
pub struct Local {
    inner: Arc<LocalInner>,
    abilities: Abilities,
}

pub(in crate::sync::connectors::files) struct LocalInner {
    tree: Tree,
    which: Which,
    names: TemporaryNames,
    address: String,
}

/// Opens a local end. A missing root is no failure here.
///
/// # Errors
/// When the folder is in none of the allowed ones.
pub fn open(
    settings: &EndpointSettings,
    roots: &[PathBuf],
    which: Which,
    run: i64,
) -> Result<Box<dyn Endpoint>, PeerFailure> {
    let path = Path::new(&settings.path);
    let allowed = roots.iter().find_map(|root| {
        let root = std::path::absolute(root).ok()?;
        let below = path.strip_prefix(&root).ok()?;
        Some((root.clone(), ItemPath::parse(below.as_os_str().as_bytes())?))
    });
    let Some((base, below)) = allowed else {
        let failure = PeerFailure::new(Stage::Settings, codes::ROOT).arg(settings.path.as_str());
        return Err(failure.arg("it is not in an allowed folder"));
    };
    Ok(Box::new(Local::new(Tree::new(base, below), which, run, settings.path.clone())))
}

/// The words about a folder that does not exist.
#[must_use]
pub fn missing() -> String {
    Errno::NOENT.to_string()
}

impl Local {
    fn new(tree: Tree, which: Which, run: i64, address: String) -> Self {
        let abilities = Abilities {
            sets_times: true,
            case_sensitive: true,
            keeps_empty_folders: true,
            utf8_only: false,
            reads_listed_etags: false,
            trims_white_space: false,
            longest_name: 255,
            // The kernel takes 4,096 bytes at a time, with the closing zero.
            longest_path: 4_095,
        };
        Self { inner: Arc::new(LocalInner { tree, which, names: TemporaryNames::of_run(run), address }), abilities }
    }

    fn blocking<'a, T: Send + 'static>(
        &self,
        path: &ItemPath,
        work: impl FnOnce(&LocalInner, &ItemPath) -> EndpointResult<T> + Send + 'static,
    ) -> BoxFuture<'a, EndpointResult<T>> {
        let (inner, path) = (self.inner.clone(), path.clone());
        Box::pin(blocking::run(move || work(&inner, &path)))
    }
}

impl Endpoint for Local {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PeerFailure>> {
        Box::pin(async {
            let checked = self.blocking(&ItemPath::root(), |inner, _root| inner.check()).await;
            checked.map_err(|error| self.inner.failure(error))
        })
    }

    fn list<'a>(&'a self, folder: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Listing>> {
        self.blocking(folder, LocalInner::list)
    }

    fn stat<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Option<DirEntry>>> {
        self.blocking(path, LocalInner::stat)
    }

    fn read<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Box<dyn FileReader>>> {
        self.blocking(path, |inner, path| {
            let reader = LocalReader::open(&inner.tree, path, inner.which)?;
            Ok(Box::new(reader) as Box<dyn FileReader>)
        })
    }

    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> BoxFuture<'a, EndpointResult<Facts>> {
        Box::pin(write::write(self.inner.clone(), path.clone(), incoming))
    }

    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        self.blocking(path, LocalInner::make_folder)
    }

    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        self.blocking(path, |inner, path| inner.unlink(path, AtFlags::empty()))
    }

    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        self.blocking(path, |inner, path| inner.unlink(path, AtFlags::REMOVEDIR))
    }

    fn remove_leftover<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<bool>> {
        self.blocking(path, LocalInner::remove_leftover)
    }

    fn finish(&self) -> BoxFuture<'_, EndpointResult<()>> {
        self.blocking(&ItemPath::root(), |inner, root| {
            let dir = inner.tree.folder(root, Purpose::List).map_err(|errno| inner.trouble(errno))?;
            rustix::fs::syncfs(&dir).map_err(|errno| inner.trouble(errno))
        })
    }
}

impl LocalInner {
    fn trouble(&self, errno: Errno) -> EndpointError {
        trouble::of(errno, self.which)
    }

    /// For the folder of an item: that it is missing is no news about the item itself.
    fn parent_trouble(&self, errno: Errno) -> EndpointError {
        match errno {
            Errno::NOENT => EndpointError::item(ItemError::NotFound, "its folder no longer exists"),
            errno => self.trouble(errno),
        }
    }

    fn failure(&self, error: EndpointError) -> PeerFailure {
        match error {
            EndpointError::Whole(failure) => failure,
            EndpointError::Item { words, .. } => PeerFailure::new(Stage::Content, codes::ROOT)
                .arg(self.address.as_str())
                .arg(words.as_str())
                .quoting(words),
            EndpointError::Stopped(_) => PeerFailure::new(Stage::Content, codes::ROOT).arg(self.address.as_str()),
        }
    }

    fn check(&self) -> EndpointResult<()> {
        let root = ItemPath::root();
        match self.tree.folder(&root, Purpose::List) {
            // A destination is made by its first run.
            Err(Errno::NOENT) if self.which == Which::Destination => {
                return self.tree.base().map_err(|errno| self.trouble(errno));
            }
            Err(errno) => return Err(self.trouble(errno)),
            Ok(dir) if self.which == Which::Destination => {
                let access = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
                rustix::fs::accessat(&dir, ".", access, AtFlags::EACCESS).map_err(|errno| self.trouble(errno))?;
            }
            Ok(_dir) => {}
        }
        Ok(())
    }

    fn stat(&self, path: &ItemPath) -> EndpointResult<Option<DirEntry>> {
        if path.is_root() {
            return match self.tree.look_at_root() {
                Ok(()) => Ok(Some(DirEntry { name: Vec::new(), kind: ItemType::Folder, facts: Facts::default() })),
                Err(Errno::NOENT) => Ok(None),
                Err(errno) => Err(self.failure(self.trouble(errno)).into()),
            };
        }
        let looked = self.tree.folder(&path.parent(), Purpose::Pass);
        match looked.and_then(|dir| self.tree.stat(&dir, OsStr::from_bytes(path.name()))) {
            Ok((kind, facts, _mode)) => Ok(Some(DirEntry { name: path.name().to_vec(), kind, facts })),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.trouble(errno)),
        }
    }

    fn make_folder(&self, path: &ItemPath) -> EndpointResult<()> {
        if path.is_root() {
            return self.tree.make_root().map_err(|errno| self.failure(self.trouble(errno)).into());
        }
        let dir = self.tree.folder(&path.parent(), Purpose::Pass).map_err(|errno| self.parent_trouble(errno))?;
        let name = OsStr::from_bytes(path.name());
        match rustix::fs::mkdirat(&dir, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => match self.tree.stat(&dir, name) {
                Ok((ItemType::Folder, ..)) => Ok(()),
                Ok(_other) => {
                    Err(EndpointError::item(ItemError::InTheWay, "an item of another type exists at this path"))
                }
                Err(errno) => Err(self.trouble(errno)),
            },
            Err(errno) => Err(self.trouble(errno)),
        }
    }

    fn unlink(&self, path: &ItemPath, flags: AtFlags) -> EndpointResult<()> {
        let dir = self.tree.folder(&path.parent(), Purpose::Pass);
        match dir.and_then(|dir| rustix::fs::unlinkat(&dir, OsStr::from_bytes(path.name()), flags)) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.trouble(errno)),
        }
    }

    fn remove_leftover(&self, path: &ItemPath) -> EndpointResult<bool> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match self.tree.open(path, flags, Mode::empty()) {
            Ok(file) => {
                if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK) {
                    return Ok(false);
                }
            }
            Err(Errno::ACCESS) => {}
            Err(Errno::NOENT) => return Ok(false),
            Err(errno) => return Err(self.trouble(errno)),
        }
        self.unlink(path, AtFlags::empty()).map(|()| true)
    }
}
