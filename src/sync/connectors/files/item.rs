//! One item of an end: what it is, how it is read, and why that could not be done.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::mtime::Mtime;
use super::names::is_temporary;
use crate::domain::run::PeerFailure;
use crate::sync::stop::Stopped;

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemType {
    File,
    Folder,
    /// A symbolic link: never followed.
    Link,
    /// A pipe, socket or device: never opened.
    Other,
    /// Something else is mounted here: never entered.
    Mount,
    /// A temporary file of Syncdesk itself ([`super::names::is_temporary`]): never an item.
    LeftOver,
}

impl ItemType {
    /// What a file of this name is.
    #[must_use]
    pub fn of_file(name: &[u8]) -> Self {
        if is_temporary(name) { Self::LeftOver } else { Self::File }
    }
}

/// What shows that content changed. Folders have only defaults. `None`: the end does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Bytes.
    pub size: Option<u64>,
    pub modified: Option<Mtime>,
    /// The text of a modification time that could not be parsed. Only its equality means something.
    pub time_text: Option<String>,
    /// The service's own mark of a version (etag), without quotes.
    pub etag: Option<String>,
}

impl Facts {
    /// Whether the etags are equal; `None` unless both are known. Weak comparison (RFC 9110, 8.8.3.2): some
    /// services report a weak etag for a new file and a strong one later.
    #[must_use]
    pub fn etag_agrees(&self, other: &Self) -> Option<bool> {
        let opaque = |facts: &Self| facts.etag.as_ref().map(|etag| etag.strip_prefix("W/").unwrap_or(etag).to_owned());
        opaque(self).zip(opaque(other)).map(|(one, other)| one == other)
    }
}

/// A child of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    /// One that [`super::path::is_name`] accepts.
    pub name: Vec<u8>,
    pub kind: ItemType,
    pub facts: Facts,
}

/// Why one item could not be handled; the run continues without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemError {
    /// It changed while it was read: what was read is worth nothing.
    Changed,
    /// No permission.
    Denied,
    /// It is not there (any more).
    NotFound,
    /// Its name is not possible here.
    Name,
    /// Its name or path is too long here.
    TooLong,
    /// A folder that should be empty has something in it.
    NotEmpty,
    /// An item of another type exists at this path or at one of its parents.
    InTheWay,
    /// Anything else that concerns only this item, such as a bad block of the disk.
    Other,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointError {
    /// Concerns one item.
    Item {
        trouble: ItemError,
        /// The peer's own words.
        words: String,
    },
    /// The run cannot go on: the end is away, refuses the sign-in, is full, limits, talks nonsense.
    Whole(PeerFailure),
    Stopped(Stopped),
}

impl EndpointError {
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers give texts and errors alike")]
    pub fn item(trouble: ItemError, words: impl ToString) -> Self {
        Self::Item { trouble, words: words.to_string() }
    }
}

impl From<PeerFailure> for EndpointError {
    fn from(failure: PeerFailure) -> Self {
        Self::Whole(failure)
    }
}

impl From<Stopped> for EndpointError {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

pub type EndpointResult<T> = Result<T, EndpointError>;

/// A file that is being read.
pub trait FileReader: Send {
    /// What was known of the file when it was opened, in the same precision in which `list` tells it.
    fn facts(&self) -> &Facts;

    /// The permission bits, where the end knows them.
    fn mode(&self) -> Option<u32> {
        None
    }

    /// The next bytes, at most about a mebibyte; `None` at the end.
    ///
    /// Fails with [`ItemError::Changed`] instead of `None` when the file has changed since it was
    /// when it was opened, or gave more or less than [`Facts::size`].
    fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<Bytes>>>;
}
