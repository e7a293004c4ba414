//! What is done to a system: its form, a check, its queue.

use super::system::origin;
use super::{at, key};
use crate::domain::run::{RunState, Stage, Trigger};
use crate::ids::{CheckNo, RunNo};
use crate::sync::connector::{Field, Input};
use crate::web::pages::systems::check::{CheckState, CheckView};
use crate::web::pages::systems::checks::{CheckRow, ChecksView};
use crate::web::pages::systems::edit::{EditView, Subject};
use crate::web::pages::systems::queue::{QueueRow, QueueView};
use crate::web::ui::failure::FailureView;
use crate::web::ui::{Choice, Errors};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) static FIELDS: &[Field] = &[
    Field {
        name: "source_kind",
        label: "Kind",
        help: "",
        section: "Source",
        input: Input::Choice(&[("local", "Local folder"), ("s3", "S3 bucket"), ("webdav", "WebDAV")]),
        default: "local",
    },
    Field {
        name: "source_path",
        label: "Folder",
        help: "Below one of the allowed roots, or below the bucket.",
        section: "Source",
        input: Input::Line,
        default: "",
    },
    Field {
        name: "source_secret",
        label: "Secret key",
        help: "Kept encrypted; it can be replaced, never read.",
        section: "Source",
        input: Input::Secret,
        default: "",
    },
    Field {
        name: "destination_path",
        label: "Folder",
        help: "",
        section: "Destination",
        input: Input::Line,
        default: "",
    },
    Field {
        name: "destination_secret",
        label: "Secret key",
        help: "",
        section: "Destination",
        input: Input::Secret,
        default: "",
    },
    Field {
        name: "exclude",
        label: "Leave out",
        help: "One pattern a line, such as **/*.tmp. What is left out is neither copied nor deleted.",
        section: "What is synchronized",
        input: Input::Lines,
        default: "",
    },
    Field {
        name: "transfers",
        label: "Transfers at once",
        help: "1 to 32.",
        section: "What is synchronized",
        input: Input::Number,
        default: "4",
    },
];

pub(crate) fn new_system() -> EditView {
    let typed =
        [("time_zone", "Europe/Berlin"), ("timeout_minutes", "60"), ("max_attempts", "5"), ("production", "yes")];
    EditView {
        subject: Subject::New,
        kind: "files",
        kind_title: "Files",
        kinds: vec![Choice::new("files", "Files"), Choice::new("odata", "OData")],
        fields: FIELDS,
        typed: typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        stored: BTreeSet::new(),
        kept: BTreeSet::new(),
        reference: String::new(),
        errors: Errors::new(),
        exposed: Vec::new(),
        groups: vec![Choice::new("1", "Finance"), Choice::new("2", "Sales")],
        roots: vec![("Finance".to_owned(), "/srv/syncdesk/data/files/Finance".to_owned())],
        time_zones: vec![Choice::new("Europe/Berlin", "Europe/Berlin"), Choice::new("UTC", "UTC")],
    }
}

pub(crate) fn refused_edit() -> EditView {
    let typed = [
        ("name", "Closing documents <DE>"),
        ("group", "2"),
        ("schedule", "daily"),
        ("daily_at", "25:00"),
        ("time_zone", "Europe/Berlin"),
        ("timeout_minutes", "60"),
        ("max_attempts", "5"),
        ("settings.source_path", "/etc"),
        ("settings.exclude", "**/*.tmp\n**/~$*"),
    ];
    EditView {
        subject: Subject::System { key: key(1), name: "Closing documents DE".into(), version: 3 },
        typed: typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        exposed: Vec::new(),
        stored: BTreeSet::from(["source_secret".to_owned()]),
        kept: BTreeSet::from(["destination_secret".to_owned()]),
        reference: "u5yS1QbW".to_owned(),
        errors: BTreeMap::from([
            ("daily_at".to_owned(), "There is no such time: write 00:00 to 23:59.".to_owned()),
            ("settings.source_path".to_owned(), "The source folder lies outside the allowed roots.".to_owned()),
        ]),
        ..new_system()
    }
}

pub(crate) fn check(state: CheckState) -> CheckView {
    CheckView {
        key: key(1),
        name: "Closing documents DE".into(),
        asked: at("2026-11-22T08:29:00Z"),
        by: "r.keller".into(),
        state,
        has: Stage::ALL.to_vec(),
        exposed: vec!["http://dav.example.org/share".into()],
        may_check: true,
        on_hold: false,
    }
}

pub(crate) fn check_failed() -> CheckView {
    let failure = FailureView {
        code: "PEER-SIGN-IN".into(),
        stage: Some(Stage::SignIn),
        meaning: "The service does not accept the credentials.".into(),
        to_do: "Store the present secret under Edit.".into(),
        house: String::new(),
        heals: String::new(),
        foreign_text: Some(
            "SignatureDoesNotMatch: The request signature we calculated does not match\nthe signature you provided."
                .into(),
        ),
    };
    check(CheckState::Failed { at: at("2026-11-22T08:29:02Z"), took: Duration::from_millis(412), failure })
}

pub(crate) fn checks() -> ChecksView {
    let good = CheckRow {
        no: CheckNo(881),
        at: at("2026-11-22T08:12:00Z"),
        good: true,
        stage: None,
        code: None,
        took: Duration::from_millis(84),
        by: "r.keller".into(),
    };
    let bad = CheckRow {
        no: CheckNo(880),
        good: false,
        stage: Some(Stage::SignIn),
        code: Some("PEER-SIGN-IN".into()),
        by: "Schedule".into(),
        ..good.clone()
    };
    ChecksView { key: key(1), name: "Closing documents DE".into(), rows: vec![good, bad] }
}

pub(crate) fn queue() -> QueueView {
    let row = |no, state, trigger, waits_for: &str| QueueRow {
        run: RunNo(no),
        state,
        origin: origin(trigger),
        queued: at("2026-11-22T08:10:00Z"),
        at: at("2026-11-22T08:20:00Z"),
        overdue: state == RunState::Queued,
        waits_for: waits_for.into(),
    };
    QueueView {
        key: key(1),
        name: "Closing documents DE".into(),
        rows: vec![
            row(1204, RunState::Running, Trigger::Manual, ""),
            row(1205, RunState::Queued, Trigger::Schedule, "behind run 1204"),
        ],
        may_open: true,
        may_cancel: true,
    }
}
