//! Reads: one function for each page or response. It takes a grant, runs a few statements (never some per row), and
//! returns plain structs without markup or sentences. Pages, exports and the API call the same function.

pub mod access;
mod access_recheck;
pub mod account;
pub mod bulk;
pub mod connect;
pub mod credentials;
mod failure;
pub mod help;
pub mod logs;
pub mod overview;
pub mod replica;
pub mod runs;
pub mod saved_views;
pub mod systems;

pub use crate::domain::paging::{Page, PageRequest, Start};
pub use crate::store::groups::in_reach as groups_in_reach;
pub use crate::store::{Db, Fault, Result, Store, StoreError};
pub use access_recheck::AccessRecheck;
pub use failure::{RunFailure, run_failure};

use crate::clock::Stamp;
use crate::store::runs::Run;

/// Since when runs and their messages are kept. What ended earlier is not shown, although it may still be stored.
#[derive(Debug, Clone, Copy)]
pub struct KeptSince {
    pub runs_since: Stamp,
    pub messages_since: Stamp,
}

impl KeptSince {
    /// Whether the messages of a run are kept.
    #[must_use]
    pub fn has_messages(self, run: &Run) -> bool {
        run.ended_at.is_none_or(|ended| ended >= self.messages_since)
    }
}
