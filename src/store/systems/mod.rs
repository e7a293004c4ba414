//! Systems: read through the reach of a grant, or by Syncdesk itself.

mod children;
mod counts;
mod details;
mod due;
mod hours;
mod lanes;
mod list;
mod order;
mod overview;
mod question;
mod reach;
mod record;
mod save;
mod times;
mod too_late;
mod verdict;

pub use children::{children, lock_children};
pub use counts::attention;
pub use details::{SystemDetails, details};
pub use due::{MOST_DUE, count_due, names_due};
pub(in crate::store) use hours::count_run;
pub use hours::{hours_of, results_since};
pub(in crate::store) use lanes::note_attempt;
pub use lanes::{Lane, lanes_of, lanes_to_queue};
pub use list::{Listed, groups_and_counts, list};
pub use overview::{OverviewLimits, OverviewSystem, overview};
pub use question::{Family, Sort, SystemCursor, SystemFilter};
pub use reach::{InReach, OfSystem, Systems};
pub(in crate::store) use reach::{ids, systems as reached, within};
pub(in crate::store) use record::lock;
pub use record::{Located, NamedSystem, System, by_id, find, find_to_change, find_with_runs, group_of, locate, named};
pub use save::{Draft, Neighbour, create, delete, hold, neighbours, plan, release, save, taken_name};
pub use times::{SystemTimes, changing, due_checks, pass_time, take_check, times};
pub use too_late::{correct_times, too_late};
pub(in crate::store) use verdict::{RunEnd, after_check, after_run, is_held};
