//! A plan that the deletion limit stopped: what it would delete, and the confirmation.

mod view;

pub use view::view;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use super::show::SystemRef;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::run::{EndReason, RunResult, RunState};
use crate::ids::{RunNo, SystemKey};
use crate::ops::confirm_plan::{Confirmation, confirm_plan};
use crate::store::plans::{Braked, Range};
use crate::store::runs::Run;
use crate::store::systems::{InReach, System};
use crate::store::{Db, StoreError, plans, runs, systems};
use crate::sync::connector::BrakeReason;
use crate::web::extract::{Posted, Viewer};
use crate::web::failure::Failure;
use crate::web::state::App;
use crate::web::ui::{Nav, PageLinks, Tone};
use crate::web::{response, session, urls};

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
    /// What the reader lacks to confirm; `None` when they may.
    pub missing: Option<&'static str>,
}

/// What has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanState {
    Open {
        expires: Stamp,
    },
    Expired {
        at: Stamp,
    },
    Confirmed {
        by: String,
        at: Stamp,
        /// The run that carries it out; none: its header is no longer kept.
        run: Option<Carried>,
    },
    /// A later run has made another plan.
    Replaced {
        run: RunNo,
    },
    /// A later run completed without being stopped.
    Outdated {
        run: RunNo,
    },
}

/// The run that carries out a confirmed plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    pub run: RunNo,
    pub state: RunState,
    pub result: Option<RunResult>,
    /// Its own plan was another one, and it stopped as well.
    pub stopped: bool,
    /// How many items it has deleted so far.
    pub deleted: i64,
}

/// How many deletions a page has.
const PAGE: i64 = 100;

/// Where the page begins: a key in hexadecimal.
#[derive(Debug, serde::Deserialize)]
pub struct PlanQuery {
    #[serde(default)]
    after: String,
}

/// The plan of a braked run.
///
/// # Errors
/// When the system is out of reach, the run has no plan, or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::ConfirmDeletions>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    query: Query<PlanQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let (key, no) = path.into_inner();
    let after = urls::unhexed(&query.after).filter(|key| !key.is_empty());
    let (kept_since, now) = (app.kept_since(viewer.now), viewer.now);
    let (system, plan, mut rows, state) = app
        .store
        .read(move |db| {
            let (system, _group) = systems::find(db, &grant, &key)?;
            let (run, _totals) = runs::find_kept(db, &system, no, kept_since)?;
            let plan = plans::braked(db, run.id)?.ok_or(StoreError::NotFound)?;
            let rows = plans::page(db, run.id, "delete", Range::After(after.as_deref()), PAGE + 1)?;
            let state = state(db, &system, no, &plan, now)?;
            Ok((system, plan, rows, state))
        })
        .await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let (key, run) = (system.key.clone(), no);
    let last = rows.last().map(|(key, _detail)| key.clone()).unwrap_or_default();
    let begun = !query.after.is_empty();
    let shown = PlanView {
        system: SystemRef { key: system.key.clone(), name: system.name.clone(), may_open: true },
        run,
        reason: plan.reason,
        deletions: plan.deletions,
        items: plan.items,
        digest: plan.digest,
        state,
        rows: rows.into_iter().map(|(key, _detail)| shown_key(&key)).collect(),
        links: PageLinks {
            first: begun.then(|| urls::run_plan(&key, run)),
            previous: None,
            next: more.then(|| urls::plan_page(&key, run, &last)),
            last: None,
            sizes: Vec::new(),
        },
        missing: None,
    };
    Ok(response::page(view(&viewer.shell(Some(Nav::Systems)), &shown)))
}

/// What has become of a plan. A later confirmation of a plan with the same digest is one of this plan too.
fn state(
    db: &mut Db,
    system: &InReach<System>,
    no: RunNo,
    plan: &Braked,
    now: Stamp,
) -> crate::store::Result<PlanState> {
    let run = plans::carried_out_by(db, system, no, &plan.digest)?;
    if plan.confirmed_at.is_some() || run.is_some() {
        let carried = run.as_ref().map(|run| carried(db, run)).transpose()?;
        let by = plan.confirmed_by.clone().or_else(|| run.as_ref().map(|run| run.principal.clone()));
        let at = plan.confirmed_at.or_else(|| run.as_ref().map(|run| run.queued_at));
        return Ok(PlanState::Confirmed { by: by.unwrap_or_default(), at: at.unwrap_or(now), run: carried });
    }
    if let Some(run) = plans::replaced_by(db, system, no, &plan.digest)? {
        return Ok(PlanState::Replaced { run });
    }
    if let Some(run) = plans::outdated_by(db, system, no)? {
        return Ok(PlanState::Outdated { run });
    }
    if plan.expires_at <= now {
        return Ok(PlanState::Expired { at: plan.expires_at });
    }
    Ok(PlanState::Open { expires: plan.expires_at })
}

fn carried(db: &mut Db, run: &Run) -> crate::store::Result<Carried> {
    Ok(Carried {
        run: run.no,
        state: run.state,
        result: run.result,
        stopped: run.end_reason == Some(EndReason::Brake),
        deleted: plans::deleted_by(db, run.id)?,
    })
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
) -> Result<HttpResponse, Failure> {
    let (key, no) = path.into_inner();
    let confirmation = Confirmation { key: key.clone(), run: no, digest: posted.field("digest").to_owned() };
    let audit = viewer.audit(grant.principal());
    match confirm_plan(&app.store, &app.wake, &grant, confirmation, audit).await {
        Ok(run) => {
            session::tell(&session, Tone::Ok, &format!("Confirmed. Run {run} carries the plan out."), None);
            Ok(response::see_other(&urls::run(&key, run)))
        }
        Err(error) => Err(Failure::from(error).with_back(urls::run(&key, no))),
    }
}

/// Keys of plans have NUL between folders; people see a slash.
fn shown_key(key: &[u8]) -> Vec<u8> {
    key.iter().map(|byte| if *byte == 0 { b'/' } else { *byte }).collect()
}
