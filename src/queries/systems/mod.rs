//! What pages show of systems.

mod list;

pub use list::{ListedSystem, SystemList, system_list};
