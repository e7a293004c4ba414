//! Renders every page into a folder to look at.

use std::time::Duration;

use maud::Markup;

use super::{at, forms, key, runs, shell, system, systems};
use crate::domain::catalogue::Healing;
use crate::domain::message::Counts;
use crate::domain::run::{RunResult, RunState};
use crate::ids::RunNo;
use crate::ops::obstruction::Obstruction;
use crate::queries::Fault;
use crate::web::pages::account::{self, AccountView, AssignmentRow};
use crate::web::pages::errors::{self, Trouble};
use crate::web::pages::help;
use crate::web::pages::runs::cancel;
use crate::web::pages::runs::live::{self, LiveEnd};
use crate::web::pages::runs::plan::{self, Carried, PlanState};
use crate::web::pages::runs::show as run;
use crate::web::pages::setup::{self, SetupView};
use crate::web::pages::sign_in::{self, Refused, SignInView};
use crate::web::pages::systems::check::{self, CheckState};
use crate::web::pages::systems::delete::{self, DeleteView};
use crate::web::pages::systems::hold::{self, HoldView};
use crate::web::pages::systems::{checks, edit, list, queue, show};
use crate::web::ui::{Choice, Errors, Flash, Refresh, Shell, Tone};

fn stranger() -> Shell {
    Shell { reader: None, nav: vec![], current: None, ..shell() }
}

fn refreshing() -> Shell {
    Shell { refresh: Some(Refresh { seconds: 3, stop: "/systems/x?refresh=no".into() }), ..shell() }
}

fn flashing() -> Shell {
    let links = vec![("/systems/x/runs/1204".into(), "See run 1204".into())];
    Shell { flash: Some(Flash { tone: Tone::Ok, text: "Started run 1204.".into(), links }), ..shell() }
}

fn of_systems() -> Vec<(&'static str, Markup)> {
    let shell = shell();
    let delete = |open| DeleteView {
        key: key(1),
        name: "Closing documents DE".into(),
        runs: 1203,
        open,
        may_open: true,
        messages_days: 30,
    };
    let hold = |errors| HoldView {
        held: None,
        key: key(1),
        name: "Closing documents DE".into(),
        reason: String::new(),
        errors,
        running: Some(RunNo(1204)),
        may_open: true,
    };
    vec![
        ("systems", list::view(&shell, &systems::list())),
        ("systems-none", list::view(&shell, &systems::none_yet())),
        ("systems-nothing-found", list::view(&shell, &systems::nothing_found())),
        ("system", show::view(&flashing(), &system::system())),
        ("system-on-hold", show::view(&shell, &system::on_hold())),
        ("system-running", show::view(&refreshing(), &system::running())),
        ("system-never-run", show::view(&shell, &system::never_run())),
        ("system-new", edit::view(&shell, &forms::new_system())),
        ("system-edit-refused", edit::view(&shell, &forms::refused_edit())),
        ("system-queue", queue::view(&shell, &forms::queue())),
        ("system-hold", hold::view(&shell, &hold(Errors::from([("reason".into(), "Please give a reason.".into())])))),
        ("system-delete", delete::view(&shell, &delete(None))),
        ("system-delete-refused", delete::view(&shell, &delete(Some(RunNo(1204))))),
        ("system-checks", checks::view(&shell, &forms::checks())),
        ("check-failed", check::view(&shell, &forms::check_failed())),
        ("check-running", check::view(&refreshing(), &forms::check(CheckState::Running))),
        (
            "check-good",
            check::view(
                &shell,
                &forms::check(CheckState::Good { at: at("2026-11-22T08:29:01Z"), took: Duration::from_millis(84) }),
            ),
        ),
    ]
}

