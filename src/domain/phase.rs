//! The phases of a run: what it does, one after the other.

use crate::clock::Stamp;
use crate::domain::words::words;

words! {
    /// What a run is doing.
    Phase {
        Connect = "connect",
        Compare = "compare",
        Copy = "copy",
        Delete = "delete",
        ReadMetadata = "read_metadata",
        ReadSets = "read_sets",
        Verify = "verify",
        Publish = "publish",
    }
}

/// A phase that has begun. It ends where the next one begins, or with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseStart {
    pub phase: Phase,
    pub began: Stamp,
}

/// Maximum number of phases of a run.
pub const MOST_PHASES: usize = 32;

impl Phase {
    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connect => "Connect",
            Self::Compare => "Compare",
            Self::Copy => "Copy",
            Self::Delete => "Delete",
            Self::ReadMetadata => "Read metadata",
            Self::ReadSets => "Read sets",
            Self::Verify => "Verify",
            Self::Publish => "Publish",
        }
    }

    /// What the run does, beside its counters.
    #[must_use]
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::Compare => "comparing",
            Self::Copy => "copying",
            Self::Delete => "deleting",
            Self::ReadMetadata => "reading metadata",
            Self::ReadSets => "reading",
            Self::Verify => "verifying",
            Self::Publish => "publishing",
        }
    }
}
