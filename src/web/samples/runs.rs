//! Runs and their logs.

use std::time::Duration;

use super::system::{failure_view, origin};
use super::systems::progress;
use super::{at, key, links};
use crate::clock::Stamp;
use crate::domain::comparison::{Change, Group, Items, Subject};
use crate::domain::message::{Category, Counts, Direction, Operation, StoredMessage};
use crate::domain::run::{EndReason, RunResult, RunState, Trigger};
use crate::domain::timeline::Timeline;
use crate::ids::{RunNo, Seq};
use crate::sync::connector::BrakeReason;
use crate::web::pages::runs::cancel::CancelView;
use crate::web::pages::runs::changes::{ChangesView, Compared};
use crate::web::pages::runs::live::{LatestView, LiveView};
use crate::web::pages::runs::messages::{Digest, LogView, MessageRow, Searched, Total};
use crate::web::pages::runs::plan::{PlanState, PlanView};
use crate::web::pages::runs::show::{Completeness, Log, RunView, SystemRef};
use crate::web::ui::{Choice, PageLinks};
use crate::web::urls::{Filter, PageSize};

fn system() -> SystemRef {
    SystemRef { key: key(1), name: "Closing documents DE".into(), may_open: true }
}

pub(crate) fn message(seq: i64, time: &str, category: Category, code: &str, item: &[u8], text: &str) -> MessageRow {
    MessageRow {
        message: StoredMessage {
            seq,
            at: at(time),
            category,
            code: code.into(),
            direction: Direction::Out,
            operation: Operation::Update,
            item_type: if item.is_empty() { String::new() } else { "file".into() },
            item_key: item.into(),
            args: vec![],
            foreign_text: None,
            cut: false,
        },
        text: text.into(),
    }
}

pub(crate) fn rows() -> Vec<MessageRow> {
    use Category::{Error, Information, Success, Warning};
    let mut rows = vec![
        message(
            11,
            "2026-11-21T22:59:41.207Z",
            Information,
            "FILE-LINK",
            b"2026/current",
            "A symbolic link was left out.",
        ),
        message(
            12,
            "2026-11-21T22:59:41.209Z",
            Warning,
            "FILE-CHANGED",
            "2026/Übersicht Q4 (Entwurf).xlsx".as_bytes(),
            "The file changed while it was read. It is tried again with the next run.",
        ),
        message(
            17,
            "2026-11-21T22:59:58.930Z",
            Warning,
            "FILE-NAME",
            b"scans/\xff\xfe broken\nname .pdf ",
            "The name is not valid UTF-8, so the destination cannot hold it. The file was left out.",
        ),
        message(
            18,
            "2026-11-21T22:59:58.931Z",
            Warning,
            "FILE-DENIED",
            b"2026/payroll/11/a-very-long-folder-name-that-goes-on-and-on/and-another-one/that-does-not-end/file.pdf",
            "The file may not be read.",
        ),
        message(23, "2026-11-21T23:01:12.004Z", Success, "FILE-COPIED", b"2026/11/closing.pdf", "Copied, 24.3 MiB."),
        message(
            29,
            "2026-11-21T23:01:30.551Z",
            Error,
            "FILE-FULL",
            b"2026/11/archive.zip",
            "The destination is full. What does not fit was left out.",
        ),
        message(30, "2026-11-21T23:01:55.118Z", Information, "FILE-SUMMARY", b"", "1 204 items unchanged."),
    ];
    rows[3].message.foreign_text = Some("Permission denied (os error 13)".into());
    rows[5].message.foreign_text = Some(
        "<?xml version=\"1.0\"?>\n<Error><Code>QuotaExceeded</Code>\n<Message>Bucket quota exceeded</Message></Error>"
            .into(),
    );
    rows[5].message.cut = true;
    rows
}

fn digest() -> Digest {
    let begins = at("2026-11-21T22:59:01Z");
    let mut timeline = Timeline::from(begins);
    for n in 0_i64..1_200 {
        let category = Category::ALL[usize::try_from(n * 7 % 61 % 20).unwrap().min(3)];
        timeline.add(Stamp(begins.0 + n * n * 90), category);
    }
    Digest { timeline: Some(timeline), changes: Some(changes()) }
}

pub(crate) fn changes() -> ChangesView {
    let subject = |category, code: &str, item_type: &str| Subject {
        category,
        code: code.to_owned(),
        item_type: item_type.to_owned(),
    };
    let group = |n, examples: &[i64]| Group { n, examples: examples.to_vec() };
    let changes = vec![
        Change {
            subject: subject(Category::Error, "FILE-FULL", ""),
            before: 0,
            now: 1,
            items: Some(Items { new: group(1, &[29]), ..Items::default() }),
        },
        Change {
            subject: subject(Category::Warning, "FILE-DENIED", "file"),
            before: 9,
            now: 17,
            items: Some(Items { new: group(12, &[17, 18]), gone: group(4, &[3, 4]), repeated: group(5, &[12]) }),
        },
        Change { subject: subject(Category::Warning, "FILE-NAME", "file"), before: 1_000, now: 93_210, items: None },
    ];
    let keys = |keys: &[(i64, &str)]| keys.iter().map(|(seq, key)| (*seq, key.as_bytes().to_vec())).collect();
    ChangesView::Compared(Box::new(Compared {
        before: RunNo(1200),
        before_is_there: true,
        before_was_whole: false,
        before_counts: Counts { error: 3, warning: 8, success: 32, information: 2 },
        counts: Counts { error: 2, warning: 2_400_000, success: 32, information: 2 },
        is_whole: true,
        changes,
        here: keys(&[
            (29, ""),
            (17, "scans/2026 "),
            (18, "2026/payroll/11/a-very-long-folder-name/file.pdf"),
            (12, "a"),
        ]),
        there: keys(&[(3, "gone.txt"), (4, "gone too.txt")]),
        size: PageSize::default(),
    }))
}

