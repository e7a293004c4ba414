//! The replica: versions of records by run, published by one pointer.
//!
//! A version is seen while its `from_run` is at most the published run and its `to_run` is later or not set.
//! Runs of a system have rising numbers, and only one of them stages at a time: whatever is newer than the
//! pointer is what a failed run has left, or what the running one stages. Every write is under the claim.

mod lookup;
mod orphans;
mod publish;
mod retention;
mod sets;
mod staging;
mod sweep;
mod view;

pub use lookup::{missing, staged_page};
pub use orphans::{orphan, unmet};
pub use publish::publish;
pub use retention::delete_of_deleted;
pub(in crate::store) use retention::forget_replaced;
pub use sets::{Replica, ReplicaSet, begin, forget};
pub use staging::{stage, withdraw};
pub(in crate::store) use sweep::sweep_left;
pub use sweep::{discard, sweep};
pub use view::{Record, Version, Which, changed_by, find, history, records};

/// How many keys a statement names at most.
const KEYS: usize = 500;
