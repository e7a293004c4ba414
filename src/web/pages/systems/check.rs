//! A connection check: stage by stage, and what the service said.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

pub use super::stages::CheckState;
use super::stages::{SECONDS, Stored, badge, is_over, stages_of, state};
use crate::access::{Grant, Verb, verbs};
use crate::clock::Stamp;
use crate::domain::run::{RunState, Stage};
use crate::ids::{CheckNo, SystemKey};
use crate::ops::check_connection::check_connection;
use crate::queries::systems::{Check, CheckOverview, System, SystemDetails, check_overview};
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::failure::failure;
use crate::web::ui::foreign;
use crate::web::ui::layout::{head, refreshing, system_crumbs};
use crate::web::ui::{Nav, PageContext, Refresh, duration, form, link_button, notice, page, time};
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
        state: state(
            &stored(check),
            note.as_ref(),
            system.hold_since.is_none(),
            viewer.may(&[Verb::SeeSettings], system.group_id).then_some(system),
        ),
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

/// The URLs to which the credentials in these slots are sent without encryption.
pub(super) fn exposed(system: &System, slots: &[String]) -> Vec<String> {
    let settings = serde_json::from_str(&system.settings).ok();
    let of_kind = registry::kind(&system.kind).zip(settings);
    of_kind
        .map(|(kind, settings)| present::exposed(kind, &settings, slots.iter().map(String::as_str)))
        .unwrap_or_default()
}

/// The stages that a connection of the system has, with credentials in these slots; all, if that is unknown.
pub(super) fn has(system: &System, slots: &[String]) -> Vec<Stage> {
    let settings = serde_json::from_str(&system.settings).ok();
    let of_kind = registry::kind(&system.kind).zip(settings).map(|(kind, settings)| kind.stages(&settings, slots));
    of_kind.unwrap_or_else(|| Stage::ALL.to_vec())
}

fn stored(check: &Check) -> Stored<'_> {
    Stored {
        state: check.state,
        ok: check.ok,
        queued_at: check.queued_at,
        ended_at: check.ended_at,
        duration_us: check.duration_us,
        stage: check.stage,
        code: check.code.as_deref(),
        detail: check.detail.as_deref(),
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
                (failure(&html! { "The connection check failed" }, why, &html! {}))
            }
            (notice::unencrypted(&view.exposed))
            section.box.pad aria-labelledby="stages" {
                h2 #stages { "Stages" }
                (stages_of(&view.state, &view.has))
                p.soft { (summary(context, view)) }
                @if view.on_hold { p.soft { "The system is on hold. A check shows whether the settings work. It \
                 starts no run, and no further checks are scheduled." } }
                div.row {
                    @if view.may_check && is_over(&view.state) { (form::check(context, &view.key, &form::button("Check connection", "primary"))) }
                    (link_button(&urls::system(&view.key), "Back to the system", ""))
                    (link_button(&urls::checks(&view.key), "Recent checks", ""))
                }
            }
        },
    )
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
