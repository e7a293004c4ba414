//! For connectors that keep no replica, where there is no database: whatever is asked fails.

use super::connector::{StopReason, Task};
use super::publish::{Finished, Key, Met, Publish, Published, Reading, ReplicaRecord, Tally};
use crate::clock::Stamp;
use crate::domain::message::Message;
use crate::domain::run::{PeerFailure, Stage};
use crate::ids::SetId;

/// No replica at all.
#[derive(Debug, Clone, Copy)]
pub struct NoReplica;

fn none<T: Send + 'static>() -> Task<'static, Result<T, StopReason>> {
    Box::pin(async { Err(PeerFailure::new(Stage::Content, "RUN-INTERNAL").into()) })
}

impl Publish for NoReplica {
    fn begin(&self, _sets: Vec<(String, String)>) -> Task<'_, Result<Published, StopReason>> {
        none()
    }

    fn stage(
        &self,
        _set: SetId,
        _reading: Reading,
        _page: Vec<Met>,
    ) -> Task<'_, Result<(Tally, Vec<Key>), StopReason>> {
        none()
    }

    fn orphan_unmet(&self, _set: SetId, _after: Option<Key>) -> Task<'_, Result<(i64, Option<Key>), StopReason>> {
        none()
    }

    fn orphan(&self, _set: SetId, _keys: Vec<Key>) -> Task<'_, Result<i64, StopReason>> {
        none()
    }

    fn forget(&self, _set: SetId) -> Task<'_, Result<(), StopReason>> {
        none()
    }

    fn discard(&self, _set: SetId) -> Task<'_, Result<(), StopReason>> {
        none()
    }

    fn page(
        &self,
        _set: SetId,
        _staged: bool,
        _after: Option<Key>,
    ) -> Task<'_, Result<Vec<ReplicaRecord>, StopReason>> {
        none()
    }

    fn missing(&self, _set: SetId, _keys: Vec<Key>) -> Task<'_, Result<Vec<Key>, StopReason>> {
        none()
    }

    fn withdraw(&self, _set: SetId, _keys: Vec<Key>) -> Task<'_, Result<Tally, StopReason>> {
        none()
    }

    fn publish(
        &self,
        _model: String,
        _sets: Vec<Finished>,
        _closing: Vec<(Stamp, Message)>,
    ) -> Task<'_, Result<(), StopReason>> {
        none()
    }
}
