//! Blocking work on threads that may block.

use tokio::task::JoinHandle;

use crate::sync::connectors::files::end::{EndError, EndResult, Trouble};

pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> EndResult<T> + Send + 'static) -> EndResult<T> {
    joined(tokio::task::spawn_blocking(work)).await
}

pub(super) async fn joined<T>(handle: JoinHandle<EndResult<T>>) -> EndResult<T> {
    handle.await.unwrap_or_else(|error| Err(EndError::item(Trouble::Other, error)))
}
