//! Reading a local file: in chunks, the next one on its way while the last one is written.

use std::fs::File;
use std::io::Read;

use bytes::{Bytes, BytesMut};
use rustix::fs::{Mode, OFlags};
use tokio::task::JoinHandle;

use super::blocking;
use super::tree::{Tree, facts_of};
use super::trouble;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, FileReader, ItemError, Which};
use crate::sync::connectors::files::path::ItemPath;
use futures_util::future::BoxFuture;

/// The largest chunk.
pub(super) const CHUNK: usize = 1024 * 1024;

/// What one visit to a blocking thread brings.
struct Read1 {
    bytes: Bytes,
    /// The file, unless this was all of it and it is proven unchanged.
    rest: Option<File>,
}

pub(super) struct LocalReader {
    facts: Facts,
    mode: u32,
    which: Which,
    given: u64,
    next: Next,
}

enum Next {
    Here(Read1),
    Coming(JoinHandle<EndpointResult<Read1>>),
    Nothing,
}

impl LocalReader {
    /// Opens the file and reads the first chunk. A small file is read whole, so that it costs one visit.
    pub(super) fn open(tree: &Tree, path: &ItemPath, which: Which) -> EndpointResult<Self> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = tree.open(path, flags, Mode::empty()).map_err(|errno| trouble::of(errno, which))?;
        let found = facts_of(&fd).map_err(|errno| trouble::of(errno, which))?;
        let Some((facts, mode)) = found else {
            return Err(EndpointError::item(ItemError::InTheWay, "it is no longer a regular file"));
        };
        let first = read_chunk(File::from(fd), &facts, 0, which)?;
        Ok(Self { facts, mode, which, given: 0, next: Next::Here(first) })
    }
}

impl FileReader for LocalReader {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn mode(&self) -> Option<u32> {
        Some(self.mode)
    }

    fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<Bytes>>> {
        Box::pin(async {
            let read = match std::mem::replace(&mut self.next, Next::Nothing) {
                Next::Here(read) => read,
                Next::Coming(handle) => blocking::joined(handle).await?,
                Next::Nothing => return Ok(None),
            };
            self.given += read.bytes.len() as u64;
            if let Some(file) = read.rest {
                let (facts, given, which) = (self.facts.clone(), self.given, self.which);
                self.next = Next::Coming(tokio::task::spawn_blocking(move || read_chunk(file, &facts, given, which)));
            }
            Ok(if read.bytes.is_empty() { None } else { Some(read.bytes) })
        })
    }
}

/// Reads on. At the size that the file had when it was opened it must end, and still be the same.
fn read_chunk(mut file: File, facts: &Facts, given: u64, which: Which) -> EndpointResult<Read1> {
    let left = facts.size.unwrap_or_default().saturating_sub(given);
    let want = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
    let mut bytes = BytesMut::zeroed(want);
    let mut filled = 0;
    while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
        match file.read(space) {
            Ok(0) => return Err(EndpointError::item(ItemError::Changed, "it became shorter")),
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(trouble::of_io(&error, which)),
        }
    }
    let bytes = bytes.freeze();
    if bytes.len() as u64 != left {
        return Ok(Read1 { bytes, rest: Some(file) });
    }
    let now = facts_of(&file).map_err(|errno| trouble::of(errno, which))?;
    if now.is_none_or(|(now, _mode)| now != *facts) {
        return Err(EndpointError::item(ItemError::Changed, "size or modification time changed"));
    }
    Ok(Read1 { bytes, rest: None })
}
