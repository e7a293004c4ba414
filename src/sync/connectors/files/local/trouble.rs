//! What an error of the operating system means for a run.

use rustix::io::Errno;

use crate::domain::run::{Failure, Stage};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::end::{EndError, Trouble, Which};

/// Sorts an error into what concerns one item and what concerns the whole end.
pub(super) fn of(errno: Errno, which: Which) -> EndError {
    let failure = |code| Failure::new(Stage::Content, code).arg(which.as_str()).quoting(errno.to_string());
    let trouble = match errno {
        Errno::NOENT => Trouble::NotFound,
        Errno::ACCESS | Errno::PERM => Trouble::Denied,
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::XDEV | Errno::EXIST | Errno::BUSY | Errno::MLINK => {
            Trouble::InTheWay
        }
        Errno::NOTEMPTY => Trouble::NotEmpty,
        Errno::NAMETOOLONG => Trouble::TooLong,
        Errno::INVAL | Errno::ILSEQ => Trouble::Name,
        Errno::NOSPC | Errno::DQUOT => return failure(codes::FULL).into(),
        Errno::ROFS => return failure(codes::ROOT).into(),
        Errno::STALE | Errno::NODEV | Errno::NOTCONN | Errno::HOSTDOWN | Errno::HOSTUNREACH | Errno::TIMEDOUT => {
            return failure(codes::PEER_AWAY).transient().into();
        }
        _ => Trouble::Other,
    };
    EndError::item(trouble, errno)
}

/// The same for errors that came through the standard library.
pub(super) fn of_io(error: &std::io::Error, which: Which) -> EndError {
    match Errno::from_io_error(error) {
        Some(errno) => of(errno, which),
        None => EndError::item(Trouble::Other, error),
    }
}