fn of_runs() -> Vec<(&'static str, Markup)> {
    let shell = shell();
    let mut confirmed = runs::plan();
    let carried = Carried {
        run: RunNo(1205),
        state: RunState::Ended,
        result: Some(RunResult::Completed),
        stopped: false,
        deleted: 1204,
    };
    confirmed.state =
        PlanState::Confirmed { by: "r.keller".into(), at: at("2026-11-22T08:29:01Z"), run: Some(carried) };
    let mut replaced = runs::plan();
    replaced.state = PlanState::Replaced { run: RunNo(1206) };
    let mut expired = runs::plan();
    expired.state = PlanState::Expired { at: at("2026-11-21T08:30:00Z") };
    expired.rows.clear();
    let mut missing = runs::plan();
    missing.missing = Some("MonitorSystemsApp");
    vec![
        ("run", run::view(&shell, &runs::run())),
        ("run-failed", run::view(&shell, &runs::failed())),
        ("run-running", run::view(&refreshing(), &runs::running())),
        ("run-queued", run::view(&refreshing(), &runs::queued())),
        ("run-around", run::view(&shell, &runs::around())),
        ("run-live", live_page()),
        ("run-latest", live::latest(&refreshing(), &runs::latest())),
        ("run-cancel", cancel::view(&shell, &runs::cancel())),
        ("plan", plan::view(&shell, &runs::plan())),
        ("plan-confirmed", plan::view(&shell, &confirmed)),
        ("plan-replaced", plan::view(&shell, &replaced)),
        ("plan-expired", plan::view(&shell, &expired)),
        ("plan-missing", plan::view(&shell, &missing)),
    ]
}

pub(super) fn live_page() -> Markup {
    let (shell, view) = (shell(), runs::live());
    let counts = Counts { error: 1, warning: 3, success: 2, information: 2 };
    let mut page = live::head(&shell, &view).into_string();
    let mut before = None;
    for (seq, row) in (1..).zip(runs::rows().iter().cycle().take(35)) {
        let mut row = row.clone();
        row.message.seq = seq;
        page.push_str(&live::row(&shell, &view, &row, before).into_string());
        before = Some(row.message.at);
    }
    let end = LiveEnd::Over { result: RunResult::Error, counts, took: Some(Duration::from_secs(128)) };
    page.push_str(&live::end(&shell, &view, &end).into_string());
    maud::PreEscaped(page)
}

fn of_people() -> Vec<(&'static str, Markup)> {
    let zones = || vec![Choice::new("Europe/Berlin", "Europe/Berlin")];
    let account = AccountView {
        name: "r.keller".into(),
        assignments: vec![AssignmentRow {
            collection: "Operator".into(),
            reach: "group Finance".into(),
            templates: vec!["MonitorSystemsApp".into(), "BusinessLogs_AccessGroup".into()],
        }],
        time_zone: "Europe/Berlin".into(),
        time_zones: zones(),
        sessions: 2,
        errors: Errors::new(),
    };
    let setup = SetupView {
        token: String::new(),
        name: "ada".into(),
        time_zone: "Europe/Berlin".into(),
        time_zones: zones(),
        errors: Errors::from([("password".into(), "The password is too short: 12 characters at least.".into())]),
    };
    let refused =
        SignInView { name: "ada".into(), next: "/systems".into(), refused: Some(Refused::Wrong), ended: None };
    vec![
        ("account", account::view(&shell(), &account)),
        ("setup", setup::view(&stranger(), &setup)),
        ("sign-in", sign_in::view(&stranger(), &SignInView::default())),
        ("sign-in-refused", sign_in::view(&stranger(), &refused)),
    ]
}

