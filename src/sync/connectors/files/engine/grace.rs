//! How long operations that are under way may take once the run must end.

use std::time::Duration;

use crate::sync::connectors::files::endpoint::EndpointResult;
use crate::sync::stop::{Stop, Stopped};

/// How long an operation under way may continue when the run is stopped, before it is dropped.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// Lets an operation end when the run is stopped, but not for long.
pub(super) async fn with_grace<T>(stop: &Stop, work: impl Future<Output = EndpointResult<T>>) -> EndpointResult<T> {
    tokio::select! {
        biased;
        done = work => done,
        stopped = after_grace(stop) => Err(stopped.into()),
    }
}

pub(super) async fn after_grace(stop: &Stop) -> Stopped {
    let stopped = stop.stopped().await;
    tokio::time::sleep(GRACE).await;
    stopped
}
