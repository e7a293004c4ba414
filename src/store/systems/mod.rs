//! Systems: read through the reach of a grant, or by Syncdesk itself.

mod counts;
mod details;
mod list;
mod name_contains;
mod order;
mod question;
mod reach;
mod record;
mod save;
mod times;
mod too_late;
mod verdict;

pub use details::{SystemDetails, details};
pub use list::{Listed, ListedSystems, WINDOW, counts, list};
pub(in crate::store) use name_contains::name_contains;
pub use question::{Page, Sort, SystemCursor, SystemFilter};
pub use reach::{InReach, Systems};
pub use record::{Located, System, by_id, find, find_to_change, find_with_runs, locate};
pub use save::{Draft, Neighbour, create, delete, hold, neighbours, plan, release, save, taken_name};
pub use times::{SystemTimes, changing, due_checks, pass_time, take_check, times};
pub use too_late::{correct_times, too_late};
pub use verdict::{RunEnd, after_check, after_run, note_attempt};
pub(in crate::store) use verdict::{is_held, lock};