fn of_help() -> Vec<(&'static str, Markup)> {
    let shell = shell();
    let html =
        "<p>The service limits requests.</p><h2>What to do</h2><ul><li>Lower the transfers.</li></ul>".to_owned();
    let code = help::code::CodeView {
        code: "PEER-LIMIT".into(),
        title: "The service limits requests".into(),
        known: Some(help::code::Known {
            category: crate::domain::message::Category::Error.into(),
            area: "Connection",
            fixer: "An administrator",
            heals: Healing::Retried.in_general(),
        }),
        html: html.clone(),
        note: Some(crate::domain::house_note::HouseNote {
            code: "PEER-LIMIT".into(),
            advice: "Call the storage desk, 4711.\n\nBefore month end:\nwait for the night.".into(),
            placing: crate::domain::house_note::Placing::Beside,
            written_by: "a.lovelace".into(),
            written_at: at("2026-11-20T08:29:01Z"),
        }),
        may_write: true,
    };
    let note = help::note::NoteView {
        code: "PEER-LIMIT".into(),
        title: "The service limits requests".into(),
        advice: String::new(),
        placing: "beside".into(),
        stored: Some(at("2026-11-22T08:29:00Z")),
        errors: Errors::from([("advice".into(), "Write what to do; to take the advice back, remove it.".into())]),
    };
    let role = help::role::RoleView { template: "MonitorSystemsApp".into(), held: true, html: html.clone() };
    let row = |code: &str, title: &str, has_note| help::index::CodeRow {
        code: code.into(),
        title: title.into(),
        category: crate::domain::message::Category::Error.into(),
        fixer: "An administrator",
        has_note,
    };
    let families = vec![
        ("Files", vec![row("FILE-FULL", "No space left", true)]),
        ("Connections", vec![row("PEER-LIMIT", "The service asks for a pause", false)]),
    ];
    let index = help::index::IndexView {
        q: String::new(),
        html,
        roles: vec![("Auditor".into(), "Reads the audit log".into())],
        families,
    };
    let nothing = help::index::IndexView { q: "zebra".into(), families: vec![], ..index.clone() };
    let connection = help::connection::ConnectionView {
        system: Some(help::connection::InTrouble {
            key: key(1),
            name: "Closing documents DE".into(),
            may_edit: true,
            sees_settings: true,
            may_check: true,
            reads_logs: true,
            opens_runs: true,
            check: Some(crate::ids::CheckNo(881)),
            failed: Some((Some(crate::domain::run::Stage::Tls), "PEER-TLS".into())),
            succeeded_since: false,
            last_run: Some(RunNo(1203)),
            addresses: vec![("Service · Service root".into(), "https://s4.example.org/odata".into())],
        }),
        sees_systems: true,
        reads_logs: true,
    };
    vec![
        ("help", help::index::view(&shell, &index)),
        ("help-nothing-found", help::index::view(&shell, &nothing)),
        ("help-connection", help::connection::view(&shell, &connection)),
        ("help-code", help::code::view(&shell, &code)),
        ("help-note", help::note::view(&shell, &note)),
        ("help-role", help::role::view(&shell, &role)),
    ]
}

fn of_trouble() -> Vec<(&'static str, Markup)> {
    let shell = shell();
    vec![
        ("error-404", errors::view(&shell, &Trouble::NotFound)),
        ("error-403", errors::view(&shell, &Trouble::Forbidden { template: "SpecifySystemsApp" })),
        ("error-403-stale", errors::view(&stranger(), &Trouble::Stale)),
        (
            "error-409",
            errors::view(
                &shell,
                &Trouble::Conflict {
                    why: "Somebody has changed these settings since you opened them.".into(),
                    back: Some("/systems".into()),
                },
            ),
        ),
        ("error-409-paused", errors::view(&shell, &obstructed(Obstruction::Paused { since: shell.now }))),
        (
            "error-409-on-hold",
            errors::view(
                &shell,
                &obstructed(Obstruction::OnHold {
                    by: "r.keller".into(),
                    since: shell.now,
                    reason: "The server moves.".into(),
                }),
            ),
        ),
        (
            "error-422",
            errors::view(
                &shell,
                &Trouble::Unprocessable { why: "The number of the run is not a number.".into(), back: None },
            ),
        ),
        ("error-503", errors::view(&shell, &Trouble::Database(Fault::Full))),
        ("error-500", errors::view(&shell, &Trouble::Internal { request_id: "01J9Z3".into() })),
    ]
}

fn obstructed(by: Obstruction) -> Trouble {
    Trouble::Obstructed { key: key(7), by, may_check: true }
}

pub(super) fn all() -> Vec<(&'static str, Markup)> {
    [of_systems(), of_runs(), of_people(), of_help(), of_trouble()].concat()
}

/// `SYNCDESK_SAMPLES` names the folder; otherwise they lie in the temporary one.
#[test]
fn every_page_can_be_looked_at() {
    let folder = std::env::var_os("SYNCDESK_SAMPLES")
        .map_or_else(|| std::env::temp_dir().join("syncdesk-samples"), std::path::PathBuf::from);
    std::fs::create_dir_all(folder.join("static")).unwrap();
    std::fs::write(folder.join("static/app.css"), include_bytes!("../../../static/app.css")).unwrap();
    std::fs::write(folder.join("static/icon.svg"), include_bytes!("../../../static/icon.svg")).unwrap();
    for (name, markup) in all() {
        let html = markup.into_string().replace("href=\"/static/", "href=\"static/");
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}
