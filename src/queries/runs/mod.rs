//! What pages show of runs.

mod log;
mod parts;
mod plan;
mod show;

pub use crate::store::messages::{Dictionary, MessageFilter};
pub use crate::store::runs::{ComparedRun, Counted, ItemKeys, ListedRun, Run, RunDetails, RunDigest, Totals};
pub use crate::store::systems::OfSystem;
pub use log::{ComparedItems, LogPage, LogQuestion, Misplaced, RunLog};
pub use parts::{LogPart, log_part, run_with_log};
pub use plan::{Carried, DeletionPlan, PlanState, deletion_plan};
pub use show::{RunOverview, run_in_reach, run_overview};
