//! The third page: what is synchronized, and when. From here the system is created.

use std::collections::BTreeSet;
use std::time::Duration;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use super::super::edit::fields::{Step, advanced, plain, running};
use super::super::edit::{Attempt, EditView, Subject, SystemForm, bare};
use super::super::stages::CheckState;
use super::preview::{self, PreviewView};
use super::trial::TrialView;
use super::{Frame, OpenDraft, Specify, fields_of, framed};
use crate::clock::Stamp;
use crate::domain::kind::FormPage;
use crate::domain::trial::TrialSort;
use crate::ids::DraftKey;
use crate::ops::connect::{self, Request};
use crate::ops::error::OpError;
use crate::ops::specify;
use crate::queries::connect::{DueTogether, due_together};
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::session::unsaved::{UnsavedQuery, shown_again};
use crate::web::state::App;
use crate::web::ui::text::count;
use crate::web::ui::{Nav, PageContext, Tone, foreign, form, link_button, notice, time};
use crate::web::urls::{self, DraftPage};
use crate::web::{response, session};

const MINUTE_US: i64 = 60_000_000;

/// What the page shows.
struct SelectionView {
    key: DraftKey,
    form: EditView,
    /// The last test, if it was of these settings.
    test: Option<CheckState>,
    preview: PreviewView,
    /// The first start by the schedule, and what else is due then.
    first: Option<(Stamp, DueTogether)>,
}

/// The page of a draft.
///
/// # Errors
/// When the reader has no such draft or the database cannot be read.
pub async fn show(
    grant: Specify,
    mut viewer: Viewer,
    path: Path<DraftKey>,
    query: Query<UnsavedQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let page = urls::draft(&draft.key, DraftPage::Selection);
    let unsaved = shown_again(&app, &mut viewer, &page, &query.unsaved).await?;
    let form = draft.form(&app, &grant, &viewer, unsaved).await?;
    answer(&app, &grant, &viewer, (draft, form), StatusCode::OK).await
}

