//! What a command says to the reader: why it was refused, and what became of a request.

mod objection;

use std::convert::Infallible;
use std::fmt;

use crate::ops::check_connection::TooSoon;
use crate::ops::set_up::IsSetUp;
use crate::ops::specify::{ChangedSince, RunIsOpen};
use crate::ops::{cancel_run, confirm_plan, hold, request_run, team_notes};

/// Puts a refusal into words: what is in the way, and what to do.
pub trait Explain {
    fn explain(&self) -> String;
}

impl Explain for Infallible {
    fn explain(&self) -> String {
        match *self {}
    }
}

impl Explain for hold::HoldError {
    fn explain(&self) -> String {
        match self {
            Self::AlreadyOnHold => "The system is on hold already.".to_owned(),
            Self::NotOnHold => "The system is not on hold.".to_owned(),
        }
    }
}

impl Explain for TooSoon {
    fn explain(&self) -> String {
        format!(
            "The connection was checked less than a minute ago. Look at that result, or check again in {} s.",
            self.seconds
        )
    }
}

impl Explain for cancel_run::HasEnded {
    fn explain(&self) -> String {
        "The run has ended already. There is nothing to cancel.".to_owned()
    }
}

impl Explain for confirm_plan::ConfirmPlanError {
    fn explain(&self) -> String {
        match self {
            Self::OnHold => "The system is on hold. Release it first.".to_owned(),
            Self::NotOpen => {
                "This plan has expired, was confirmed already or is not the one you saw. Synchronize again \
                              to get a new plan."
                    .to_owned()
            }
            Self::SettingsChanged => {
                "The settings of the system have changed since this plan was made. Synchronize again to get a new plan."
                    .to_owned()
            }
            Self::OtherRunQueued(run) => format!("Run {run} is queued already. Withdraw it, or wait for its plan."),
        }
    }
}

impl Explain for request_run::RequestRunError {
    fn explain(&self) -> String {
        match self {
            Self::Obstructed { by, group: _ } => format!("The system is {}.", by.as_str()),
            Self::AnotherWasFirst => "Another request was first. Look at the runs of the system.".to_owned(),
            Self::Canceled(run) => format!(
                "This request was answered with run {run}, which was canceled before it began. Synchronize again for a \
                 new run."
            ),
        }
    }
}

impl Explain for RunIsOpen {
    fn explain(&self) -> String {
        "A run of this system is queued or running. Cancel it, or wait until it has ended.".to_owned()
    }
}

impl Explain for ChangedSince {
    fn explain(&self) -> String {
        "Somebody else has changed this system since you opened it. Your entries are below, and theirs are on the page \
         of the system. Save again to replace theirs."
            .to_owned()
    }
}

impl Explain for team_notes::TeamNoteError {
    fn explain(&self) -> String {
        match self {
            Self::ChangedSince(None) => {
                "Somebody has removed this note since you opened it. Save again to add yours.".to_owned()
            }
            Self::ChangedSince(Some(theirs)) => format!(
                "Since you opened this page, {} has written: “{}” Save again to replace it.",
                theirs.written_by, theirs.advice
            ),
            Self::NoNote => "There is no team note on this code.".to_owned(),
        }
    }
}

impl Explain for IsSetUp {
    fn explain(&self) -> String {
        "Somebody else has set up Syncdesk since then. Sign in.".to_owned()
    }
}

impl fmt::Display for request_run::Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started(run) => write!(f, "Started run {run}."),
            Self::WaitsForWorker(run) => write!(f, "Run {run} waits for a free worker."),
            Self::QueuedBehind { run, running } => write!(f, "Queued as run {run} behind run {running}."),
            Self::AlreadyQueued(run) => write!(f, "Run {run} is already queued."),
        }
    }
}
