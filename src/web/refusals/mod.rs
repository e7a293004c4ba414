//! What a command says to the reader: why it was refused, and what became of a request.

mod objection;

use std::convert::Infallible;
use std::fmt;

use crate::ops::check_connection::TooSoon;
use crate::ops::set_up::IsSetUp;
use crate::ops::specify::{ChangedSince, RunIsOpen};
use crate::ops::{bulk, cancel_run, confirm_plan, connect, hold, request_run, saved_views, team_notes};
use crate::web::ui::number;

/// Puts a refusal into words: what is in the way, and what to do.
pub trait Explain {
    fn explain(&self) -> String;
}

impl Explain for Infallible {
    fn explain(&self) -> String {
        match *self {}
    }
}

impl Explain for bulk::BulkError {
    fn explain(&self) -> String {
        match self {
            Self::NothingSelected => "No system is selected. Select at least one in the list.".to_owned(),
            Self::TooMany => format!(
                "Too many systems are selected. Select at most {}.",
                number(i64::try_from(bulk::MAX_ITEMS).unwrap_or(i64::MAX))
            ),
            Self::NoSystem => {
                "The selection could not be read. Reload the list, and select the systems again.".to_owned()
            }
        }
    }
}

impl Explain for saved_views::TooManyViews {
    fn explain(&self) -> String {
        format!("You have {} saved views, which is the maximum. Delete one first.", saved_views::MAX_VIEWS)
    }
}

impl Explain for hold::HoldError {
    fn explain(&self) -> String {
        match self {
            Self::AlreadyOnHold => "The system is already on hold.".to_owned(),
            Self::NotOnHold => "The system is not on hold.".to_owned(),
        }
    }
}

impl Explain for TooSoon {
    fn explain(&self) -> String {
        format!(
            "The connection was checked less than a minute ago. See that result, or try again in {} s.",
            self.seconds
        )
    }
}

impl Explain for connect::NoFolder {
    fn explain(&self) -> String {
        "The last test of this draft did not fail because of a missing local folder. Test the connection again."
            .to_owned()
    }
}

impl Explain for cancel_run::HasEnded {
    fn explain(&self) -> String {
        "The run has already ended.".to_owned()
    }
}

impl Explain for confirm_plan::ConfirmPlanError {
    fn explain(&self) -> String {
        match self {
            Self::OnHold => "The system is on hold. Release it first.".to_owned(),
            Self::NotOpen => {
                "This plan has expired, has changed or was already confirmed. Synchronize again to get a new plan."
                    .to_owned()
            }
            Self::SettingsChanged => {
                "The settings of the system have changed since this plan was made. Synchronize again to get a new plan."
                    .to_owned()
            }
            Self::OtherRunQueued(run) => format!("Run {run} is already queued. Cancel it, or wait for its plan."),
        }
    }
}

impl Explain for request_run::RequestRunError {
    fn explain(&self) -> String {
        match self {
            Self::Obstructed { by, group: _ } => format!("The system is {}.", by.as_str()),
            Self::AnotherWasFirst => "A run was started at the same time. See the list of runs.".to_owned(),
            Self::Canceled(run) => format!(
                "This request started run {run}, which was canceled before it started. Select Synchronize now for a \
                 new run."
            ),
        }
    }
}

impl Explain for RunIsOpen {
    fn explain(&self) -> String {
        "A run is queued or running. Cancel it, or wait for it to end.".to_owned()
    }
}

impl Explain for ChangedSince {
    fn explain(&self) -> String {
        "Someone else has changed this system since you opened it. Your entries are below; theirs are on the page of the system. Save again to replace theirs."
            .to_owned()
    }
}

impl Explain for team_notes::TeamNoteError {
    fn explain(&self) -> String {
        match self {
            Self::ChangedSince(None) => {
                "Someone has removed this note since you opened it. Save again to add yours.".to_owned()
            }
            Self::ChangedSince(Some(theirs)) => format!(
                "{} has changed this note since you opened it. It now says: “{}” Save again to replace it.",
                theirs.written_by, theirs.advice
            ),
            Self::NoNote => "There is no team note for this code.".to_owned(),
        }
    }
}

impl Explain for IsSetUp {
    fn explain(&self) -> String {
        "Someone else has completed the setup. Sign in.".to_owned()
    }
}

impl fmt::Display for request_run::Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started(run) => write!(f, "Started run {run}."),
            Self::WaitsForWorker(run) => write!(f, "Run {run} is waiting for a free worker."),
            Self::QueuedBehind { run, running } => write!(f, "Queued as run {run} after run {running}."),
            Self::AlreadyQueued(run) => write!(f, "Run {run} is already queued."),
        }
    }
}