pub(crate) fn log() -> LogView {
    LogView {
        filter: Filter::default(),
        digest: Some(digest()),
        codes: ["FILE-CHANGED", "FILE-COPIED", "FILE-NAME"].map(|code| Choice::new(code, format!("{code} (8)"))).into(),
        item_types: vec![Choice::new("file", "file"), Choice::new("folder", "folder")],
        at: String::new(),
        at_error: None,
        rows: rows(),
        around: None,
        size: PageSize::default(),
        links: links(),
        total: Total::Exact(1_204_353),
        searched: None,
    }
}

pub(crate) fn run() -> RunView {
    RunView {
        system: system(),
        no: RunNo(1201),
        state: RunState::Ended,
        result: Some(RunResult::CompletedWithWarnings),
        end_reason: None,
        failure: None,
        origin: origin(Trigger::Schedule),
        queued: at("2026-11-21T22:59:00Z"),
        not_before: at("2026-11-21T22:59:00Z"),
        share: None,
        waits_for: String::new(),
        overdue: false,
        started: Some(at("2026-11-21T22:59:01Z")),
        ended: Some(at("2026-11-21T23:01:56Z")),
        duration: Some(Duration::from_secs(128)),
        progress: None,
        unchanged: 1204,
        counts: Counts { error: 0, warning: 8, success: 1_204_311, information: 34 },
        completeness: Completeness { emitted: 1_204_353, stored: 1_204_353, cut: 0 },
        retried_by: None,
        canceling: None,
        has_plan: false,
        changed_replica: None,
        may_cancel: true,
        log: Log::Shown(Box::new(log())),
    }
}

/// Failed at the brake, filtered, with a hole in its log.
pub(crate) fn failed() -> RunView {
    let mut log = log();
    log.filter = Filter { category: Some(Category::Warning), q: "Quartal".into(), ..Filter::default() };
    log.at = "25:99".into();
    log.at_error = Some("Write a number such as 17 or a time such as 23:01.".into());
    log.rows.truncate(4);
    log.total = Total::AtLeast(100);
    log.digest = None;
    log.searched = Some(Searched {
        from: Seq(1),
        to: Seq(50_000),
        last: Seq(1_204_353),
        next: Some("?q=Quartal&after=50000".into()),
    });
    RunView {
        result: Some(RunResult::Error),
        end_reason: Some(EndReason::Brake),
        origin: origin(Trigger::Retry),
        completeness: Completeness { emitted: 42, stored: 38, cut: 2 },
        has_plan: true,
        changed_replica: None,
        retried_by: Some(RunNo(1202)),
        failure: Some(failure_view()),
        log: Log::Shown(Box::new(log)),
        ..run()
    }
}

pub(crate) fn running() -> RunView {
    RunView {
        state: RunState::Running,
        result: None,
        ended: None,
        started: Some(at("2026-11-22T08:10:00Z")),
        progress: Some(progress()),
        completeness: Completeness { emitted: 412, stored: 400, cut: 0 },
        log: Log::Missing("BusinessLogs_AccessGroup"),
        ..run()
    }
}

pub(crate) fn queued() -> RunView {
    let mut log = log();
    log.rows = vec![];
    log.links = PageLinks::default();
    log.total = Total::Exact(0);
    RunView {
        state: RunState::Queued,
        result: None,
        started: None,
        ended: None,
        duration: None,
        overdue: true,
        unchanged: 0,
        counts: Counts::default(),
        completeness: Completeness::default(),
        log: Log::Shown(Box::new(log)),
        ..run()
    }
}

/// One message among its neighbours, for a reader of logs only.
pub(crate) fn around() -> RunView {
    let mut log = log();
    log.around = Some(Seq(17));
    RunView { system: SystemRef { may_open: false, ..system() }, log: Log::Shown(Box::new(log)), ..run() }
}

pub(crate) fn live() -> LiveView {
    LiveView { system: system(), no: RunNo(1204), from_seq: 412, max_rows: 10_000, max_time: Duration::from_mins(30) }
}

pub(crate) fn latest() -> LatestView {
    let running = running();
    LatestView {
        system: system(),
        no: running.no,
        state: running.state,
        result: running.result,
        progress: running.progress,
        counts: running.counts,
        rows: rows(),
        more: true,
    }
}

pub(crate) fn cancel() -> CancelView {
    CancelView { system: system(), run: RunNo(1204), state: RunState::Running }
}

pub(crate) fn plan() -> PlanView {
    PlanView {
        system: system(),
        run: RunNo(1201),
        reason: BrakeReason::Share,
        deletions: 1204,
        items: 4010,
        digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        state: PlanState::Open { expires: at("2026-11-23T08:30:00Z") },
        rows: vec![b"2019/a.pdf".to_vec(), b"2019/b \xff.pdf".to_vec(), b"2019/line\nbreak.pdf".to_vec()],
        links: links(),
        missing: None,
    }
}
