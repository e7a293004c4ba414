//! Systems: read through the reach of a grant, or by Syncdesk itself.

mod details;
mod list;
mod reach;
mod record;
mod save;
mod too_late;
mod verdict;
mod watch;

pub use details::{SystemDetails, details};
pub use list::{Filter, Listed, Page, Place, Sort, counts, list};
pub(in crate::store) use list::{lower, patterns};
pub use reach::{InReach, Systems};
pub use record::{Located, System, by_id, find, find_to_change, find_with_runs, locate};
pub use save::{Draft, Neighbour, create, delete, hold, neighbours, plan, release, save, taken_name};
pub use too_late::{correct_times, too_late};
pub use verdict::{RunEnd, after_check, after_run, note_attempt};
pub(in crate::store) use verdict::{is_held, lock};
pub use watch::{Watch, changing, due_checks, pass_time, take_check, watch};
