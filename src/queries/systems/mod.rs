//! What pages show of systems.

mod checks;
mod edit;
mod list;
mod open;
mod show;

pub use crate::store::checks::Check;
pub use crate::store::runs::Open;
pub use crate::store::systems::{
    Family, InReach, Lane, Listed, Sort, System, SystemCursor, SystemDetails, SystemFilter,
};
pub use checks::{CheckOverview, check_overview, connection_facts, system_checks};
pub use edit::{SystemToEdit, system_to_edit};
pub use list::{ListedSystem, Member, SystemList, system_list, system_list_part};
pub use open::{Queue, system_queue, system_with_open_runs};
pub use show::{SystemOverview, system_overview};
