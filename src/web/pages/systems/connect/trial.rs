//! The test of a draft: stage by stage, and what to do about a failure.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use super::super::edit::fields::Step;
use super::super::stages::{CheckState, SECONDS, Stored, badge, is_over, stages_of, state};
use super::{OpenDraft, Specify};
use crate::clock::Stamp;
use crate::domain::run::Stage;
use crate::domain::team_note::TeamNote;
use crate::ids::DraftKey;
use crate::ops::connect;
use crate::ops::error::OpError;
use crate::queries::connect::Trial;
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::failure::failure;
use crate::web::ui::layout::{crumbs, head, refreshing};
use crate::web::ui::{Nav, PageContext, Refresh, button, duration, foreign, form, link_button, page, time};
use crate::web::urls::{self, DraftPage};

/// A test of a draft.
pub(super) struct TrialView {
    key: DraftKey,
    name: String,
    pub(super) state: CheckState,
    has: Vec<Stage>,
    asked: Stamp,
    /// The local folder for want of which it failed.
    missing_folder: Option<String>,
}

impl TrialView {
    pub(super) fn of(draft: &OpenDraft, trial: &Trial, note: Option<&TeamNote>) -> Self {
        let settings = serde_json::from_str(&trial.settings).unwrap_or_default();
        Self {
            key: draft.key.clone(),
            name: draft.typed.get("name").cloned().unwrap_or_default(),
            state: state(&stored(trial), note, false, None),
            has: draft.kind.stages(&settings, &[]),
            asked: trial.queued_at,
            missing_folder: missing_folder(draft, trial, &settings),
        }
    }
}

pub(super) fn stored(trial: &Trial) -> Stored<'_> {
    Stored {
        state: trial.state,
        ok: trial.ok,
        queued_at: trial.queued_at,
        ended_at: trial.ended_at,
        duration_us: trial.duration_us,
        stage: trial.stage,
        code: trial.code.as_deref(),
        detail: trial.detail.as_deref(),
    }
}

fn missing_folder(draft: &OpenDraft, trial: &Trial, settings: &serde_json::Value) -> Option<String> {
    let (args, _words): (Vec<String>, Option<String>) = serde_json::from_str(trial.detail.as_deref()?).ok()?;
    let missing = draft.kind.missing_folder(settings, trial.code.as_deref()?, &args);
    missing.map(|(_field, path)| FilePath::display(&path).to_string())
}

/// Whether the page refreshes (`off` stops it), and whether the next page follows a success.
#[derive(Debug, Default, serde::Deserialize)]
pub struct TestQuery {
    #[serde(default)]
    refresh: String,
    #[serde(default)]
    then: String,
}

/// The test and its result.
///
/// # Errors
/// When the reader has no such draft or the database cannot be read.
pub async fn show(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    query: Query<TestQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let Some(check) = &draft.overview.check else {
        return Ok(response::see_other(&urls::draft(&draft.key, DraftPage::Location)));
    };
    if check.ok == Some(true) && query.then == "next" {
        return Ok(response::see_other(&urls::draft(&draft.key, DraftPage::Selection)));
    }
    let shown = TrialView::of(&draft, check, draft.overview.notes[0].as_ref());
    let context = viewer.page_context(Some(Nav::Systems));
    let refreshes = query.refresh != "off" && !is_over(&shown.state);
    let refresh = Refresh { seconds: SECONDS, stop: urls::draft_test_still(&draft.key) };
    Ok(response::refreshing(context, refreshes.then_some(refresh), |context| view(context, &shown)))
}

/// Tests the draft as it is.
///
/// # Errors
/// As for [`show`].
pub async fn submit(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let nothing = Posted(BTreeMap::new());
    let attempt = draft.sent(&app, &grant, &viewer, (nothing, Step::Location)).await?;
    let page = match draft.test(&app, &grant, &viewer, &attempt).await {
        Ok(()) => urls::draft_test(&draft.key, true),
        // The page with the fields says what is wrong once it is sent.
        Err(OpError::Invalid(_wrong)) => urls::draft(&draft.key, DraftPage::Location),
        Err(error) => return Err(error.into()),
    };
    Ok(response::see_other(&page))
}

