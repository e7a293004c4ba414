//! What the runs of a system remember of its items, and the steps they plan.

use super::brake::BrakeReason;
use super::words::words;

/// What an item was after its last good transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// At most [`super::message::MAX_KEY_BYTES`] bytes, ordered bytewise.
    pub key: Vec<u8>,
    /// The connector's own JSON.
    pub state: String,
}

/// A change of the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineChange {
    Set(Baseline),
    Forget(Vec<u8>),
}

words! {
    /// What a step does.
    Action { Transfer = "transfer", Delete = "delete", }
}

/// A step of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub action: Action,
    pub key: Vec<u8>,
    /// The connector's own JSON.
    pub detail: String,
}

/// A plan that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrakedPlan {
    /// SHA-256 in hexadecimal over the identity of both ends and the sorted deletions.
    pub digest: String,
    pub deletions: i64,
    /// Items of the destination under the filters.
    pub items: i64,
    pub reason: BrakeReason,
}
