//! How long a call waits for a connection or a lock.

use std::time::Duration;

use super::condition::{Condition, Work};
use super::fault::Fault;
use crate::clock::since_boot;

/// The wait of one kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// As long as no call of this process makes progress.
    pub stuck: Duration,
    /// At most, while others make progress: then the database works, and is busy.
    pub busy: Duration,
    /// Whether one call that waited in vain makes the next ones wait hardly at all.
    pub learns: bool,
}

/// Runs wait: they have time, and a lease that tells them when to stop.
pub(super) const OF_RUNS: Patience =
    Patience { stuck: Duration::from_secs(10), busy: Duration::from_secs(10), learns: false };

/// A person is answered within 2 s if the database does not work, and what is left of them is for the page.
pub(super) const OF_PAGES: Patience =
    Patience { stuck: Duration::from_millis(1_300), busy: Duration::from_secs(10), learns: true };

/// For how long after a call that waited in vain others do not wait either.
const MOMENT: Duration = Duration::from_secs(1);

/// How long they wait then for a database that may be back, and for a lock that may be free.
const HARDLY: Duration = Duration::from_millis(100);
const HARDLY_FOR_A_LOCK: Duration = Duration::from_millis(300);

const fn stuck(patience: Patience, work: Work, recent: Option<Fault>) -> Duration {
    match (patience.learns, work, recent) {
        (true, Work::Read | Work::Write, Some(Fault::Unavailable)) => HARDLY,
        (true, Work::Write, Some(Fault::Locked)) => HARDLY_FOR_A_LOCK,
        _ => patience.stuck,
    }
}

/// The wait of one call, since it was made.
#[derive(Clone)]
pub(super) struct Waiting {
    condition: Condition,
    work: Work,
    began: Duration,
    patience: Patience,
}

impl Waiting {
    pub(super) fn begin(condition: &Condition, work: Work, patience: Patience) -> Self {
        let stuck = stuck(patience, work, condition.fault_within(MOMENT));
        Self { condition: condition.clone(), work, began: since_boot(), patience: Patience { stuck, ..patience } }
    }

    /// Whether there is no point in waiting any longer.
    pub(super) fn is_over(&self) -> bool {
        let progress = || self.condition.has_worked_since(self.work, self.began);
        self.is_exhausted() || (self.waited() >= self.patience.stuck && !progress())
    }

    /// Whether it has waited as long as it may at most.
    pub(super) fn is_exhausted(&self) -> bool {
        self.waited() >= self.patience.busy
    }

    fn waited(&self) -> Duration {
        since_boot().saturating_sub(self.began)
    }

    /// How long to wait for a lock before asking again.
    pub(super) const fn for_lock(&self) -> Duration {
        self.patience.stuck
    }

    /// Whether this caller limits its waits for locks on Postgres. A run may wait for another transaction.
    pub(super) const fn limits_locks(&self) -> bool {
        self.patience.learns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Patience = Patience { stuck: Duration::ZERO, busy: Duration::from_hours(1), learns: true };

    #[test]
    fn waiting_continues_while_others_make_progress() {
        let condition = Condition::default();
        let waiting = Waiting::begin(&condition, Work::Write, SOON);
        assert!(waiting.is_over(), "nothing has moved");
        condition.note(Work::Read, None);
        assert!(waiting.is_over(), "a lock keeps nobody from reading");
        condition.note(Work::Write, None);
        assert!(!waiting.is_over(), "somebody has just written");
        assert!(
            Waiting { patience: Patience { busy: Duration::ZERO, ..SOON }, ..waiting }.is_over(),
            "but not for ever"
        );
    }

    #[test]
    fn after_one_failure_others_hardly_wait() {
        let wait = |work, recent| stuck(OF_PAGES, work, recent);
        assert_eq!(wait(Work::Read, None), OF_PAGES.stuck);
        assert_eq!(wait(Work::Write, Some(Fault::Full)), OF_PAGES.stuck, "a full disk answers immediately");
        assert_eq!(wait(Work::Read, Some(Fault::Unavailable)), HARDLY);
        assert_eq!(wait(Work::Write, Some(Fault::Unavailable)), HARDLY);
        assert_eq!(wait(Work::Write, Some(Fault::Locked)), HARDLY_FOR_A_LOCK);
        assert_eq!(wait(Work::Read, Some(Fault::Locked)), OF_PAGES.stuck, "the lock keeps nobody from reading");
        assert_eq!(stuck(OF_RUNS, Work::Write, Some(Fault::Unavailable)), OF_RUNS.stuck, "a run has time");
    }

    /// A call that fails, then the session that is stored, and the page: within 2 s.
    #[test]
    fn a_person_is_answered_within_two_seconds() {
        assert!(OF_PAGES.stuck + HARDLY_FOR_A_LOCK + Duration::from_millis(300) < Duration::from_secs(2));
    }
}
