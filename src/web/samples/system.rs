//! The page of a system.

use super::systems::{badge, progress};
use super::{at, key};
use crate::domain::message::Counts;
use crate::domain::run::{RunResult, RunState, Stage, Trigger};
use crate::ids::{CheckNo, RunNo};
use crate::web::pages::systems::show::{Hold, LastFailure, May, RunRow, SystemView};
use crate::web::pages::systems::tiles::{Attempt, ConnectionTile, QueueTile, Running, SynchronizationTile, Waiting};
use crate::web::ui::failure::FailureView;
use crate::web::ui::runs::{LogAccess, Origin};
use crate::web::ui::{PageLinks, Tone};
use std::time::Duration;

pub(crate) fn failure_view() -> FailureView {
    FailureView {
        code: "PEER-LIMIT".into(),
        stage: Some(Stage::Content),
        meaning: "The service limits how often it may be asked.".into(),
        to_do: "If it stays, lower the number of transfers at once, or ask whoever runs the service.".into(),
        house: "Call the storage desk, 4711.".into(),
        heals: "It heals by itself when the service is less busy.".into(),
        foreign_text: Some("SlowDown: Please reduce your request rate.".into()),
    }
}

pub(crate) fn origin(trigger: Trigger) -> Origin {
    Origin {
        trigger,
        person: (trigger == Trigger::Manual).then(|| "r.keller".into()),
        attempt: if trigger == Trigger::Retry { 2 } else { 1 },
        retries: (trigger == Trigger::Retry).then_some(RunNo(1202)),
    }
}

fn run(no: i64, started: &str, seconds: u64, result: RunResult, trigger: Trigger, counts: [i64; 4]) -> RunRow {
    let [error, warning, success, information] = counts;
    RunRow {
        no: RunNo(no),
        state: RunState::Ended,
        result: Some(result),
        error: (result == RunResult::Error).then(|| crate::web::ui::runs::ErrorCause::of("PEER-SIGN-IN")),
        queued: at(started),
        started: Some(at(started)),
        origin: origin(trigger),
        duration: Some(Duration::from_secs(seconds)),
        counts: Counts { error, warning, success, information },
    }
}

pub(crate) fn system() -> SystemView {
    SystemView {
        key: key(1),
        name: "Closing documents DE".into(),
        kind: "Files".into(),
        production: true,
        group: "Finance".into(),
        overall: badge(Tone::Error, "Error"),
        exposed: vec!["http://dav.example.org/share".into()],
        sources: vec!["Synchronization"],
        hold: None,
        last_failure: Some(LastFailure {
            run: RunNo(1203),
            at: at("2026-11-22T08:14:00Z"),
            failure: failure_view(),
            retry_at: Some(at("2026-11-22T08:44:00Z")),
            errors: 2,
            has_plan: false,
        }),
        connection: connection(),
        synchronization: SynchronizationTile {
            status: badge(Tone::Error, "Error"),
            paused: None,
            silent_since: None,
            silent_at: None,
            last_attempt: Some(Attempt {
                at: at("2026-11-22T08:14:00Z"),
                run: Some(RunNo(1203)),
                took: Some(Duration::from_secs(41)),
                person: Some("r.keller".into()),
            }),
            last_success: Some(at("2026-11-21T22:00:00Z")),
            last_progress: None,
            next_due: Some(at("2026-11-22T08:44:00Z")),
            next_note: "retry".into(),
            running: None,
        },
        queue: QueueTile {
            waiting: vec![Waiting {
                run: RunNo(1204),
                what: "retry 2 of 5".into(),
                not_before: at("2026-11-22T08:44:00Z"),
                overdue: false,
            }],
            paused: None,
            failures_in_row: 2,
            max_attempts: 5,
        },
        runs: vec![
            RunRow {
                state: RunState::Queued,
                result: None,
                error: None,
                started: None,
                duration: None,
                ..run(1204, "2026-11-22T08:14:00Z", 0, RunResult::Error, Trigger::Retry, [0; 4])
            },
            run(1203, "2026-11-22T08:14:00Z", 41, RunResult::Error, Trigger::Retry, [2, 0, 0, 3]),
            run(1202, "2026-11-22T08:02:00Z", 39, RunResult::Error, Trigger::Manual, [2, 0, 0, 3]),
            run(1201, "2026-11-21T22:00:00Z", 128, RunResult::CompletedWithWarnings, Trigger::Schedule, [0, 8, 32, 2]),
            run(1200, "2026-11-20T22:00:00Z", 117, RunResult::Completed, Trigger::Schedule, [0, 0, 1_204_311, 2]),
            run(1199, "2025-11-19T22:00:00Z", 90_000, RunResult::Canceled, Trigger::CatchUp, [0, 0, 34, 2]),
        ],
        links: PageLinks {
            next: Some("/systems/x?before=1199".into()),
            last: Some("/systems/x?after=0".into()),
            ..PageLinks::default()
        },
        log: LogAccess::Granted,
        messages_days: 30,
        headers_days: 365,
        settings: [
            ("Source", "Local folder /srv/data/files/finance/closing"),
            ("Destination", "S3 bucket closing-archive, eu-central-1"),
            ("Mode", "Mirror"),
            ("Schedule", "Daily at 23:00, Europe/Berlin"),
            ("Access key", "stored"),
        ]
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .into(),
        may: May {
            open_runs: true,
            synchronize: true,
            check: true,
            hold: true,
            edit: true,
            delete: true,
            see_replica: false,
        },
    }
}

