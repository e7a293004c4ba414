//! Cancelling a run, after asking. A separate page, because the page of a run may refresh.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::show::system_ref;
use crate::access::{Grant, verbs};
use crate::ids::SystemKey;
use crate::ops::cancel_run::cancel_run;
use crate::queries::Db;
use crate::queries::runs::{OfSystem, Run, run_in_reach};
use crate::queries::systems::{InReach, System};
use crate::web::error::WebError;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::state::App;
use crate::web::ui::{Nav, Tone};
use crate::web::{response, session};
use maud::{Markup, html};

use super::show::{SystemRef, above};
use crate::domain::run::RunState;
use crate::ids::RunNo;
use crate::web::ui::confirm::{Confirm, confirm};
use crate::web::ui::layout::head;
use crate::web::ui::{Badge, PageContext, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CancelView {
    pub system: SystemRef,
    pub run: RunNo,
    /// A run that has ended cannot be cancelled: that is said by a 409 page.
    pub state: RunState,
}

type Found = (InReach<System>, OfSystem<Run>);

/// Reads the run.
///
/// # Errors
/// When the run is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let (key, no): (SystemKey, RunNo) = reading.path()?;
    Ok(run_in_reach(db, &reading.grant::<verbs::CancelRun>()?, (&key, no))?)
}

/// Asks whether it is meant.
///
/// # Errors
/// When the run has ended.
pub async fn show(Loaded((system, run)): Loaded<Found>, viewer: Viewer) -> Result<HttpResponse, WebError> {
    if run.state == RunState::Ended {
        let why = format!("Run {} has already ended.", run.no);
        return Err(WebError::conflict(why, Some(urls::run(&system.key, run.no))));
    }
    let shown = CancelView { system: system_ref(&system, &viewer), run: run.no, state: run.state };
    Ok(response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

/// Cancels a run.
///
/// # Errors
/// When the run is out of reach or has ended, or the database cannot be written.
pub async fn submit(
    grant: Grant<verbs::CancelRun>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let (key, no) = path.into_inner();
    let audit = viewer.audit(grant.principal());
    match cancel_run(&app.store, &grant, &key, no, audit).await {
        Ok(RunState::Ended) => session::tell(&session, Tone::Neutral, &format!("Run {no} canceled."), None),
        Ok(RunState::Running | RunState::Queued) => {
            session::tell(&session, Tone::Neutral, &format!("Run {no} is being canceled."), None);
        }
        Err(error) => return Err(WebError::from(error).with_back(urls::run(&key, no))),
    }
    Ok(response::see_other(&urls::run(&key, no)))
}

#[must_use]
pub fn view(context: &PageContext, view: &CancelView) -> Markup {
    let deed = format!("Cancel run {}", view.run);
    page(
        context,
        &format!("{deed} of {}", view.system.name),
        &html! {
            div.narrow {
                (above(&view.system, Some(view.run)))
                (head(&html! { (deed) "?" }, &html! { (Badge::of_run(view.state, None)) }, &html! {}))
                (confirm(
                    context,
                    Confirm {
                        action: &urls::run_cancel(&view.system.key, view.run),
                        deed: &deed,
                        back: &urls::run(&view.system.key, view.run),
                        stay: if view.state == RunState::Queued { "Keep it queued" } else { "Keep it running" },
                    },
                    &consequences(view.state),
                ))
            }
        },
    )
}

fn consequences(state: RunState) -> Markup {
    html! {
        @match state {
            RunState::Queued => p { "The run has not started. It will be removed from the queue." },
            RunState::Running | RunState::Ended => {
                p { "The run stops within seconds. Completed work is kept; the next run continues from there." }
            },
        }
        p { "The status of the system does not change." }
    }
}
