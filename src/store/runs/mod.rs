//! Runs: the queue, claims and leases, and what is shown of them.

mod claim;
mod comparison;
mod details;
mod finish;
mod many;
mod next;
mod of_plan;
mod open;
mod phases;
mod progress;
mod queue;
mod record;
mod retention;
mod retries;
mod run_list;

pub use claim::{Claim, any_lost, canceled_by, heartbeat, in_process, lost, shorten_leases};
pub use comparison::{Comparison, ItemKeys, examples};
pub use details::{ComparedRun, RunDetails, RunDigest, details, digest};
pub use finish::{Ending, FollowUp, Retry, finish, withdraw};
pub use many::{Open, RecentRun, open_in, open_of, recent_of};
pub use next::{Claimant, any_waiting, claim_next, share_in_use};
pub use of_plan::{carried_out_by, deleted_by, outdated_by, replaced_by};
pub use progress::{Counted, Totals, count_emitted, counts_by, first_error_code, store_progress, totals};
pub use queue::{NewRun, Queued, cancel, correct_waits, due_systems, pull_forward, queue, set_due, try_queue};
pub use record::{LatestRuns, ListedRun, Run, find, find_kept, latest, list, numbers_of, open_runs};
pub use retention::{delete_messages, delete_runs, drop_messages};
pub use retries::{WaitingRetry, waiting_retries};
pub(in crate::store) use run_list::rounded;
pub use run_list::{RunListCursor, RunListFilter, RunListRow, RunListRows, run_list, run_list_row};
