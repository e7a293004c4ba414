//! Bulk actions: carries out the items that wait, one transaction each.

use super::engine::Engine;
use crate::ids::BulkItemId;
use crate::ops::bulk::carry_out;
use crate::store::Result;

/// How many items are looked up at a time.
const AT_ONCE: i64 = 100;

/// Carries out what waits. Returns how many items it has done.
///
/// # Errors
/// Why an item could not be done, or which ones wait cannot be read: it waits until the next look.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let (worker, mut after, mut count, mut done) = (engine.worker, BulkItemId(0), 0, Ok(()));
    loop {
        let waiting = engine.store.read(move |db| crate::store::bulk::waiting(db, worker, after, AT_ONCE)).await?;
        let Some(last) = waiting.last().copied() else { return done.map(|()| count) };
        for item in waiting {
            if engine.end.is_cancelled() {
                return done.map(|()| count);
            }
            match carry_out(&engine.store, worker, item).await {
                Ok(true) => count += 1,
                Ok(false) => {}
                // One that fails does not keep the others from being done.
                Err(error) => done = Err(error),
            }
        }
        engine.wake.notify_one();
        after = last;
    }
}
