//! The second page: where the service is, and how Syncdesk signs in. Both buttons test what was typed; nothing is saved as
//! a system.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use super::super::edit::fields::{Step, advanced, folders, hidden, plain};
use super::super::edit::{EditView, Subject, SystemForm};
use super::trial::{self, TrialView};
use super::{Frame, OpenDraft, Specify, framed};
use crate::domain::kind::FormPage;
use crate::ids::DraftKey;
use crate::ops::error::OpError;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::response;
use crate::web::session::unsaved::{UnsavedQuery, shown_again};
use crate::web::state::App;
use crate::web::ui::{Nav, PageContext, form, link_button, notice};
use crate::web::urls::{self, DraftPage};

/// What the page shows.
struct LocationView {
    key: DraftKey,
    form: EditView,
    /// The last test, if it was of these settings.
    test: Option<TrialView>,
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
    let page = urls::draft(&draft.key, DraftPage::Location);
    let unsaved = shown_again(&app, &mut viewer, &page, &query.unsaved).await?;
    let form = draft.form(&app, &grant, &viewer, unsaved).await?;
    answer(&app, &grant, &viewer, (draft, form), StatusCode::OK).await
}

/// Keeps what was typed, and has a worker test it.
///
/// # Errors
/// As for [`show`].
pub async fn submit(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    posted: Posted,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let goes_on = posted.field("do") != "test";
    let attempt = draft.sent(&app, &grant, &viewer, (posted, Step::Location)).await?;
    attempt.keep(&app, &grant, &viewer).await?;
    match draft.test(&app, &grant, &viewer, &attempt).await {
        Ok(()) => Ok(response::see_other(&urls::draft_test(&draft.key, goes_on))),
        Err(OpError::Invalid(wrong)) => {
            let form = attempt.refused(&app, &grant, &viewer, (Subject::New, BTreeSet::new()), wrong).await?;
            answer(&app, &grant, &viewer, (draft, form), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn answer(
    app: &App,
    grant: &Specify,
    viewer: &Viewer,
    (draft, form): (OpenDraft, SystemForm),
    status: StatusCode,
) -> Result<HttpResponse, WebError> {
    let test = draft.current_check().filter(|_| form.errors.is_empty());
    let test = test.map(|check| TrialView::of(&draft, check, draft.overview.notes[0].as_ref()));
    let mut form = form.into_view(app, grant, viewer).await?;
    let group = form.typed.get("group").cloned().unwrap_or_default();
    form.roots.retain(|(name, _folder)| *name == group);
    let shown = LocationView { key: draft.key, form, test };
    Ok(response::page_with(status, view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

fn view(context: &PageContext, view: &LocationView) -> Markup {
    let body = html! {
        (notice::unencrypted(&view.form.exposed))
        (form(context, &urls::draft(&view.key, DraftPage::Location), &html! {
            div.sections {
                (hidden(&view.form))
                (folders(&view.form))
                (plain(&view.form, FormPage::Location))
                (advanced(&view.form, &[FormPage::Location]))
            }
            @if let Some(test) = &view.test { (trial::result_box(context, test)) }
            div.row {
                button.btn.primary name="do" value="next" { "Test and continue" } " "
                button.btn name="do" value="test" { "Test connection" } " "
                (link_button(&urls::draft(&view.key, DraftPage::Naming), "Back", ""))
                (link_button(urls::SYSTEMS, "Cancel", ""))
            }
            p.hint { "The test only reads a little. It writes nothing." }
        }))
        (super::discard(context, &view.key))
    };
    framed(context, &Frame { key: Some(&view.key), step: Step::Location, view: &view.form }, &body)
}
