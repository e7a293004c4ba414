//! Blocking work on threads that may block.

use tokio::task::JoinHandle;

use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError};

pub(super) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> EndpointResult<T> + Send + 'static,
) -> EndpointResult<T> {
    joined(tokio::task::spawn_blocking(work)).await
}

pub(super) async fn joined<T>(handle: JoinHandle<EndpointResult<T>>) -> EndpointResult<T> {
    handle.await.unwrap_or_else(|error| Err(EndpointError::item(ItemError::Other, error)))
}
