//! Failures of what the loops of a process do again and again: a line when one begins, a count once a minute, a line
//! when it is over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::since_boot;
use crate::domain::failure_log::{FailureLog, Report};
use crate::store::StoreError;

/// Counts failures by what failed. Shared by its clones.
#[derive(Debug, Clone, Default)]
pub struct Failures(Arc<Mutex<BTreeMap<&'static str, FailureLog>>>);

impl Failures {
    /// Notes how an attempt ended; `what` begins the line, such as "cannot read due times". The store reports itself
    /// that the database as a whole is broken.
    pub fn note<T>(&self, what: &'static str, result: &Result<T, StoreError>) {
        if let Some(line) = self.line(what, result.as_ref().err(), since_boot()) {
            log::warn!("{line}");
        }
    }

    fn line(&self, what: &'static str, error: Option<&StoreError>, now: Duration) -> Option<String> {
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(error) = error else {
            let over = logs.get_mut(what)?.succeeded(now, Duration::ZERO)?;
            return Some(format!("resolved: {what}{}", in_words(over)));
        };
        if error.fault().is_some() {
            return None;
        }
        let report = logs.entry(what).or_default().failed(now)?;
        Some(format!("{what}: {error}{}", in_words(report)))
    }
}

fn in_words(report: Report) -> String {
    match report {
        Report::Began => String::new(),
        Report::Lasts { failures } => format!(" (failed attempts since: {failures})"),
        Report::Over { failures, lasted } => format!(" (failed attempts: {failures} in {} s)", lasted.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Fault;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_error_each_second_is_three_lines() {
        let failures = Failures::default();
        let error = StoreError::Database("no such table: runs".to_owned());
        let lines: Vec<String> =
            (100..=160).filter_map(|second| failures.line("cannot read due times", Some(&error), at(second))).collect();
        assert_eq!(
            lines,
            [
                "cannot read due times: no such table: runs",
                "cannot read due times: no such table: runs (failed attempts since: 60)",
            ]
        );
        let over = failures.line("cannot read due times", None, at(161));
        assert_eq!(over.as_deref(), Some("resolved: cannot read due times (failed attempts: 61 in 61 s)"));
        assert_eq!(failures.line("cannot read due times", None, at(162)), None);
    }

    #[test]
    fn what_the_store_reports_is_not_reported_again() {
        let failures = Failures::default();
        let full = StoreError::Broken(Fault::Full, "database or disk is full".to_owned());
        assert_eq!(failures.line("cannot read due times", Some(&full), at(1)), None);
        assert_eq!(failures.line("cannot read due times", None, at(2)), None);
    }
}
