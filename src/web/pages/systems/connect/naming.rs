//! The first page: kind, name and group. It offers the drafts that were left.

use std::collections::BTreeSet;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use super::super::edit::fields::{Step, folders, general};
use super::super::edit::{self, Attempt, EditView, NewQuery, Subject, SystemForm, blank};
use super::{Frame, OpenDraft, Specify, fields_of, framed, without_secrets};
use crate::clock::Stamp;
use crate::ids::DraftKey;
use crate::ops::connect;
use crate::ops::error::OpError;
use crate::ops::specify::KeptSecrets;
use crate::queries::connect::{ConnectDraft, open_drafts};
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::state::App;
use crate::web::ui::form::button_for;
use crate::web::ui::{Errors, Nav, PageContext, Tone, button, foreign, form, link_button, time};
use crate::web::urls::{self, DraftPage};
use crate::web::{response, session};

/// What the page shows.
struct NamingView {
    /// None before the draft is begun.
    key: Option<DraftKey>,
    form: EditView,
    drafts: Vec<DraftRow>,
}

/// A draft that was left.
struct DraftRow {
    key: DraftKey,
    name: String,
    kind: String,
    changed_at: Stamp,
}

/// The page of a new draft; with a kind, the form with all settings on one page.
///
/// # Errors
/// When there is no such kind or the database cannot be read.
pub async fn new(
    grant: Specify,
    viewer: Viewer,
    query: Query<NewQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    if !query.kind.is_empty() {
        return edit::new(grant, viewer, query.into_inner(), app).await;
    }
    let kind = registry::all().first().ok_or_else(WebError::not_found)?;
    let form = SystemForm {
        subject: Subject::New,
        kind: *kind,
        typed: blank(*kind, &app, &viewer),
        stored: BTreeSet::new(),
        kept: KeptSecrets::default(),
        errors: Errors::new(),
    };
    answer(&app, &grant, &viewer, (None, form), StatusCode::OK).await
}

