//! The one place in which tests let time pass.

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it; generous, since it is only ever waited for in full by a
/// test that fails.
pub const PATIENCE: Duration = Duration::from_mins(2);

const PAUSE: Duration = Duration::from_millis(10);

/// Asks until there is an answer; panics with `what` when there is none after [`PATIENCE`].
#[expect(clippy::disallowed_methods, reason = "the one pause that all waiting in tests goes through")]
pub fn wait_until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// The same for what answers later.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Lasts for this long: for what must be over before, on the same runtime, which is as late as all else on a busy
/// machine.
pub async fn lasting(span: Duration) {
    tokio::time::sleep(span).await;
}

/// A moment, for what the tests themselves do slowly.
#[expect(clippy::disallowed_methods, reason = "the same pause")]
pub fn pause() {
    std::thread::sleep(PAUSE);
}
