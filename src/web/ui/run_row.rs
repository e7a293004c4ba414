//! A row of a table of runs.

use std::time::Duration;

use maud::{Markup, html};

use super::runs::{ErrorCause, LogAccess, Origin, count_cells, error_cause, origin};
use super::table::{Column, numbers, text, wide};
use super::{Badge, PageContext, duration, time};
use crate::clock::Stamp;
use crate::domain::message::Counts;
use crate::domain::run::{RunResult, RunState};
use crate::ids::{RunNo, SystemKey};

/// A run in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    pub no: RunNo,
    pub state: RunState,
    pub result: Option<RunResult>,
    /// Of a run that ended in error.
    pub error: Option<ErrorCause>,
    pub queued: Stamp,
    pub started: Option<Stamp>,
    pub origin: Origin,
    /// So far, while it runs.
    pub duration: Option<Duration>,
    pub counts: Counts,
}

/// The columns of a table of runs.
pub const RUN_COLUMNS: [Column<'_>; 9] = [
    text("Run"),
    text("Requested"),
    text("Result"),
    wide("Trigger"),
    numbers("Duration"),
    numbers("Error"),
    numbers("Warning"),
    numbers("Success"),
    Column { class: "n lo", ..numbers("Information") },
];

/// The cells of a run behind its name.
#[must_use]
pub fn run_cells(context: &PageContext, key: &SystemKey, row: &RunRow, log: &LogAccess) -> Markup {
    html! {
        // Lists are in this order, and filtered by this time.
        td data-l="Requested" {
            (time(context, row.queued))
            @match row.started {
                Some(at) if time::same_minute(at, row.queued) => {},
                Some(at) => small { "started " (time::time_inside(context, at)) },
                None => small { "not started" },
            }
        }
        td data-l="Result" {
            (Badge::of_run(row.state, row.result))
            @if let Some(cause) = &row.error { small { (error_cause(cause)) } }
        }
        td.lo data-l="Trigger" { (origin(&row.origin)) }
        td.n data-l="Duration" {
            @match row.duration { Some(span) => (duration(span)), None => span.soft { "—" } }
        }
        (count_cells(key, row.no, row.counts, log))
    }
}