/// Begins a draft.
///
/// # Errors
/// When there is no such kind or the database cannot be written.
pub async fn begin(grant: Specify, viewer: Viewer, posted: Posted, app: Data<App>) -> Result<HttpResponse, WebError> {
    let kind = edit::kind(posted.field("kind"))?;
    let mut typed = blank(kind, &app, &viewer);
    for name in ["name", "group", "production"] {
        typed.insert(name.to_owned(), posted.field(name).to_owned());
    }
    let attempt = Attempt::read(&app, &grant, &viewer, kind, Posted(typed.clone()), &typed).await?;
    let (wanted, fields) = (attempt.wanted(&app, &grant, &viewer), fields_of(kind, &[Step::Naming]));
    match connect::begin(&app.store, &grant, wanted, (without_secrets(kind, &typed), fields.clone())).await {
        Ok(key) => Ok(response::see_other(&urls::draft(&key, DraftPage::Location))),
        Err(OpError::Invalid(wrong)) => {
            let subject = (Subject::New, BTreeSet::new());
            let form = attempt.refused(&app, &grant, &viewer, subject, wrong).await?;
            answer(&app, &grant, &viewer, (None, form), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page of a draft.
///
/// # Errors
/// When the reader has no such draft or the database cannot be read.
pub async fn show(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let form = draft.form(&app, &grant, &viewer, None).await?;
    answer(&app, &grant, &viewer, (Some(draft.key), form), StatusCode::OK).await
}

/// Changes name and group of a draft.
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
    let attempt = draft.sent(&app, &grant, &viewer, (posted, Step::Naming)).await?;
    let (wanted, fields) = (attempt.wanted(&app, &grant, &viewer), fields_of(draft.kind, &[Step::Naming]));
    match connect::check_fields(&app.store, &grant, wanted, fields).await {
        Ok(()) => Ok(response::see_other(&urls::draft(&draft.key, DraftPage::Location))),
        Err(OpError::Invalid(wrong)) => {
            let subject = (Subject::New, BTreeSet::new());
            let form = attempt.refused(&app, &grant, &viewer, subject, wrong).await?;
            answer(&app, &grant, &viewer, (Some(draft.key), form), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Deletes a draft.
///
/// # Errors
/// As for [`show`].
pub async fn discard(
    grant: Specify,
    path: Path<DraftKey>,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    connect::discard(&app.store, &grant, &path.into_inner()).await?;
    session::tell(&session, Tone::Ok, "Draft discarded.", None);
    Ok(response::see_other(urls::NEW_SYSTEM))
}

async fn answer(
    app: &App,
    grant: &Specify,
    viewer: &Viewer,
    (key, form): (Option<DraftKey>, SystemForm),
    status: StatusCode,
) -> Result<HttpResponse, WebError> {
    let drafts = if key.is_none() {
        let (grant, now) = (grant.clone(), viewer.now);
        app.store.read(move |db| open_drafts(db, &grant, now)).await?
    } else {
        Vec::new()
    };
    let form = form.into_view(app, grant, viewer).await?;
    let shown = NamingView { key, form, drafts: drafts.into_iter().map(row).collect() };
    Ok(response::page_with(status, view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

fn row(draft: ConnectDraft) -> DraftRow {
    let typed: connect::Inputs = serde_json::from_str(&draft.typed).unwrap_or_default();
    DraftRow {
        name: typed.get("name").cloned().unwrap_or_default(),
        kind: registry::kind(&draft.kind).map_or(draft.kind, |kind| kind.title().to_owned()),
        key: draft.key,
        changed_at: draft.changed_at,
    }
}

fn view(context: &PageContext, view: &NamingView) -> Markup {
    let action = view.key.as_ref().map_or(urls::CONNECT.to_owned(), |key| urls::draft(key, DraftPage::Naming));
    let body = html! {
        (drafts(context, &view.drafts))
        (form(context, &action, &html! {
            div.sections {
                @if view.key.is_none() { (kinds(&view.form)) }
                (general(&view.form))
                (folders(&view.form))
            }
            div.row {
                (button("Continue", "primary"))
                (link_button(urls::SYSTEMS, "Cancel", ""))
            }
        }))
        @match &view.key {
            Some(key) => (super::discard(context, key)),
            None => p.soft.apart {
                "You can also enter "
                @for (place, kind) in view.form.kinds.iter().enumerate() {
                    @if place > 0 { " or " }
                    a href=(urls::new_system(&kind.value)) { "all settings for " (kind.label) }
                }
                " on one page, or duplicate an existing system from its page."
            },
        }
    };
    framed(context, &Frame { key: view.key.as_ref(), step: Step::Naming, view: &view.form }, &body)
}

fn kinds(form: &EditView) -> Markup {
    html! {
        fieldset {
            legend { "Kind" }
            @for kind in registry::all() {
                div.mode {
                    label {
                        input type="radio" name="kind" value=(kind.kind()) checked[kind.kind() == form.kind];
                        " " b { (kind.title()) }
                    }
                    " " small.soft { (kind.about()) }
                }
            }
        }
    }
}

fn drafts(context: &PageContext, drafts: &[DraftRow]) -> Markup {
    html! {
        @if !drafts.is_empty() {
            section.box aria-labelledby="drafts" {
                header.bh { h2 #drafts { "Your drafts" } span { "Only you see them. Each is kept for one day." } }
                ul.list {
                    @for draft in drafts {
                        @let name = if draft.name.is_empty() { "Unnamed draft" } else { &draft.name };
                        li {
                            a href=(urls::draft(&draft.key, DraftPage::Location)) { span { "Continue: " (foreign::name(name)) } }
                            span.soft { (draft.kind) ", changed " (time::time_in_words(context, draft.changed_at)) }
                            (form(context, &urls::draft(&draft.key, DraftPage::Discard), &button_for("Discard", name, "small")))
                        }
                    }
                }
            }
        }
    }
}
