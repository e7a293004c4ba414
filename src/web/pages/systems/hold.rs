//! Putting a system on hold: no run starts until somebody releases it; one in process finishes.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};

use crate::access::{Grant, verbs};
use crate::domain::run::RunState;
use crate::ops::error::OpError;
use crate::ops::hold as ops;
use crate::queries::systems::system_with_open_runs;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::present::errors_of;
use crate::web::session::unsaved::{UnsavedQuery, shown_again};
use crate::web::state::App;
use crate::web::ui::foreign;
use crate::web::ui::{Nav, Tone};
use crate::web::{response, session};
use maud::{Markup, html};

use super::show::{Hold, hold_of, may_open_runs, run_in_a_sentence};
use crate::ids::{RunNo, SystemKey};
use crate::web::ui::field::summary;
use crate::web::ui::layout::{head, system_crumbs};
use crate::web::ui::notice::notice;
use crate::web::ui::time;
use crate::web::ui::{Control, Errors, FieldView, PageContext, button, form, link_button, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct HoldView {
    pub key: SystemKey,
    pub name: String,
    /// As typed.
    pub reason: String,
    pub errors: Errors,
    /// The hold that the system is on already.
    pub held: Option<Hold>,
    /// A run that continues in spite of it.
    pub running: Option<RunNo>,
    /// Whether the reader may open the pages of runs.
    pub may_open: bool,
}

/// Asks for the reason.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::HoldSystem>,
    mut viewer: Viewer,
    path: Path<SystemKey>,
    query: Query<UnsavedQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let unsaved = shown_again(&app, &mut viewer, &urls::system_hold(&key), &query.unsaved).await?.unwrap_or_default();
    let reason = unsaved.field("reason").to_owned();
    answer(&grant, &viewer, key, &app, reason, Errors::new(), StatusCode::OK).await
}

/// Puts the system on hold.
///
/// # Errors
/// As for [`show`], and when it is on hold already.
pub async fn submit(
    grant: Grant<verbs::HoldSystem>,
    viewer: Viewer,
    path: Path<SystemKey>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let (reason, audit) = (posted.field("reason"), viewer.audit(grant.principal()));
    match ops::hold(&app.store, &grant, &key, reason, audit).await {
        Ok(()) => {
            session::tell(&session, Tone::Neutral, "System put on hold.", None);
            Ok(response::see_other(&urls::system(&key)))
        }
        Err(OpError::Invalid(wrong)) => {
            let (reason, errors) = (reason.to_owned(), errors_of(wrong));
            answer(&grant, &viewer, key, &app, reason, errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        // What was typed stays, beside the reason that holds.
        Err(OpError::Refused(_held)) => {
            answer(&grant, &viewer, key, &app, reason.to_owned(), Errors::new(), StatusCode::CONFLICT).await
        }
        Err(error) => Err(WebError::from(error).with_back(urls::system(&key))),
    }
}

/// Releases the system.
///
/// # Errors
/// As for [`show`], and when it is not on hold.
pub async fn release(
    grant: Grant<verbs::HoldSystem>,
    viewer: Viewer,
    path: Path<SystemKey>,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    match ops::release(&app.store, &grant, &key, viewer.audit(grant.principal())).await {
        Ok(next_due) => {
            let done = match next_due {
                Some(_) => "System released. Its schedule resumes.",
                None => "System released. It has no schedule: select Synchronize now to start a run.",
            };
            session::tell(&session, Tone::Ok, done, None);
            Ok(response::see_other(&urls::system(&key)))
        }
        Err(error) => Err(WebError::from(error).with_back(urls::system(&key))),
    }
}

async fn answer(
    grant: &Grant<verbs::HoldSystem>,
    viewer: &Viewer,
    key: SystemKey,
    app: &App,
    reason: String,
    errors: Errors,
    status: StatusCode,
) -> Result<HttpResponse, WebError> {
    let grant = grant.clone();
    let (system, open) = app.store.read(move |db| system_with_open_runs(db, &grant, &key)).await?;
    let running = open.iter().find(|(run, _totals)| run.state == RunState::Running).map(|(run, _totals)| run.no);
    let may_open = may_open_runs(viewer, system.group_id);
    let held = hold_of(&system);
    let shown =
        HoldView { key: system.key.clone(), name: system.name.clone(), reason, errors, held, running, may_open };
    Ok(response::page_with(status, view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

#[must_use]
pub fn view(context: &PageContext, view: &HoldView) -> Markup {
    page(
        context,
        &format!("Put {} on hold", view.name),
        &html! {
            (system_crumbs(&view.key, &view.name))
            (head(&html! { "Put " (foreign::name(&view.name)) " on hold" }, &html! {}, &html! {}))
            (summary(&view.errors))
            div.box.pad {
                p { "No runs start until the system is released. Its connection is not checked automatically; Check \
                 connection still works. Its status is On hold." }
                @if let Some(held) = &view.held {
                    (notice(Tone::Warning, &html! {
                        p {
                            "The system has been on hold since " (time::time_inside(context, held.since)) ". "
                            bdi { (held.by) } " gave this reason: " q dir="auto" { (foreign::text(&held.reason)) }
                            " To give another reason, release the system first."
                        }
                    }))
                }
                @if let Some(run) = view.running {
                    p { (run_in_a_sentence(&view.key, run, view.may_open)) " continues. To stop it too, cancel it on its page." }
                }
                (form(context, &urls::system_hold(&view.key), &html! {
                    (FieldView::new("reason", "Reason", &view.reason, Control::Line)
                        .help("Visible to everyone who can see this system. Say why and until when.")
                        .required()
                        .view(&view.errors))
                    div.row {
                        @if view.held.is_none() { (button("Put on hold", "primary")) }
                        (link_button(&urls::system(&view.key), "Cancel", ""))
                    }
                }))
            }
        },
    )
}
