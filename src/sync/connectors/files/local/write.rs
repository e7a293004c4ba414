//! Writing a local file: under a temporary name in the same folder, then a rename.
//!
//! The temporary file is locked while it is written, so that another run does not take it for a leftover.
//! Files over [`SYNC_FROM`] are synced one by one; smaller ones together by `settle`, because 1,000
//! small files took 0.12 s without, 0.17 s with one sync at the end, and 0.8 s with a sync each.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use bytes::Bytes;
use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;

use super::LocalInner;
use super::blocking;
use super::read::CHUNK;
use super::tree::{Purpose, facts_of};
use super::trouble;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, ItemError, ItemType};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::stop::Stop;

/// Files of this size and more are synced before their rename.
const SYNC_FROM: u64 = 1024 * 1024;

/// A file under its temporary name; removed when dropped before it was renamed.
struct Temporary {
    dir: Dir,
    name: String,
    /// Permission bits to end with, if they differ from those of a new file.
    mode: Option<u32>,
    file: File,
    renamed: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = rustix::fs::unlinkat(&self.dir, self.name.as_str(), AtFlags::empty());
        }
    }
}

pub(super) async fn write(inner: Arc<LocalInner>, path: ItemPath, mut incoming: Incoming) -> EndpointResult<Facts> {
    let facts = incoming.facts().clone();
    let (stop, mode) = (incoming.stop(), incoming.mode());
    if facts.size.is_some_and(|size| size <= CHUNK as u64) {
        let mut chunks = Vec::new();
        while let Some(bytes) = incoming.next().await? {
            chunks.push(bytes);
        }
        return blocking::run(move || {
            let temporary = Temporary::create(&inner, &path, mode)?;
            let temporary = chunks.iter().try_fold(temporary, |temporary, bytes| temporary.put(&inner, bytes))?;
            temporary.finish(&inner, &path, &facts, &stop)
        })
        .await;
    }
    let (at, target) = (inner.clone(), path.clone());
    let mut temporary = blocking::run(move || Temporary::create(&at, &target, mode)).await?;
    while let Some(bytes) = incoming.next().await? {
        let at = inner.clone();
        temporary = blocking::run(move || temporary.put(&at, &bytes)).await?;
    }
    blocking::run(move || temporary.finish(&inner, &path, &facts, &stop)).await
}

impl Temporary {
    fn create(inner: &LocalInner, path: &ItemPath, mode: Option<u32>) -> EndpointResult<Self> {
        let dir = inner.tree.folder(&path.parent(), Purpose::Pass).map_err(|errno| inner.parent_trouble(errno))?;
        let name = OsStr::from_bytes(path.name());
        let replaced = match inner.tree.stat(&dir, name) {
            Ok((ItemType::File, _facts, mode)) => Some(mode),
            Ok(_other) => {
                return Err(EndpointError::item(ItemError::InTheWay, "an item of another type exists at this path"));
            }
            Err(Errno::NOENT) => None,
            Err(errno) => return Err(inner.trouble(errno)),
        };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let bits = mode.map_or(0o666, |mode| mode & 0o777);
        let temporary = inner.names.next();
        let fd = rustix::fs::openat(&dir, temporary.as_str(), flags, Mode::from_raw_mode(bits))
            .map_err(|errno| inner.trouble(errno))?;
        let mode = replaced.map(|mode| mode & 0o777);
        let temporary = Self { dir, name: temporary, mode, file: File::from(fd), renamed: false };
        rustix::fs::flock(&temporary.file, FlockOperation::NonBlockingLockExclusive).ok();
        Ok(temporary)
    }

    fn put(mut self, inner: &LocalInner, bytes: &Bytes) -> EndpointResult<Self> {
        self.file.write_all(bytes).map_err(|error| trouble::of_io(&error, inner.which))?;
        Ok(self)
    }

    fn finish(mut self, inner: &LocalInner, path: &ItemPath, facts: &Facts, stop: &Stop) -> EndpointResult<Facts> {
        self.prepare(facts).map_err(|errno| inner.trouble(errno))?;
        stop.check()?;
        rustix::fs::renameat(&self.dir, self.name.as_str(), &self.dir, OsStr::from_bytes(path.name()))
            .map_err(|errno| inner.trouble(errno))?;
        self.renamed = true;
        let written = facts_of(&self.file).map_err(|errno| inner.trouble(errno))?;
        written.map(|(facts, _mode)| facts).ok_or_else(|| EndpointError::item(ItemError::Other, "it is not a file"))
    }

    fn prepare(&self, facts: &Facts) -> Result<(), Errno> {
        if let Some(mode) = self.mode {
            // Another owner's permission bits may not be ours to set.
            rustix::fs::fchmod(&self.file, Mode::from_raw_mode(mode)).ok();
        }
        if facts.size.is_none_or(|size| size >= SYNC_FROM) {
            rustix::fs::fsync(&self.file)?;
        }
        if let Some(modified) = facts.modified {
            let (seconds, nanos) = modified.parts();
            let last_access = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
            let times =
                Timestamps { last_access, last_modification: Timespec { tv_sec: seconds, tv_nsec: nanos.into() } };
            rustix::fs::futimens(&self.file, &times)?;
        }
        Ok(())
    }
}
