//! For connectors that keep no replica, where there is no database: whatever is asked fails.

use super::connector::{Halt, Task};
use super::publish::{Finished, Held, Key, Met, Publish, Published, Reading, Tally};
use crate::clock::Stamp;
use crate::domain::message::Message;
use crate::domain::run::{Failure, Stage};
use crate::ids::SetId;

/// No replica at all.
#[derive(Debug, Clone, Copy)]
pub struct NoReplica;

fn none<T: Send + 'static>() -> Task<'static, Result<T, Halt>> {
    Box::pin(async { Err(Failure::new(Stage::Content, "RUN-INTERNAL").into()) })
}

impl Publish for NoReplica {
    fn begin(&self, _sets: Vec<(String, String)>) -> Task<'_, Result<Published, Halt>> {
        none()
    }

    fn stage(&self, _set: SetId, _reading: Reading, _page: Vec<Met>) -> Task<'_, Result<(Tally, Vec<Key>), Halt>> {
        none()
    }

    fn orphan_unmet(&self, _set: SetId, _after: Option<Key>) -> Task<'_, Result<(i64, Option<Key>), Halt>> {
        none()
    }

    fn orphan(&self, _set: SetId, _keys: Vec<Key>) -> Task<'_, Result<i64, Halt>> {
        none()
    }

    fn forget(&self, _set: SetId) -> Task<'_, Result<(), Halt>> {
        none()
    }

    fn discard(&self, _set: SetId) -> Task<'_, Result<(), Halt>> {
        none()
    }

    fn page(&self, _set: SetId, _staged: bool, _after: Option<Key>) -> Task<'_, Result<Vec<Held>, Halt>> {
        none()
    }

    fn missing(&self, _set: SetId, _keys: Vec<Key>) -> Task<'_, Result<Vec<Key>, Halt>> {
        none()
    }

    fn withdraw(&self, _set: SetId, _keys: Vec<Key>) -> Task<'_, Result<Tally, Halt>> {
        none()
    }

    fn publish(
        &self,
        _model: String,
        _sets: Vec<Finished>,
        _closing: Vec<(Stamp, Message)>,
    ) -> Task<'_, Result<(), Halt>> {
        none()
    }
}
