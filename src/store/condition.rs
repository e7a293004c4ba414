//! How the database is doing: what each call of this process found. The one place that logs a broken database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::StoreError;
use super::fault::Fault;
use crate::clock::since_boot;
use crate::domain::failure_log::{FailureLog, Report};

/// Whether a call reads or writes: a database that cannot be written may still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Read,
    Write,
}

/// What is known of the database. Shared by the clones of a store.
#[derive(Clone, Default)]
pub(super) struct Condition(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    /// Whether faults are logged: by a process that lasts. A command says what was wrong itself.
    reports: bool,
    faults: BTreeMap<Fault, FailureLog>,
    /// When a call succeeded last (since boot): any, and one that wrote.
    worked: Option<Duration>,
    wrote: Option<Duration>,
}

impl Condition {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on faults are logged.
    pub(super) fn report(&self) {
        self.known().reports = true;
    }

    /// Notes how a call ended, and logs what is worth a line.
    pub(super) fn note(&self, work: Work, error: Option<&StoreError>) {
        let (lines, reports) = {
            let mut known = self.known();
            let lines = match error {
                Some(StoreError::Broken(fault, why)) => known.failed(*fault, why, since_boot()),
                // Whatever else it answered, it answered.
                None | Some(_) => known.succeeded(work, since_boot()),
            };
            (lines, known.reports)
        };
        for line in lines.into_iter().filter(|_line| reports) {
            log::log!(line.0, "{}", line.1);
        }
    }

    /// Whether a call of this kind has succeeded since then.
    pub(super) fn has_worked_since(&self, work: Work, then: Duration) -> bool {
        let known = self.known();
        let last = match work {
            Work::Read => known.worked,
            Work::Write => known.wrote,
        };
        last.is_some_and(|last| last >= then)
    }

    /// The worst fault by which a call failed within `span` before now.
    pub(super) fn fault_within(&self, span: Duration) -> Option<Fault> {
        let (known, now) = (self.known(), since_boot());
        let recent = |log: &FailureLog| log.last_failure().is_some_and(|last| now.saturating_sub(last) < span);
        known.faults.iter().find(|(_fault, log)| recent(log)).map(|(fault, _log)| *fault)
    }

    /// Whether any fault lasts.
    pub(super) fn is_broken(&self) -> bool {
        self.known().faults.values().any(|log| log.last_failure().is_some())
    }
}

/// A line for the log.
type Line = (log::Level, String);

impl Known {
    fn failed(&mut self, fault: Fault, why: &str, now: Duration) -> Vec<Line> {
        let report = self.faults.entry(fault).or_default().failed(now);
        report.map(|report| line(fault, why, report)).into_iter().collect()
    }

    fn succeeded(&mut self, work: Work, now: Duration) -> Vec<Line> {
        self.worked = Some(now);
        if work == Work::Write {
            self.wrote = Some(now);
        }
        let over = |(fault, log): (&Fault, &mut FailureLog)| {
            let calm = calm(*fault, work)?;
            log.succeeded(now, calm).map(|report| line(*fault, "", report))
        };
        self.faults.iter_mut().filter_map(over).collect()
    }
}

/// How long no call may have failed before a call that succeeded is the end of the fault; `None` where such a call shows
/// nothing. On a full disk, what fits into space that is already taken succeeds, and what does not fails.
const fn calm(fault: Fault, work: Work) -> Option<Duration> {
    match (fault, work) {
        (Fault::Unavailable, Work::Read | Work::Write) => Some(Duration::ZERO),
        (Fault::Full | Fault::ReadOnly | Fault::Locked | Fault::DiskError, Work::Write) => Some(CALM),
        // Other pages than the damaged ones can still be read.
        (Fault::Damaged, Work::Write) => Some(DAMAGE_CALM),
        (Fault::Full | Fault::ReadOnly | Fault::Locked | Fault::DiskError | Fault::Damaged, Work::Read) => None,
    }
}

/// For how long a database that takes some writes and refuses others counts as broken.
pub(super) const CALM: Duration = Duration::from_secs(10);

const DAMAGE_CALM: Duration = Duration::from_mins(1);

fn line(fault: Fault, why: &str, report: Report) -> Line {
    let state = fault.adjective();
    match report {
        Report::Began => (
            log::Level::Error,
            format!("The database is {state}: {why}. Further failed attempts are counted and reported once a minute."),
        ),
        Report::Lasts { failures } => (
            log::Level::Error,
            format!("The database is still {state}. Failed attempts since the last report: {failures}."),
        ),
        Report::Over { failures, lasted } => {
            let seconds = lasted.as_secs();
            (
                log::Level::Warn,
                format!("The database works again. It was {state} for {seconds} s. Failed attempts: {failures}."),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines.into_iter().map(|(_level, text)| text).collect()
    }

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_fault_is_logged_once_then_counted_then_over() {
        let mut known = Known::default();
        let began = texts(known.failed(Fault::Full, "database or disk is full", at(100)));
        assert!(began[0].starts_with("The database is full: database or disk is full. "), "{began:?}");
        assert_eq!(texts(known.failed(Fault::Full, "x", at(101))), [""; 0]);
        assert_eq!(texts(known.succeeded(Work::Read, at(130))), [""; 0], "reading shows nothing");
        assert_eq!(
            texts(known.failed(Fault::Full, "x", at(160))),
            ["The database is still full. Failed attempts since the last report: 2."]
        );
        assert_eq!(texts(known.succeeded(Work::Write, at(165))), [""; 0], "something small still fitted");
        let over = texts(known.succeeded(Work::Write, at(170)));
        assert_eq!(over, ["The database works again. It was full for 70 s. Failed attempts: 3."]);
    }

    #[test]
    fn each_fault_has_a_count_of_its_own() {
        let mut known = Known::default();
        assert_eq!(known.failed(Fault::Unavailable, "x", at(1)).len(), 1);
        assert_eq!(known.failed(Fault::Locked, "x", at(1)).len(), 1);
        assert_eq!(known.failed(Fault::Unavailable, "x", at(2)).len(), 0);
        let over = texts(known.succeeded(Work::Read, at(3)));
        assert_eq!(over, ["The database works again. It was unavailable for 2 s. Failed attempts: 2."]);
    }
}
