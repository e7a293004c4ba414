//! The port of connectors that transfer items one by one: what they remember of each, and what they are going to do.

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;

use super::stop::StopReason;
pub use crate::domain::items::{Action, Baseline, BaselineChange, BrakedPlan, Step};

/// The baselines of this system and lane, and the spooled plan of this run.
pub trait Items: Send + Sync {
    /// The next baselines in the order of their keys, after `after`.
    fn baselines<'a>(
        &'a self,
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Baseline>, StopReason>>;

    /// Stores changes of baselines; they are durable when this returns. The newest change of a key wins.
    fn remember(&self, changes: Vec<BaselineChange>) -> BoxFuture<'_, Result<(), StopReason>>;

    /// The ids of all runs in process, of any system: what they have begun is not a leftover.
    fn in_process(&self) -> BoxFuture<'_, Result<BTreeSet<i64>, StopReason>>;

    /// Adds steps to the plan.
    fn spool(&self, steps: Vec<Step>) -> BoxFuture<'_, Result<(), StopReason>>;

    /// The next steps of one action in the order of their keys, after `after`.
    fn steps<'a>(
        &'a self,
        action: Action,
        after: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Step>, StopReason>>;

    /// The last steps of one action, backwards, before `before`: children come before their folder.
    fn steps_back<'a>(
        &'a self,
        action: Action,
        before: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Step>, StopReason>>;

    /// Keeps the deletions for a person to look at and confirm; drops the transfers.
    fn brake(&self, plan: BrakedPlan) -> BoxFuture<'_, Result<(), StopReason>>;
}
