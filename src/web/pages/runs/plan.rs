//! A plan that the deletion limit stopped: what it would delete, and the confirmation.

mod view;

pub use view::view;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::show::SystemRef;
use crate::access::{Grant, verbs};
use crate::domain::brake::BrakeReason;
use crate::ids::{RunNo, SystemKey};
use crate::ops::confirm_plan::{Confirmation, confirm_plan};
use crate::ops::obstruction::Obstruction;
use crate::queries::Db;
pub use crate::queries::runs::{Carried, PlanState};
use crate::queries::runs::{DeletionPlan, deletion_plan};
use crate::web::error::WebError;
use crate::web::extract::{Loaded, Posted, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::state::App;
use crate::web::ui::{Nav, PageLinks, Tone};
use crate::web::urls::{self, Cursor};
use crate::web::{response, session};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct PlanView {
    pub system: SystemRef,
    pub run: RunNo,
    pub reason: BrakeReason,
    pub deletions: i64,
    /// Items of the destination under the filters.
    pub items: i64,
    /// SHA-256 in hexadecimal.
    pub digest: String,
    pub state: PlanState,
    /// Item keys, in the order of their bytes.
    pub rows: Vec<Vec<u8>>,
    pub links: PageLinks,
    /// Why nothing can be confirmed now.
    pub obstruction: Option<Obstruction>,
}

/// Reads the plan of a braked run.
///
/// # Errors
/// When the system is out of reach, the run has no plan, or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<DeletionPlan, LoadError> {
    let (key, no): (SystemKey, RunNo) = reading.path()?;
    let cursor: Cursor = reading.query()?;
    let times = (reading.app.kept_since(reading.now), reading.now);
    Ok(deletion_plan(db, &reading.grant()?, (&key, no), cursor.start(), times)?)
}

/// The plan of a braked run.
pub async fn show(Loaded(found): Loaded<DeletionPlan>, viewer: Viewer, path: Path<(SystemKey, RunNo)>) -> HttpResponse {
    let (_key, no) = path.into_inner();
    let DeletionPlan { system, plan, state, deletions } = found;
    let shown = PlanView {
        obstruction: Obstruction::of(&system),
        system: SystemRef { key: system.key.clone(), name: system.name.clone(), may_open: true },
        run: no,
        reason: plan.reason,
        deletions: plan.deletions,
        items: plan.items,
        digest: plan.digest,
        state,
        rows: deletions.rows.iter().map(|key| shown_key(key)).collect(),
        links: PageLinks::around(&deletions, |cursor| urls::plan_page(&system.key, no, cursor)),
    };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

/// Confirms the plan that the page showed.
///
/// # Errors
/// As for [`show`], and when the plan does not stand any more.
pub async fn confirm(
    grant: Grant<verbs::ConfirmDeletions>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let (key, no) = path.into_inner();
    let confirmation = Confirmation { key: key.clone(), run: no, digest: posted.field("digest").to_owned() };
    let audit = viewer.audit(grant.principal());
    match confirm_plan(&app.store, &app.wake, &grant, confirmation, audit).await {
        Ok(run) => {
            session::tell(&session, Tone::Ok, &format!("Confirmed. Run {run} executes the plan."), None);
            Ok(response::see_other(&urls::run(&key, run)))
        }
        Err(error) => Err(WebError::from(error).with_back(urls::run(&key, no))),
    }
}

/// Keys of plans have NUL between folders; people see a slash.
fn shown_key(key: &[u8]) -> Vec<u8> {
    key.iter().map(|byte| if *byte == 0 { b'/' } else { *byte }).collect()
}
