//! Systems: read through the reach of a grant, or by Syncdesk itself.

mod list;
mod reach;
mod record;
mod save;
mod verdict;

pub use list::{Filter, Listed, Page, Place, Sort, counts, list, recent_results};
pub use reach::Systems;
pub use record::{Located, System, by_id, find, find_to_change, find_with_runs, locate};
pub use save::{Draft, create, delete, hold, neighbours, release, save, versions};
pub use verdict::{after_check, after_run, note_attempt};