fn connection() -> ConnectionTile {
    ConnectionTile {
        status: badge(Tone::Ok, "OK"),
        checking: None,
        by_run: false,
        checked_at: Some(at("2026-11-22T08:12:00Z")),
        took: Some(Duration::from_millis(84)),
        since: Some(at("2026-11-12T03:10:00Z")),
        next_check: Some(at("2026-11-22T11:12:00Z")),
        check: Some(CheckNo(881)),
        failed_at: None,
        recent: vec![Tone::Ok, Tone::Error, Tone::Ok],
        paused: None,
    }
}

/// On hold, seen by a watcher.
pub(crate) fn on_hold() -> SystemView {
    let mut view = system();
    view.overall = badge(Tone::Neutral, "On hold");
    view.sources = vec![];
    view.synchronization.status = badge(Tone::Neutral, "On hold");
    view.synchronization.next_due = None;
    view.synchronization.next_note = "when released".into();
    view.last_failure = None;
    view.hold = Some(Hold {
        reason: "Migration to the new share until Friday".into(),
        since: at("2026-11-20T10:15:00Z"),
        by: "a.lovelace".into(),
    });
    view
}

/// Running now, seen by somebody without log access.
pub(crate) fn running() -> SystemView {
    let mut view = system();
    view.last_failure = None;
    view.overall = badge(Tone::Ok, "OK");
    view.sources = vec![];
    view.synchronization.status = badge(Tone::Busy, "In process");
    view.synchronization.running = Some(Running { run: RunNo(1204), progress: progress() });
    view.queue.waiting = vec![Waiting {
        run: RunNo(1205),
        what: "by hand, behind run 1204".into(),
        not_before: at("2026-11-22T08:20:00Z"),
        overdue: true,
    }];
    view.log = LogAccess::Missing("BusinessLogs_AccessGroup");
    view.may = May { open_runs: true, check: true, ..May::default() };
    view.settings = vec![];
    view
}

pub(crate) fn never_run() -> SystemView {
    let mut view = system();
    let open = || badge(Tone::Neutral, "Open");
    view.last_failure = None;
    view.overall = open();
    view.sources = vec![];
    view.runs = vec![];
    view.links = PageLinks::default();
    view.connection = ConnectionTile {
        status: badge(Tone::Neutral, "Not checked"),
        checking: None,
        by_run: false,
        checked_at: None,
        took: None,
        since: None,
        next_check: None,
        check: None,
        failed_at: None,
        recent: Vec::new(),
        paused: None,
    };
    view.synchronization = SynchronizationTile {
        status: open(),
        paused: None,
        silent_since: None,
        silent_at: None,
        last_attempt: None,
        last_success: None,
        last_progress: None,
        next_due: None,
        next_note: "no schedule".into(),
        running: None,
    };
    view.queue = QueueTile { waiting: vec![], paused: None, failures_in_row: 0, max_attempts: 5 };
    view
}
