//! What pages show of runs.

mod log;
mod show;

pub use crate::store::messages::{Cursor, MessageFilter};
pub use crate::store::runs::{ComparedRun, Counted, ItemKeys, RunDetails, RunDigest};
pub use log::{ComparedItems, LogPage, LogQuestion, Misplaced, RunLog};
pub use show::{RunOverview, run_overview};
