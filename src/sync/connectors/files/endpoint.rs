//! What an end is: a tree of files that can be listed, read and written, here or far away.
//!
//! An end knows nothing of baselines, plans or filters. It never follows symbolic links, never
//! leaves its root, and never lets anything incomplete be seen under its name.

use futures_util::future::BoxFuture;

use super::incoming::Incoming;
pub use super::item::{DirEntry, EndpointError, EndpointResult, Facts, FileReader, ItemError, ItemType};
use super::listing::Listing;
pub use super::mtime::Mtime;
use super::path::ItemPath;
use crate::domain::run::PeerFailure;

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

/// An Information about an end. Its text gets "source" or "destination" first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// A code of the catalogue, of the scope of a run.
    pub code: &'static str,
    /// Further arguments.
    pub args: Vec<String>,
}

/// One end of a synchronization, opened for one run.
///
/// A mutation that a stopped run must not make any more is guarded by [`Incoming::commit`] in
/// `write`; before all others the engine asks [`crate::sync::stop::Stop::check`] itself. Dropping a
/// future must leave nothing visible and nothing half done that the next run cannot clean.
pub trait Endpoint: Send + Sync {
    fn abilities(&self) -> &Abilities;

    /// Tries the connection stage by stage and changes nothing.
    fn check(&self) -> BoxFuture<'_, Result<(), PeerFailure>>;

    /// The children of a folder, with everything that could not be described. Fails with
    /// [`ItemError::NotFound`] if the folder does not exist, and with other trouble if that is unknown.
    fn list<'a>(&'a self, folder: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Listing>>;

    /// One item: `Some` if it exists, `None` if it certainly does not exist (ENOENT, 404, 410), and an error
    /// if that is unknown; never [`ItemError::NotFound`]. For the root: whether the end's root exists.
    fn stat<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Option<DirEntry>>>;

    fn read<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Box<dyn FileReader>>>;

    /// Writes a file, replacing one of that name: under a temporary name in the same folder, then
    /// [`Incoming::commit`] and a rename, or as one atomic PUT after `commit`. Its folder exists.
    /// Returns the file's facts as a later `list` will tell them.
    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> BoxFuture<'a, EndpointResult<Facts>>;

    /// Makes a folder in an existing one; good if it is there already. For the root: makes it, and
    /// the folders above it as far as the end may.
    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>>;

    /// Good if it is gone already. Never removes a folder.
    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>>;

    /// Deletes an empty folder; good if it is gone already, [`ItemError::NotEmpty`] if it is not empty.
    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>>;

    /// Removes a [`ItemType::LeftOver`] of a crashed run; false if it may still belong to a living one.
    fn remove_leftover<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<bool>>;

    /// What a run says once about this end, such as an oddity of its service that the end copes with.
    fn remarks(&self) -> Vec<Remark> {
        Vec::new()
    }

    /// Returns when everything written so far survives a power cut. Asked for before baselines are
    /// stored. Services that acknowledge only what is durable have nothing to do.
    fn finish(&self) -> BoxFuture<'_, EndpointResult<()>> {
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
