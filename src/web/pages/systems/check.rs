//! A connection check: stage by stage, and what the service said.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use crate::access::{Grant, Verb, verbs};
use crate::clock::Stamp;
use crate::domain::catalogue;
use crate::domain::run::{RunState, Stage};
use crate::domain::team_note::TeamNote;
use crate::ids::{CheckNo, SystemKey};
use crate::ops::check_connection::check_connection;
use crate::queries::systems::{Check, CheckOverview, System, SystemDetails, check_overview};
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::failure::{FailureView, failure};
use crate::web::ui::foreign;
use crate::web::ui::layout::{head, refreshing, system_crumbs};
use crate::web::ui::{Badge, Nav, PageContext, Refresh, Tone, duration, form, link_button, notice, page, time};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CheckView {
    pub key: SystemKey,
    pub name: String,
    pub asked: Stamp,
    pub by: String,
    pub state: CheckState,
    /// The stages that a connection has, by the settings of today.
    pub has: Vec<Stage>,
    /// URLs to which credentials are sent without encryption.
    pub exposed: Vec<String>,
    pub may_check: bool,
    /// The result changes what is shown of the connection, and starts nothing.
    pub on_hold: bool,
}

/// Where the check is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckState {
    Queued,
    Running,
    Good { at: Stamp, took: Duration },
    Failed { at: Stamp, took: Duration, failure: FailureView },
}

/// How one stage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CheckResult {
    Good,
    Failed,
    NotReached,
    NotNeeded,
    Open,
}

/// Asks for a check, and leads to where its result will be.
///
/// # Errors
/// When the system is out of reach, was checked a moment ago, or the database cannot be written.
pub async fn submit(
    grant: Grant<verbs::CheckConnection>,
    viewer: Viewer,
    path: Path<SystemKey>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let audit = viewer.audit(grant.principal());
    let (reader, does) = (viewer.clone(), [Verb::RequestRun, Verb::SpecifySystems]);
    let looks_only = move |group| !reader.may(&does, group);
    match check_connection(&app.store, &app.wake, &grant, &key, looks_only, audit).await {
        Ok(no) => Ok(response::see_other(&urls::check(&key, no))),
        Err(error) => Err(WebError::from(error).with_back(urls::system(&key))),
    }
}

/// Whether the page refreshes: `off` stops it.
#[derive(Debug, Default, serde::Deserialize)]
pub struct CheckQuery {
    #[serde(default)]
    pub refresh: String,
}

/// A check and its result.
///
/// # Errors
/// When there is no such check in reach or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    path: Path<(SystemKey, CheckNo)>,
    query: Query<CheckQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let (key, no) = path.into_inner();
    answer(grant, &viewer, key, no, query.refresh != "off", &app).await
}

/// The page of a check, which refreshes until the result is known.
pub(super) async fn answer(
    grant: Grant<verbs::SeeSystem>,
    viewer: &Viewer,
    key: SystemKey,
    no: CheckNo,
    wanted: bool,
    app: &App,
) -> Result<HttpResponse, WebError> {
    let found = app.store.read(move |db| check_overview(db, &grant, (&key, no))).await?;
    let (CheckOverview { check, note, .. }, SystemDetails { system, slots, .. }) = (&found, &found.details);
    let shown = CheckView {
        key: system.key.clone(),
        name: system.name.clone(),
        asked: check.queued_at,
        by: check.principal.clone(),
        state: state(check, note.as_ref(), system.hold_since.is_some()),
        has: has(system, slots),
        exposed: exposed(system, slots),
        may_check: viewer.may(&[Verb::CheckConnection], system.group_id),
        on_hold: system.hold_since.is_some(),
    };
    let context = viewer.page_context(Some(Nav::Systems));
    let refreshes = wanted && check.state != RunState::Ended;
    let stop = urls::check_still(&system.key, check.no);
    Ok(response::refreshing(context, refreshes.then_some(Refresh { seconds: SECONDS, stop }), |context| {
        view(context, &shown)
    }))
}

/// The interval of the page, in seconds: a check mostly takes less.
const SECONDS: u32 = 2;

/// The URLs to which the credentials in these slots are sent without encryption.
pub(super) fn exposed(system: &System, slots: &[String]) -> Vec<String> {
    let settings = serde_json::from_str(&system.settings).ok();
    let of_kind = registry::kind(&system.kind).zip(settings);
    of_kind
        .map(|(kind, settings)| present::exposed(kind, &settings, slots.iter().map(String::as_str)))
        .unwrap_or_default()
}

/// The stages that a connection of the system has, with credentials in these slots; all, if that is unknown.
fn has(system: &System, slots: &[String]) -> Vec<Stage> {
    let settings = serde_json::from_str(&system.settings).ok();
    let of_kind = registry::kind(&system.kind).zip(settings).map(|(kind, settings)| kind.stages(&settings, slots));
    of_kind.unwrap_or_else(|| Stage::ALL.to_vec())
}

