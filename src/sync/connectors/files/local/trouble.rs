//! What an error of the operating system means for a run.

use rustix::io::Errno;

use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, ItemError, Which};

/// Sorts an error into what concerns one item and what concerns the whole end.
pub(super) fn of(errno: Errno, which: Which) -> EndpointError {
    let failure = |code| PeerFailure::new(Stage::Content, code).arg(which.as_str()).quoting(errno.to_string());
    let trouble = match errno {
        Errno::NOENT => ItemError::NotFound,
        Errno::ACCESS | Errno::PERM => ItemError::Denied,
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::XDEV | Errno::EXIST | Errno::BUSY | Errno::MLINK => {
            ItemError::InTheWay
        }
        Errno::NOTEMPTY => ItemError::NotEmpty,
        Errno::NAMETOOLONG => ItemError::TooLong,
        Errno::INVAL | Errno::ILSEQ => ItemError::Name,
        Errno::NOSPC | Errno::DQUOT => return failure(codes::FULL).into(),
        Errno::ROFS => return failure(codes::ROOT).into(),
        Errno::STALE | Errno::NODEV | Errno::NOTCONN | Errno::HOSTDOWN | Errno::HOSTUNREACH | Errno::TIMEDOUT => {
            return failure(codes::PEER_AWAY).transient().into();
        }
        _ => ItemError::Other,
    };
    EndpointError::item(trouble, errno)
}

/// The same for errors that came through the standard library.
pub(super) fn of_io(error: &std::io::Error, which: Which) -> EndpointError {
    match Errno::from_io_error(error) {
        Some(errno) => of(errno, which),
        None => EndpointError::item(ItemError::Other, error),
    }
}
