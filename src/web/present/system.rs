//! Systems as pages show them.

use crate::clock::Stamp;
use crate::domain::run::{RunResult, RunState};
use crate::domain::schedule::Schedule;
use crate::domain::status::{
    Activity, Connection, DisplayStatus, Facts, Freshness, Obstacle, Overall, Source, Verdict,
};
use crate::queries::runs::Run;
use crate::queries::systems::System;
use crate::web::pages::systems::list::NextRun;
use crate::web::ui::{Badge, Icon, Tone};

/// What is in process in a system.
#[derive(Debug, Clone, Default)]
pub struct Busy {
    pub running: Option<Run>,
    pub queued: Option<Run>,
}

impl Busy {
    /// Sorts the open runs of a system, oldest first: of several lanes, the run that began first and the one that is due first.
    #[must_use]
    pub fn of<'a>(open: impl IntoIterator<Item = &'a Run>) -> Self {
        let mut busy = Self::default();
        for run in open {
            match run.state {
                RunState::Running => busy.running = busy.running.or_else(|| Some(run.clone())),
                RunState::Queued if busy.queued.as_ref().is_some_and(|first| first.not_before <= run.not_before) => {}
                RunState::Queued => busy.queued = Some(run.clone()),
                RunState::Ended => {}
            }
        }
        busy
    }

    /// Whether a run is in process, or could start: a retry that is due later does not count, nor does a run that a hold or a
    /// pause keeps back.
    #[must_use]
    pub fn is_at(&self, system: &System, now: Stamp) -> bool {
        let begins = |run: &Run| run.not_before <= now && obstacle(system) == Obstacle::None;
        self.running.is_some() || self.queued.as_ref().is_some_and(begins)
    }
}

/// What keeps runs of a system from beginning.
#[must_use]
pub const fn obstacle(system: &System) -> Obstacle {
    Obstacle::of(system.hold_since, system.paused_since)
}

fn facts(system: &System, busy: &Busy) -> Facts {
    let activity = match (&busy.running, &busy.queued) {
        (Some(_), _) => Activity::Running,
        (None, Some(_)) => Activity::Queued,
        (None, None) => Activity::Idle,
    };
    Facts {
        activity,
        obstacle: obstacle(system),
        freshness: Freshness::of(system.silent_since),
        ..Facts::at_rest(system.connection, system.synchronization)
    }
}

/// The status of the system as a whole.
#[must_use]
pub fn overall(system: &System) -> Badge {
    match system.overall {
        Overall::Error => Badge::new(Tone::Error, Overall::Error.title()),
        Overall::Warning => Badge::new(Tone::Warning, Overall::Warning.title()),
        Overall::Ok => Badge::new(Tone::Ok, Overall::Ok.title()),
        Overall::OnHold => badge_of(DisplayStatus::OnHold),
        Overall::Open => badge_of(DisplayStatus::Open),
    }
}

/// The status of its synchronization.
#[must_use]
pub fn synchronization_badge(system: &System, busy: &Busy) -> Badge {
    badge_of(facts(system, busy).display_status())
}

/// The one status of its row in a list: what is wrong, or else what happens.
#[must_use]
pub fn row_badge(system: &System, busy: &Busy) -> Badge {
    match system.overall {
        Overall::Error if system.paused_since.is_some() => Badge::paused(),
        Overall::Error if system.silent_since.is_some() => Badge::silent(),
        Overall::Error | Overall::Warning => overall(system),
        Overall::Ok | Overall::OnHold | Overall::Open => match facts(system, busy).display_status() {
            shown @ (DisplayStatus::InProcess | DisplayStatus::Queued | DisplayStatus::OnHold) => badge_of(shown),
            DisplayStatus::Open
            | DisplayStatus::Paused
            | DisplayStatus::Error
            | DisplayStatus::Silent
            | DisplayStatus::CompletedWithWarnings
            | DisplayStatus::Completed => overall(system),
        },
    }
}

/// The status of one of its lanes.
#[must_use]
pub fn lane_badge(verdict: Verdict) -> Badge {
    badge_of(Facts::at_rest(Connection::NotChecked, verdict).display_status())
}

fn badge_of(shown: DisplayStatus) -> Badge {
    let (tone, icon) = match shown {
        DisplayStatus::OnHold => (Tone::Neutral, Icon::Hold),
        DisplayStatus::Open => (Tone::Neutral, Icon::Open),
        DisplayStatus::Queued => (Tone::Neutral, Icon::Queued),
        DisplayStatus::Paused => (Tone::Error, Icon::Paused),
        DisplayStatus::InProcess => (Tone::Busy, Icon::Running),
        DisplayStatus::Error => (Tone::Error, Icon::Error),
        DisplayStatus::Silent => (Tone::Error, Icon::Silent),
        DisplayStatus::CompletedWithWarnings => (Tone::Warning, Icon::Warning),
        DisplayStatus::Completed => (Tone::Ok, Icon::Ok),
    };
    Badge::with_icon(tone, icon, shown.title())
}

/// What contributes to a bad status of a system whose worst child is `child`, worst first.
#[must_use]
pub fn sources(system: &System, child: Option<&System>) -> Vec<&'static str> {
    let own = facts(system, &Busy::default()).sources().into_iter().map(Source::title);
    let bad = child.filter(|child| matches!(child.overall, Overall::Error | Overall::Warning));
    own.chain(bad.map(|_child| "Child system")).collect()
}

/// When the next run comes.
#[must_use]
pub fn next_run(system: &System, busy: &Busy, now: Stamp) -> NextRun {
    let has_schedule = system.schedule.parse() != Ok(Schedule::None);
    if system.hold_since.is_some() && has_schedule {
        return NextRun::OnHold;
    }
    if system.paused_since.is_some() && has_schedule {
        return NextRun::WhenConnected;
    }
    match (&busy.queued, &busy.running, system.next_due) {
        (Some(queued), _, _) if queued.not_before > now => NextRun::At(queued.not_before),
        (Some(_), Some(_), _) => NextRun::AfterThisRun,
        (Some(_), None, _) => NextRun::Waiting,
        (None, _, Some(due)) => NextRun::At(due),
        (None, _, None) => NextRun::ByHandOnly,
    }
}

/// How the strip of recent runs shows a result.
#[must_use]
pub const fn tone(result: RunResult) -> Tone {
    match result {
        RunResult::Error => Tone::Error,
        RunResult::CompletedWithWarnings => Tone::Warning,
        RunResult::Completed => Tone::Ok,
        RunResult::Canceled => Tone::Neutral,
    }
}