/// Creates the system, which ends the draft, or has a worker preview its first run.
///
/// # Errors
/// As for [`show`].
pub async fn submit(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let previews = posted.field("do") == "preview";
    let attempt = draft.sent(&app, &grant, &viewer, (posted, Step::Selection)).await?;
    let done = if previews {
        preview_first_run(&app, &grant, &viewer, (&draft, &attempt)).await
    } else {
        create(&app, &grant, &viewer, (&attempt, &session)).await
    };
    match done {
        Ok(next) => Ok(response::see_other(&next)),
        Err(OpError::Invalid(wrong)) => {
            let form = attempt.refused(&app, &grant, &viewer, (Subject::New, BTreeSet::new()), wrong).await?;
            // With what was typed now.
            let draft = OpenDraft::find(&app, &grant, &viewer, draft.key).await?;
            answer(&app, &grant, &viewer, (draft, form), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Where its result will be.
async fn preview_first_run(
    app: &App,
    grant: &Specify,
    viewer: &Viewer,
    (draft, attempt): (&OpenDraft, &Attempt),
) -> Result<String, OpError> {
    let fields = fields_of(draft.kind, &Step::ALL);
    let request = Request { key: draft.key.clone(), sort: TrialSort::Preview, fields };
    connect::request_trial(&app.store, &app.wake, grant, attempt.wanted(app, grant, viewer), request).await?;
    Ok(urls::draft(&draft.key, DraftPage::Preview))
}

/// The page of the system.
async fn create(
    app: &App,
    grant: &Specify,
    viewer: &Viewer,
    (attempt, session): (&Attempt, &Session),
) -> Result<String, OpError> {
    let wanted = attempt.wanted(app, grant, viewer);
    let (key, check) = specify::create_system(&app.store, &app.vault, grant, wanted).await?;
    app.wake.notify_one();
    session::tell(session, Tone::Ok, "System saved.", None);
    Ok(urls::saved(&key, check))
}

async fn answer(
    app: &App,
    grant: &Specify,
    viewer: &Viewer,
    (draft, form): (OpenDraft, SystemForm),
    status: StatusCode,
) -> Result<HttpResponse, WebError> {
    let [of_check, of_preview] = &draft.overview.notes;
    let test = draft.current_check().map(|check| TrialView::of(&draft, check, of_check.as_ref()).state);
    let preview = PreviewView::of(draft.current_preview(), of_preview.as_ref());
    let first = first_start(app, grant, viewer, &draft).await?;
    let form = form.into_view(app, grant, viewer).await?;
    let shown = SelectionView { key: draft.key, form, test, preview, first };
    Ok(response::page_with(status, view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

/// When the schedule starts the system first, and which others are due in that minute.
async fn first_start(
    app: &App,
    grant: &Specify,
    viewer: &Viewer,
    draft: &OpenDraft,
) -> Result<Option<(Stamp, DueTogether)>, WebError> {
    let typed = bare(&draft.typed);
    let read = specify::read(draft.kind, &typed, &typed, &app.config);
    let Some(first) = read.schedule.next_after_spread(viewer.now, read.time_zone, 0, Duration::ZERO) else {
        return Ok(None);
    };
    let from = Stamp(first.0 - first.0.rem_euclid(MINUTE_US));
    let (grant, span) = (grant.clone(), (from, Stamp(from.0 + MINUTE_US)));
    let together = app.store.read(move |db| due_together(db, &grant, span)).await?;
    Ok(Some((first, together)))
}

fn view(context: &PageContext, view: &SelectionView) -> Markup {
    let body = html! {
        (untested(view))
        (form(context, &urls::draft(&view.key, DraftPage::Selection), &html! {
            div.sections {
                (plain(&view.form, FormPage::Selection))
                (running(&view.form))
                (first(context, view))
                (advanced(&view.form, &[FormPage::Selection]))
            }
            (preview::section(&view.key, &view.preview))
            div.row {
                button.btn.primary name="do" value="create" { "Connect" } " "
                button.btn name="do" value="preview" { "Preview" } " "
                (link_button(&urls::draft(&view.key, DraftPage::Location), "Back", ""))
                (link_button(urls::SYSTEMS, "Cancel", ""))
            }
        }))
        (super::discard(context, &view.key))
    };
    framed(context, &Frame { key: Some(&view.key), step: Step::Selection, view: &view.form }, &body)
}

/// That nobody knows whether the connection works.
fn untested(view: &SelectionView) -> Markup {
    let said = match &view.test {
        Some(CheckState::Good { .. }) => return html! {},
        Some(CheckState::Failed { .. }) => "The last test of these settings failed.",
        Some(CheckState::Queued | CheckState::Running) => "The test of these settings has not ended yet.",
        None => "The connection was not tested with these settings.",
    };
    notice::notice(
        Tone::Warning,
        &html! {
            p {
                (Tone::Warning) (said) " You can connect the system anyway: runs fail until the connection works. "
                a href=(urls::draft(&view.key, DraftPage::Location)) { "Check the location and test it" }
            }
        },
    )
}

fn first(context: &PageContext, view: &SelectionView) -> Markup {
    html! {
        @if let Some((at, together)) = &view.first {
            p.soft {
                "First start: " (time::time_in_words(context, *at)) ". "
                @match together.count {
                    0 => "No other system is due in that minute.",
                    others => {
                        (count(i64::try_from(others).unwrap_or(i64::MAX), "other system is", "other systems are")) " due in that minute"
                        @if !together.names.is_empty() {
                            ": "
                            @for (place, name) in together.names.iter().enumerate() {
                                @if place > 0 { ", " }
                                (foreign::name(name))
                            }
                            @if together.names.len() < others { ", and others" }
                        }
                        "."
                    },
                }
            }
        }
    }
}