/// Has a worker create the local folder that the test did not find, and test again.
///
/// # Errors
/// As for [`show`]; when the last test did not fail for want of a folder.
pub async fn create_folder(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let (audit, of_portal) = (viewer.audit(grant.principal()), (registry::kind as _, app.config.clone()));
    match connect::create_folder(&app.store, &app.wake, &grant, &key, of_portal, audit).await {
        Ok(()) => Ok(response::see_other(&urls::draft_test(&key, true))),
        Err(error) => Err(WebError::from(error).with_back(urls::draft(&key, DraftPage::Location))),
    }
}

fn view(context: &PageContext, view: &TrialView) -> Markup {
    page(
        context,
        &format!("Connection test of {}", view.name),
        &html! {
            (crumbs(&[(urls::SYSTEMS.to_owned(), "Systems"), (urls::draft(&view.key, DraftPage::Location), "Connect a system")]))
            (head(&html! { "Connection test" }, &html! { (badge(&view.state)) " " span.soft { (foreign::name(&view.name)) } }, &html! {}))
            (refreshing(context))
            (failed(context, view))
            section.box.pad aria-labelledby="stages" {
                h2 #stages { "Stages" }
                (stages_of(&view.state, &view.has))
                p.soft { (summary(context, view)) }
                (next(context, view))
            }
        },
    )
}

fn failed(context: &PageContext, view: &TrialView) -> Markup {
    html! {
        @if let CheckState::Failed { failure: why, .. } = &view.state {
            (failure(&html! { "The connection test failed" }, why, &html! {}))
            @if let Some(folder) = &view.missing_folder {
                div.box.pad {
                    p { "The folder " code.mono { (foreign::name(folder)) } " does not exist. Syncdesk can create it." }
                    (form(context, &urls::draft(&view.key, DraftPage::Folder), &button("Create the folder", "primary")))
                }
            }
        }
    }
}

fn summary(context: &PageContext, view: &TrialView) -> Markup {
    html! {
        "Requested " (time::time_in_words(context, view.asked)) "."
        @match &view.state {
            CheckState::Queued => " It is waiting for a free worker.",
            CheckState::Running => {},
            CheckState::Good { took, .. } | CheckState::Failed { took, .. } => { " It took " (duration(*took)) "." },
        }
        " No system has been created yet."
    }
}

fn next(context: &PageContext, view: &TrialView) -> Markup {
    let selection = urls::draft(&view.key, DraftPage::Selection);
    let location = urls::draft(&view.key, DraftPage::Location);
    let again = form(context, &urls::draft(&view.key, DraftPage::Test), &button("Test again", ""));
    html! {
        div.row {
            @match view.state {
                CheckState::Good { .. } => { (link_button(&selection, "Continue", "primary")) (again) },
                CheckState::Failed { .. } => { (link_button(&location, "Change the settings", "primary")) (again) },
                CheckState::Queued | CheckState::Running => {},
            }
        }
        @if !matches!(view.state, CheckState::Good { .. }) {
            p.soft {
                a href=(selection) { "Continue without a test" }
                ". If the connection does not work, runs fail until it does."
            }
        }
    }
}

/// The result on the page with the settings.
pub(super) fn result_box(context: &PageContext, view: &TrialView) -> Markup {
    html! {
        section.box.pad aria-labelledby="tested" {
            h2 #tested { "Test result " (badge(&view.state)) }
            (stages_of(&view.state, &view.has))
            p.soft {
                (summary(context, view)) " "
                a href=(urls::draft_test_still(&view.key)) { "Show the test" }
            }
        }
    }
}
