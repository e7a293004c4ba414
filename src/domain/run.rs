//! Runs: their states, results and why they end.

use super::message::Counts;
use super::words::words;

words! {
    /// What asked for a connection check.
    CheckTrigger {
        /// Somebody pressed *Check connection*.
        Manual = "manual",
        /// Its time had come, or a run had failed for want of a connection.
        Regular = "regular",
    }
}

words! {
    /// Where a run is in its life.
    RunState { Queued = "queued", Running = "running", Ended = "ended", }
}

words! {
    /// What started a run.
    Trigger {
        /// Somebody pressed *Synchronize now*.
        Manual = "manual",
        Schedule = "schedule",
        /// Automatic, after a transient error.
        Retry = "retry",
        /// A due time was missed while nothing could run.
        CatchUp = "catch_up",
        /// Somebody confirmed a braked plan.
        Confirmed = "confirmed",
    }
}

words! {
    /// How a run ended.
    RunResult {
        Error = "error",
        CompletedWithWarnings = "completed_with_warnings",
        Completed = "completed",
        /// By a person only; the previous verdict stays.
        Canceled = "canceled",
    }
}

words! {
    /// Why a run ended in error.
    EndReason {
        Failed = "failed",
        NoProgress = "no_progress",
        LostWorker = "lost_worker",
        ShutDown = "shut_down",
        Brake = "brake",
    }
}

impl EndReason {
    /// Whether another attempt may do better without anybody's help.
    /// A plain failure is judged by the failure itself.
    #[must_use]
    pub const fn heals_by_retry(self) -> bool {
        match self {
            Self::LostWorker | Self::ShutDown | Self::NoProgress => true,
            Self::Failed | Self::Brake => false,
        }
    }
}

words! {
    /// The stage at which a peer failed, in the order in which a connection is made.
    Stage {
        Settings = "settings",
        NameLookup = "name_lookup",
        Tcp = "tcp",
        Tls = "tls",
        SignIn = "sign_in",
        Protocol = "protocol",
        Content = "content",
    }
}

impl Stage {
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::NameLookup => "name lookup",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::SignIn => "sign-in",
            Self::Protocol => "protocol",
            Self::Content => "content",
        }
    }
}

/// Why a check or a run cannot go on: data, not a log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerFailure {
    pub stage: Stage,
    /// A code of the catalogue.
    pub code: &'static str,
    /// What the catalogue's text is filled with.
    pub args: Vec<String>,
    /// The peer's own words.
    pub foreign_text: Option<String>,
    /// Whether the same attempt may succeed later without anybody's help.
    pub transient: bool,
}

impl PeerFailure {
    #[must_use]
    pub const fn new(stage: Stage, code: &'static str) -> Self {
        Self { stage, code, args: Vec::new(), foreign_text: None, transient: false }
    }

    #[must_use]
    pub const fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    #[must_use]
    pub fn quoting(mut self, text: impl Into<String>) -> Self {
        self.foreign_text = Some(text.into());
        self
    }
}

/// The result that follows from what was logged: any Error, else any Warning, else Completed.
#[must_use]
pub const fn result_of(counts: Counts) -> RunResult {
    if counts.error > 0 {
        RunResult::Error
    } else if counts.warning > 0 {
        RunResult::CompletedWithWarnings
    } else {
        RunResult::Completed
    }
}
