//! The work of a desk: done when a test says so, as far as it is due.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::Duration;

use syncdesk::sync::step::StepResult;

use super::Desk;
use crate::wait::lasting;

/// How often a worker looks for what a request has queued.
const LOOK: Duration = Duration::from_millis(10);

impl Desk {
    /// One unit of due work, to its end.
    pub async fn step(&self) -> StepResult {
        self.worker.lock().await.step().await.expect("the queue is read")
    }

    /// All that is due, to its end.
    pub async fn work(&self) {
        for _ in 0..1_000 {
            if self.step().await == StepResult::Idle {
                return;
            }
        }
        panic!("there is always something due");
    }

    /// Works while a request is answered: *Synchronize now* waits a moment for a worker to take its run. What it has
    /// queued is done when this returns, also if the answer came first.
    pub async fn while_working<T>(&self, request: impl Future<Output = T>) -> T {
        let answered = Cell::new(false);
        let request = async {
            let answer = request.await;
            answered.set(true);
            answer
        };
        let work = async {
            while !answered.get() {
                self.work().await;
                lasting(LOOK).await;
            }
            self.work().await;
        };
        tokio::join!(request, work).0
    }

    /// Does all that is due, and looks at a run that continues until `look` lets it end.
    pub async fn work_while(&self, look: impl Future<Output = ()>) {
        tokio::join!(self.work(), look);
    }

    /// Lets the test end with runs in the queue: it is about runs that wait or continue.
    pub fn leaves_work(&self) {
        self.leaves_work.store(true, Ordering::SeqCst);
    }

    /// Fails if a run waits or has begun that nobody has ended. Each desk ends with this. A retry may wait for its time:
    /// that is told by how it was queued, so that the result does not depend on how long the test took. A check that
    /// follows a saved form may wait too: tests of forms are not about it, and some name hosts that nobody may call.
    pub(super) fn has_nothing_to_do(&self) {
        let open = "SELECT 'run ' || no || ' is ' || state AS value FROM runs
              WHERE state <> 'ended' AND NOT (state = 'queued' AND trigger = 'retry' AND not_before > queued_at)
            UNION ALL SELECT 'check ' || no || ' is ' || state FROM checks WHERE state = 'running'";
        let open = self.texts(open);
        assert!(open.is_empty(), "left in the queue: {}", open.join(", "));
    }
}
