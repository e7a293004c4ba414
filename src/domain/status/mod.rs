//! A system's status: the status of connection and synchronization, and what follows for the
//! system as a whole (DESIGN section 4, DECISIONS "Status").
//!
//! Three things are stored, because lists filter by them: [`Connection`], [`Verdict`] and [`Overall`].
//! What holds a system up (a person, a lost connection, silence) and whether a run is queued or going
//! on lie over the verdict without changing it. When time
//! alone changes something is [`Coming`].

mod change;
mod timed;

pub use self::change::{ConnectionHistory, EndedRun, RunHistory, StatusFacts, after_check, after_run, of_lanes};
pub use self::timed::{Coming, Timed};
use super::words::words;

words! {
    /// What the last connection check found.
    Connection { Error = "error", Ok = "ok", NotChecked = "not_checked", }
}

words! {
    /// What the last run that counts came to. A canceled run leaves it as it was.
    Verdict {
        Error = "error",
        CompletedWithWarnings = "completed_with_warnings",
        Completed = "completed",
        /// No run has come to a result yet.
        Open = "open",
    }
}

words! {
    /// The system as a whole, worst first.
    Overall {
        Error = "error",
        Warning = "warning",
        Ok = "ok",
        /// A person has put it on hold: neither good nor bad.
        OnHold = "on_hold",
        /// Nothing has come to a result yet.
        Open = "open",
    }
}

words! {
    /// What contributes to a bad overall status, worst first.
    Source {
        Connection = "connection",
        Synchronization = "synchronization",
        Paused = "paused",
        Silent = "silent",
        Warnings = "warnings",
    }
}

words! {
    /// The one word that pages show for a system's synchronization, in the order in which they apply.
    DisplayStatus {
        OnHold = "on_hold",
        Paused = "paused",
        InProcess = "in_process",
        Error = "error",
        Silent = "silent",
        CompletedWithWarnings = "completed_with_warnings",
        Completed = "completed",
        Queued = "queued",
        Open = "open",
    }
}

words! {
    /// Whether anything is going on.
    Activity { Running = "running", Queued = "queued", Idle = "idle", }
}

words! {
    /// What keeps scheduled runs from starting.
    Obstacle {
        /// A person's choice, with a reason.
        OnHold = "on_hold",
        /// No good connection check for too long.
        Paused = "paused",
        None = "none",
    }
}

words! {
    /// Whether the last success is recent enough for the system's cadence.
    Freshness { Silent = "silent", Fresh = "fresh", }
}

/// All that a system's status follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    pub connection: Connection,
    pub verdict: Verdict,
    pub activity: Activity,
    /// A hold hides a pause: on hold no run starts anyway.
    pub obstacle: Obstacle,
    pub freshness: Freshness,
}

impl Facts {
    /// The facts of a system that nothing holds up and nothing happens in.
    #[must_use]
    pub const fn at_rest(connection: Connection, verdict: Verdict) -> Self {
        Self { connection, verdict, activity: Activity::Idle, obstacle: Obstacle::None, freshness: Freshness::Fresh }
    }

    /// All that contributes to a bad status, worst first. Nothing does while a person holds the system.
    #[must_use]
    pub fn sources(self) -> Vec<Source> {
        Source::ALL.iter().copied().filter(|source| self.contributes(*source)).collect()
    }

    const fn contributes(self, source: Source) -> bool {
        if matches!(self.obstacle, Obstacle::OnHold) {
            return false;
        }
        match source {
            Source::Connection => matches!(self.connection, Connection::Error),
            Source::Synchronization => matches!(self.verdict, Verdict::Error),
            Source::Paused => matches!(self.obstacle, Obstacle::Paused),
            Source::Silent => matches!(self.freshness, Freshness::Silent),
            Source::Warnings => matches!(self.verdict, Verdict::CompletedWithWarnings),
        }
    }

    /// The system as a whole: that of the worst source; without any, good if the last verdict was.
    /// A run that is queued or going on changes nothing.
    #[must_use]
    pub fn overall(self) -> Overall {
        match (self.sources().first(), self.obstacle, self.verdict) {
            (Some(source), _, _) => source.overall(),
            (None, Obstacle::OnHold, _) => Overall::OnHold,
            (None, Obstacle::Paused | Obstacle::None, Verdict::Open) => Overall::Open,
            (None, Obstacle::Paused | Obstacle::None, _) => Overall::Ok,
        }
    }

    /// The word for the system's synchronization: the first that applies of On Hold, Paused,
    /// In Process, Error, Silent, then the last result. *Queued* is shown only where there is no
    /// result yet, because a result says more.
    #[must_use]
    pub const fn display_status(self) -> DisplayStatus {
        match (self.obstacle, self.activity, self.verdict, self.freshness) {
            (Obstacle::OnHold, _, _, _) => DisplayStatus::OnHold,
            (Obstacle::Paused, _, _, _) => DisplayStatus::Paused,
            (Obstacle::None, Activity::Running, _, _) => DisplayStatus::InProcess,
            (Obstacle::None, _, Verdict::Error, _) => DisplayStatus::Error,
            (Obstacle::None, _, _, Freshness::Silent) => DisplayStatus::Silent,
            (Obstacle::None, _, Verdict::CompletedWithWarnings, _) => DisplayStatus::CompletedWithWarnings,
            (Obstacle::None, _, Verdict::Completed, _) => DisplayStatus::Completed,
            (Obstacle::None, Activity::Queued, Verdict::Open, _) => DisplayStatus::Queued,
            (Obstacle::None, Activity::Idle, Verdict::Open, _) => DisplayStatus::Open,
        }
    }
}

impl Overall {
    /// The status of a system together with its children: the worst. A child that is on hold or open says nothing of its
    /// parent.
    #[must_use]
    pub fn with_children(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().filter(|child| *child <= Self::Ok).fold(self, Self::min)
    }

    /// Whether somebody has to do something, or should.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        match self {
            Self::Error | Self::Warning => true,
            Self::Ok | Self::OnHold | Self::Open => false,
        }
    }
}

impl Connection {
    /// The words on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Ok => "OK",
            Self::NotChecked => "Not checked",
        }
    }
}

impl Overall {
    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Ok => "OK",
            Self::OnHold => "On hold",
            Self::Open => "Open",
        }
    }
}

impl Source {
    /// What this source makes of the system as a whole.
    #[must_use]
    pub const fn overall(self) -> Overall {
        match self {
            Self::Connection | Self::Synchronization | Self::Paused | Self::Silent => Overall::Error,
            Self::Warnings => Overall::Warning,
        }
    }

    /// The words on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connection => "Connection error",
            Self::Synchronization => "Synchronization error",
            Self::Paused => "Paused",
            Self::Silent => "Silent",
            Self::Warnings => "Synchronization warnings",
        }
    }
}

impl DisplayStatus {
    /// The words on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::OnHold => "On hold",
            Self::Paused => "Paused",
            Self::InProcess => "In process",
            Self::Error => "Error",
            Self::Silent => "Silent",
            Self::CompletedWithWarnings => "Completed with warnings",
            Self::Completed => "Completed",
            Self::Queued => "Queued",
            Self::Open => "Open",
        }
    }
}

#[cfg(test)]
mod tests;
