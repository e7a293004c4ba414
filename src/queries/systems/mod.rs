//! What pages show of systems.

mod edit;
mod list;
mod show;

pub use crate::store::systems::{Filter, Page, Place, Sort};
pub use edit::{SystemToEdit, groups_to_choose, system_to_edit};
pub use list::{ListedSystem, SystemList, system_list};
pub use show::{RunsPage, SystemOverview, system_overview};
