//! Deleting a system, after asking.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::access::{Grant, verbs};
use crate::domain::invisible::visible;
use crate::ops::specify::delete_system;
use crate::queries::Db;
use crate::queries::systems::{InReach, Open, System, system_with_open_runs};
use crate::web::error::WebError;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::state::App;
use crate::web::ui::Nav;
use crate::web::ui::foreign;
use crate::web::{response, session};
use maud::{Markup, html};

use super::show::{may_open_runs, run_in_a_sentence};
use crate::ids::{RunNo, SystemKey};
use crate::web::ui::confirm::{Confirm, confirm};
use crate::web::ui::layout::{head, system_crumbs};
use crate::web::ui::text::count;
use crate::web::ui::{PageContext, Tone, link_button, notice, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct DeleteView {
    pub key: SystemKey,
    pub name: String,
    pub runs: i64,
    /// A run that is open: the system cannot be deleted now.
    pub open: Option<RunNo>,
    /// Whether the reader may open the pages of runs.
    pub may_open: bool,
    pub messages_days: u32,
}

type Found = (InReach<System>, Open);

/// Reads the system.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let key: SystemKey = reading.path()?;
    Ok(system_with_open_runs(db, &reading.grant::<verbs::SpecifySystems>()?, &key)?)
}

/// Asks whether it is meant.
pub async fn show(Loaded((system, open)): Loaded<Found>, viewer: Viewer, app: Data<App>) -> HttpResponse {
    let shown = DeleteView {
        may_open: may_open_runs(&viewer, system.group_id),
        key: system.key.clone(),
        name: system.name.clone(),
        runs: system.last_run_no,
        open: open.first().map(|(run, _totals)| run.no),
        messages_days: app.portal.message_days,
    };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

/// Deletes the system.
///
/// # Errors
/// As for [`load`], and while a run is open.
pub async fn submit(
    grant: Grant<verbs::SpecifySystems>,
    viewer: Viewer,
    path: Path<SystemKey>,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    match delete_system(&app.store, &grant, &key, viewer.audit(grant.principal())).await {
        Ok(name) => {
            session::tell(&session, Tone::Ok, &format!("System {} deleted.", visible(&name)), None);
            Ok(response::see_other(urls::SYSTEMS))
        }
        Err(error) => Err(WebError::from(error).with_back(urls::system(&key))),
    }
}

#[must_use]
pub fn view(context: &PageContext, view: &DeleteView) -> Markup {
    let deed = format!("Delete {}", visible(&view.name));
    page(
        context,
        &deed,
        &html! {
            (system_crumbs(&view.key, &view.name))
            (head(&html! { "Delete " (foreign::name(&view.name)) "?" }, &html! {}, &html! {}))
            @match view.open {
                Some(run) => (refused(view, run)),
                None => (confirm(
                    context,
                    Confirm { action: &urls::system_delete(&view.key), deed: &deed, back: &urls::system(&view.key), stay: "Cancel" },
                    &consequences(view),
                )),
            }
        },
    )
}

fn refused(view: &DeleteView, run: RunNo) -> Markup {
    let body = html! {
        p {
            strong { (Tone::Warning) "The system cannot be deleted now." }
            " " (run_in_a_sentence(&view.key, run, view.may_open)) " is queued or in process. Wait for it to end, or cancel it. Then delete the system."
        }
    };
    html! {
        (notice::notice(Tone::Warning, &body))
        p { (link_button(&urls::system(&view.key), "Back to the system", "")) }
    }
}

fn consequences(view: &DeleteView) -> Markup {
    html! {
        p { "This cannot be undone:" }
        ul {
            li { "This removes its settings, schedule and credentials, and stops all runs." }
            li { "Data at the source and the destination is not touched." }
            li {
                "People with log access can still read its " (count(view.runs, "run until it expires", "runs until they expire"))
                ". Messages expire " (count(i64::from(view.messages_days), "day", "days"))
                " after the end of their run."
            }
        }
    }
}