/// Why a check failed.
fn code_of(check: &Check) -> &str {
    check.code.as_deref().unwrap_or("RUN-INTERNAL")
}

fn state(check: &Check, note: Option<&TeamNote>, on_hold: bool) -> CheckState {
    let at = check.ended_at.unwrap_or(check.queued_at);
    let took = Duration::from_micros(check.duration_us.and_then(|took| u64::try_from(took).ok()).unwrap_or(0));
    match (check.state, check.ok) {
        (RunState::Queued, _) => CheckState::Queued,
        (RunState::Running, _) => CheckState::Running,
        (RunState::Ended, Some(true)) => CheckState::Good { at, took },
        (RunState::Ended, Some(false) | None) => {
            let detail: (Vec<String>, Option<String>) =
                check.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default();
            let code = code_of(check);
            // On hold no check is planned.
            let heals = if on_hold { "" } else { catalogue::by_code(code).healing.of_check() };
            let failure = present::failure((code, note), check.stage, &detail.0, detail.1);
            CheckState::Failed { at, took, failure: FailureView { heals: heals.to_owned(), ..failure } }
        }
    }
}

#[must_use]
pub fn view(context: &PageContext, view: &CheckView) -> Markup {
    page(
        context,
        &format!("Connection check of {}", view.name),
        &html! {
            (system_crumbs(&view.key, &view.name))
            (head(&html! { "Connection check" }, &html! { (badge(&view.state)) " " span.soft { (foreign::name(&view.name)) } }, &html! {}))
            (refreshing(context))
            @if let CheckState::Failed { failure: why, .. } = &view.state {
                (failure(&html! { "The connection failed" }, why, &html! {}))
            }
            (notice::unencrypted(&view.exposed))
            section.box.pad aria-labelledby="stages" {
                h2 #stages { "Stages" }
                (stages(view))
                p.soft { (summary(context, view)) }
                @if view.on_hold { p.soft { "The system is on hold. A check shows whether the settings work. It starts no run, and no further check is planned." } }
                div.row {
                    @if view.may_check && is_over(&view.state) { (form::check(context, &view.key, &form::button("Check connection", "primary"))) }
                    (link_button(&urls::system(&view.key), "Back to the system", ""))
                    (link_button(&urls::checks(&view.key), "Last checks", ""))
                }
            }
        },
    )
}

const fn is_over(state: &CheckState) -> bool {
    matches!(state, CheckState::Good { .. } | CheckState::Failed { .. })
}

fn badge(state: &CheckState) -> Badge {
    match state {
        CheckState::Queued | CheckState::Running => Badge::new(Tone::Busy, "Checking…"),
        CheckState::Good { .. } => Badge::new(Tone::Ok, "OK"),
        CheckState::Failed { .. } => Badge::new(Tone::Error, "Error"),
    }
}

fn outcome(check: &CheckView, at: Stage) -> CheckResult {
    match &check.state {
        CheckState::Failed { failure, .. } if failure.stage == Some(at) => CheckResult::Failed,
        _ if !check.has.contains(&at) => CheckResult::NotNeeded,
        CheckState::Queued | CheckState::Running => CheckResult::Open,
        CheckState::Good { .. } => CheckResult::Good,
        CheckState::Failed { failure, .. } if at == Stage::SignIn && is_unanswered(failure) => CheckResult::NotReached,
        CheckState::Failed { failure, .. } if failure.stage.is_some_and(|failed| at < failed) => CheckResult::Good,
        CheckState::Failed { .. } => CheckResult::NotReached,
    }
}

/// Whether the service sent no response, which would have shown whether it accepts the credentials.
fn is_unanswered(failure: &FailureView) -> bool {
    failure.stage == Some(Stage::Protocol) && matches!(failure.code.as_str(), "PEER-SLOW" | "PEER-CROWDED")
}

/// The stages in the order in which a connection is made.
fn stages(check: &CheckView) -> Markup {
    html! {
        ol.stages {
            @for stage in Stage::ALL.iter().copied() {
                @let (tone, word) = match outcome(check, stage) {
                    CheckResult::Good => (Tone::Ok, "passed"),
                    CheckResult::Failed => (Tone::Error, "failed"),
                    CheckResult::NotReached => (Tone::Neutral, "not reached"),
                    CheckResult::NotNeeded => (Tone::Neutral, "not needed"),
                    CheckResult::Open => (Tone::Neutral, "pending"),
                };
                li.(tone.class()) { span.stage { (stage.title()) } " " (Badge::new(tone, word)) }
            }
        }
    }
}

fn summary(context: &PageContext, view: &CheckView) -> Markup {
    html! {
        "Requested by " bdi { (view.by) } ", " (time::time_in_words(context, view.asked)) "."
        @match &view.state {
            CheckState::Queued => " It is waiting for a free worker.",
            CheckState::Running => {},
            CheckState::Good { at, took } | CheckState::Failed { at, took, .. } => {
                " Ended " (time::time_in_words(context, *at)) ", after " (duration(*took)) "."
            },
        }
    }
}
