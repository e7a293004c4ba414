//! The list of systems.

use super::{at, key};
use crate::web::pages::systems::list::{ListView, NextRun, RowAction, StatusCounts, SystemRow};
use crate::web::ui::progress::Progress;
use crate::web::ui::{Badge, Choice, PageLinks, Tone};
use crate::web::urls::SystemsQuery;

pub(super) fn badge(tone: Tone, word: &'static str) -> Badge {
    Badge::new(tone, word)
}

fn row(number: u8, name: &str, overall: Badge, synchronization: Badge, note: &str) -> SystemRow {
    let mut recent = vec![Tone::Ok; 18];
    recent.extend([if overall.tone == Tone::Ok { Tone::Ok } else { overall.tone }; 4]);
    SystemRow {
        key: key(number),
        name: name.into(),
        kind: "Files".into(),
        production: true,
        group: "Finance".into(),
        overall,
        overall_since: None,
        synchronization,
        sources: String::new(),
        note: note.into(),
        last_attempt: Some(at("2026-11-22T08:14:00Z")),
        last_success: Some(at("2026-11-22T08:14:00Z")),
        next: NextRun::At(at("2026-11-22T22:00:00Z")),
        recent,
        action: RowAction::Synchronize,
    }
}

pub(crate) fn progress() -> Progress {
    Progress {
        phase: "transferring".into(),
        items_done: 172_473,
        items_total: 401_002,
        bytes_done: 9_663_676_416,
        bytes_total: 22_548_578_304,
        total_final: true,
        unchanged: 151_200,
        moved_at: Some(at("2026-11-22T08:29:58Z")),
    }
}

pub(crate) fn list() -> ListView {
    let ok = || badge(Tone::Ok, "OK");
    let rows = vec![
        SystemRow {
            last_success: Some(at("2026-11-21T22:00:00Z")),
            overall_since: Some(at("2026-11-22T08:02:00Z")),
            ..row(
                1,
                "Closing documents DE",
                badge(Tone::Error, "Error"),
                badge(Tone::Error, "Error"),
                "2 errors in the last run",
            )
        },
        SystemRow {
            next: NextRun::WhenConnected,
            action: RowAction::Check,
            last_attempt: Some(at("2026-11-22T05:40:00Z")),
            last_success: Some(at("2026-11-22T05:10:00Z")),
            ..row(
                2,
                "Branch file share Lyon",
                badge(Tone::Error, "Error"),
                badge(Tone::Paused, "Paused"),
                "Connection error since 06:40",
            )
        },
        row(
            3,
            "Ledger archive",
            badge(Tone::Warning, "Warning"),
            badge(Tone::Warning, "Completed with warnings"),
            "8 warnings in the last run",
        ),
        SystemRow {
            next: NextRun::AfterThisRun,
            action: RowAction::Progress(progress()),
            ..row(
                4,
                "Marketing assets to S3",
                ok(),
                badge(Tone::Busy, "In process"),
                "172\u{202f}473 of 401\u{202f}002 items",
            )
        },
        row(5, "Scans HQ", ok(), badge(Tone::Ok, "Completed"), ""),
        SystemRow {
            next: NextRun::OnHold,
            action: RowAction::None,
            ..row(
                6,
                "Übergabe <Prüfer> & Söhne mit einem wirklich sehr langen Namen 2026",
                badge(Tone::Neutral, "On hold"),
                badge(Tone::Neutral, "On hold"),
                "until the migration is done",
            )
        },
        SystemRow {
            production: false,
            last_attempt: None,
            last_success: None,
            recent: vec![],
            next: NextRun::ByHandOnly,
            ..row(
                7,
                "Closing sandbox",
                badge(Tone::Neutral, "Open"),
                badge(Tone::Neutral, "Open"),
                "never synchronized",
            )
        },
    ];
    ListView {
        query: SystemsQuery::default(),
        counts: StatusCounts { error: 2, warning: 1, ok: 2, neutral: 2 },
        statuses: [("error", "Error"), ("warning", "Warning"), ("ok", "OK"), ("neutral", "Open or on hold")]
            .map(|(v, l)| Choice::new(v, l))
            .into(),
        kinds: vec![Choice::new("files", "Files")],
        groups: vec![Choice::new("1", "Finance"), Choice::new("2", "Sales")],
        sorts: vec![Choice::new("", "Worst first"), Choice::new("name", "Name")],
        rows,
        links: PageLinks::default(),
        scope: "in group Finance".into(),
        may_create: true,
        may_export: true,
        refresh: None,
    }
}

pub(crate) fn none_yet() -> ListView {
    ListView { rows: vec![], counts: StatusCounts::default(), ..list() }
}

pub(crate) fn nothing_found() -> ListView {
    let query = SystemsQuery { q: "Lyyon".into(), status: "error".into(), ..SystemsQuery::default() };
    ListView { rows: vec![], query, may_create: false, ..list() }
}
