//! A folder of this machine through handles that nothing can lead out of.
//!
//! Every path is walked by the kernel below the handle of the root, through no symbolic link and
//! across no mount (`openat2`, or name by name where that is not available). A link swapped in during the run
//! makes an operation fail; it cannot lead it elsewhere. Everything here blocks.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Statx, StatxFlags};
use rustix::io::Errno;

use crate::sync::connectors::files::endpoint::{Facts, ItemType, Mtime};
use crate::sync::connectors::files::path::ItemPath;

/// What a folder is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To reach what is in it.
    Pass,
    /// To list it.
    List,
}

/// The tree below `base`/`below`.
#[derive(Debug)]
pub(super) struct Tree {
    /// A folder that the operator allows.
    base: PathBuf,
    /// The root of the end below it.
    below: ItemPath,
    root: OnceLock<Root>,
    no_openat2: AtomicBool,
}

#[derive(Debug)]
struct Root {
    dir: Dir,
    place: MountPoint,
}

/// Where something is mounted. A bind mount has the device number of its origin but its own mount id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MountPoint {
    mount: Option<u64>,
    device: (u32, u32),
}

impl MountPoint {
    fn of(stat: &Statx) -> Self {
        let known = stat.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        Self { mount: known.then_some(stat.stx_mnt_id), device: (stat.stx_dev_major, stat.stx_dev_minor) }
    }
}

const WANTED: StatxFlags = StatxFlags::BASIC_STATS.union(StatxFlags::MNT_ID);
const AT: AtFlags = AtFlags::SYMLINK_NOFOLLOW.union(AtFlags::NO_AUTOMOUNT);

impl Tree {
    pub(super) fn new(base: PathBuf, below: ItemPath) -> Self {
        Self { base, below, root: OnceLock::new(), no_openat2: AtomicBool::new(false) }
    }

    /// As on a kernel without `openat2`.
    #[cfg(test)]
    pub(super) fn name_by_name(&self) {
        self.no_openat2.store(true, Ordering::Relaxed);
    }

    fn root(&self) -> Result<&Root, Errno> {
        if let Some(root) = self.root.get() {
            return Ok(root);
        }
        let base = Dir::open_ambient_dir(&self.base, ambient_authority()).map_err(|error| errno(&error))?;
        let mut dir = base;
        for name in self.below.names() {
            dir = into_dir(rustix::fs::openat(
                &dir,
                OsStr::from_bytes(name),
                folder_flags(Purpose::Pass),
                Mode::empty(),
            )?);
        }
        let place = MountPoint::of(&rustix::fs::statx(&dir, "", AtFlags::EMPTY_PATH, WANTED)?);
        Ok(self.root.get_or_init(|| Root { dir, place }))
    }

    /// Whether the folder that the operator allows is there.
    pub(super) fn base(&self) -> Result<(), Errno> {
        Dir::open_ambient_dir(&self.base, ambient_authority()).map(|_dir| ()).map_err(|error| errno(&error))
    }

    /// Makes the root and the folders above it, as far as the allowed folder.
    pub(super) fn make_root(&self) -> Result<(), Errno> {
        let mut dir = Dir::open_ambient_dir(&self.base, ambient_authority()).map_err(|error| errno(&error))?;
        for name in self.below.names() {
            let name = OsStr::from_bytes(name);
            match rustix::fs::mkdirat(&dir, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
            dir = into_dir(rustix::fs::openat(&dir, name, folder_flags(Purpose::Pass), Mode::empty())?);
        }
        self.root().map(|_root| ())
    }

    /// A folder of the tree.
    pub(super) fn folder(&self, path: &ItemPath, purpose: Purpose) -> Result<Dir, Errno> {
        self.open(path, folder_flags(purpose), Mode::empty()).map(into_dir)
    }

    /// Opens what is at a path; flags must not create.
    pub(super) fn open(&self, path: &ItemPath, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        let root = self.root()?;
        if path.is_root() {
            return rustix::fs::openat(&root.dir, ".", flags, mode);
        }
        if !self.no_openat2.load(Ordering::Relaxed) {
            let resolve =
                ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(&root.dir, OsStr::from_bytes(path.as_bytes()), flags, mode, resolve) {
                Err(Errno::NOSYS | Errno::PERM) => self.no_openat2.store(true, Ordering::Relaxed),
                opened => return opened,
            }
        }
        self.open_by_name(root, path, flags, mode)
    }

    fn open_by_name(&self, root: &Root, path: &ItemPath, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        let mut dir = None;
        let names = path.names().count();
        for (n, name) in path.names().enumerate() {
            let from = dir.as_ref().map_or(root.dir.as_fd(), OwnedFd::as_fd);
            let flags = if n + 1 == names { flags | OFlags::NOFOLLOW } else { folder_flags(Purpose::Pass) };
            let next = rustix::fs::openat(from, OsStr::from_bytes(name), flags, mode)?;
            if self.mount_of(&next)? != root.place {
                return Err(Errno::XDEV);
            }
            dir = Some(next);
        }
        dir.ok_or(Errno::NOENT)
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the tree")]
    fn mount_of(&self, fd: &OwnedFd) -> Result<MountPoint, Errno> {
        Ok(MountPoint::of(&rustix::fs::statx(fd, "", AtFlags::EMPTY_PATH, WANTED)?))
    }

    /// What stands under a name in an open folder, and its permission bits.
    pub(super) fn stat(&self, dir: impl AsFd, name: &OsStr) -> Result<(ItemType, Facts, u32), Errno> {
        let stat = rustix::fs::statx(dir, name, AT, WANTED)?;
        let kind = match FileType::from_raw_mode(stat.stx_mode.into()) {
            FileType::Symlink => ItemType::Link,
            FileType::RegularFile | FileType::Directory if MountPoint::of(&stat) != self.root()?.place => {
                ItemType::Mount
            }
            FileType::RegularFile => ItemType::File,
            FileType::Directory => ItemType::Folder,
            _ => ItemType::Other,
        };
        Ok((kind, if kind == ItemType::File { facts(&stat) } else { Facts::default() }, u32::from(stat.stx_mode)))
    }

    /// The root itself: `NotFound` if it is not there.
    pub(super) fn look_at_root(&self) -> Result<(), Errno> {
        self.root().map(|_root| ())
    }
}

/// The facts of an open regular file and its permission bits; `None` if it is something else.
pub(super) fn facts_of(fd: impl AsFd) -> Result<Option<(Facts, u32)>, Errno> {
    let stat = rustix::fs::statx(fd, "", AtFlags::EMPTY_PATH, WANTED)?;
    let regular = FileType::from_raw_mode(stat.stx_mode.into()) == FileType::RegularFile;
    Ok(regular.then(|| (facts(&stat), u32::from(stat.stx_mode))))
}

fn facts(stat: &Statx) -> Facts {
    let modified = Mtime::from_parts(stat.stx_mtime.tv_sec, stat.stx_mtime.tv_nsec);
    Facts { size: Some(stat.stx_size), modified: Some(modified), ..Facts::default() }
}

fn folder_flags(purpose: Purpose) -> OFlags {
    let access = match purpose {
        Purpose::Pass => OFlags::PATH,
        Purpose::List => OFlags::RDONLY,
    };
    access | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn into_dir(fd: OwnedFd) -> Dir {
    Dir::from_std_file(std::fs::File::from(fd))
}

pub(super) fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
