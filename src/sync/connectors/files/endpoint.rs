//! What an end is: a tree of files that can be listed, read and written, here or far away.
//!
//! An end knows nothing of baselines, plans or filters. It never follows symbolic links, never
//! leaves its root, and never lets anything incomplete be seen under its name.

use bytes::Bytes;

use super::incoming::Incoming;
use super::listing::Listing;
pub use super::mtime::Mtime;
use super::names::is_temporary;
use super::path::ItemPath;
use crate::domain::run::PeerFailure;
use crate::sync::connector::Task;
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

/// What an end can do, and which names it can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate property")]
pub struct Abilities {
    /// A written file gets the modification time of its source.
    pub sets_times: bool,
    /// `a` and `A` are two names.
    pub case_sensitive: bool,
    /// A folder without anything in it exists and can be listed.
    pub keeps_empty_folders: bool,
    pub utf8_only: bool,
    /// A file that is read shows the etag that its listing showed.
    pub reads_listed_etags: bool,
    /// A name is written without the white space at its beginning or end.
    pub trims_white_space: bool,
    /// Longest name in bytes.
    pub longest_name: usize,
    /// Longest path below the root in bytes.
    pub longest_path: usize,
}

/// Which of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Source,
    Destination,
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

/// An Information about an end. Its text gets "source" or "destination" first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// A code of the catalogue, of the scope of a run.
    pub code: &'static str,
    /// Further arguments.
    pub args: Vec<String>,
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
    fn next(&mut self) -> Task<'_, EndpointResult<Option<Bytes>>>;
}

/// One end of a synchronization, opened for one run.
///
/// A mutation that a stopped run must not make any more is guarded by [`Incoming::commit`] in
/// `write`; before all others the engine asks [`crate::sync::stop::Stop::check`] itself. Dropping a
/// future must leave nothing visible and nothing half done that the next run cannot clean.
pub trait Endpoint: Send + Sync {
    fn abilities(&self) -> &Abilities;

    /// Tries the connection stage by stage and changes nothing.
    fn check(&self) -> Task<'_, Result<(), PeerFailure>>;

    /// The children of a folder, with everything that could not be described. Fails with
    /// [`ItemError::NotFound`] if the folder does not exist, and with other trouble if that is unknown.
    fn list<'a>(&'a self, folder: &'a ItemPath) -> Task<'a, EndpointResult<Listing>>;

    /// One item: `Some` if it exists, `None` if it certainly does not exist (ENOENT, 404, 410), and an error
    /// if that is unknown; never [`ItemError::NotFound`]. For the root: whether the end's root exists.
    fn stat<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndpointResult<Option<DirEntry>>>;

    fn read<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndpointResult<Box<dyn FileReader>>>;

    /// Writes a file, replacing one of that name: under a temporary name in the same folder, then
    /// [`Incoming::commit`] and a rename, or as one atomic PUT after `commit`. Its folder exists.
    /// Returns the file's facts as a later `list` will tell them.
    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> Task<'a, EndpointResult<Facts>>;

    /// Makes a folder in an existing one; good if it is there already. For the root: makes it, and
    /// the folders above it as far as the end may.
    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndpointResult<()>>;

    /// Good if it is gone already. Never removes a folder.
    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndpointResult<()>>;

    /// Deletes an empty folder; good if it is gone already, [`ItemError::NotEmpty`] if it is not empty.
    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndpointResult<()>>;

    /// Removes a [`ItemType::LeftOver`] of a crashed run; false if it may still belong to a living one.
    fn remove_leftover<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndpointResult<bool>>;

    /// What a run says once about this end, such as an oddity of its service that the end copes with.
    fn remarks(&self) -> Vec<Remark> {
        Vec::new()
    }

    /// Returns when everything written so far survives a power cut. Asked for before baselines are
    /// stored. Services that acknowledge only what is durable have nothing to do.
    fn finish(&self) -> Task<'_, EndpointResult<()>> {
        Box::pin(async { Ok(()) })
    }
}

impl Which {
    /// The slot of its credential.
    #[must_use]
    pub const fn secret(self) -> &'static str {
        match self {
            Self::Source => "source_secret",
            Self::Destination => "destination_secret",
        }
    }

    /// The word in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}
