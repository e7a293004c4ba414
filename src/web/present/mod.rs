//! From what is stored to what pages show. Pure, like the pages.

mod catalogue;
mod command;
mod fault;
mod forms;
mod run;
mod secrets;
mod settings;
mod system;

pub use catalogue::{failure, message_row, run_failure};
pub use fault::fault_words;
pub use forms::{errors_of, time_zones, typed};
pub use run::{duration_of, origin, overdue, phases, run_row, waits};
pub use secrets::exposed;
pub use settings::{SettingsGroup, settings, settings_in_groups};
pub use system::{Busy, lane_badge, next_run, obstacle, overall, row_badge, sources, synchronization_badge, tone};
