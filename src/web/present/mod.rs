//! From what is stored to what pages show. Pure, like the pages.

mod catalogue;
mod fault;
mod forms;
mod run;
mod secrets;
mod system;

pub use catalogue::{failure, message_row, run_failure};
pub use fault::fault_words;
pub use forms::{errors_of, time_zones, typed};
pub use run::{duration_of, origin, overdue, run_row, waits};
pub use secrets::exposed;
pub use system::{
    Busy, lane_badge, next_run, obstacle, overall, row_badge, settings, sources, synchronization_badge, tones,
};
