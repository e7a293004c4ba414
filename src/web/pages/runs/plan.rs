//! A plan that the mass-deletion brake stopped: what it would delete, and the confirmation.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use crate::access::{Grant, verbs};
use crate::ids::SystemKey;
use crate::ops::confirm_plan::{Confirmation, confirm_plan};
use crate::ops::error::OpError;
use crate::store::plans::Range;
use crate::store::{StoreError, plans, runs, systems};
use crate::web::extract::{Posted, Viewer};
use crate::web::failure::Failure;
use crate::web::state::App;
use crate::web::ui::Nav;
use crate::web::{response, session};
use maud::{Markup, html};

use super::show::{SystemRef, above};
use crate::clock::Stamp;
use crate::ids::RunNo;
use crate::sync::connector::BrakeReason;
use crate::web::ui::layout::head;
use crate::web::ui::pager::{IN_ORDER, pager};
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::tile::facts_list;
use crate::web::ui::{Badge, PageLinks, Shell, Tone, button, foreign, form, link_button, notice, number, page, time};
use crate::web::urls;

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

/// Whether it can still be confirmed.
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
        run: Option<RunNo>,
    },
    /// A later run has made another plan.
    Replaced {
        run: RunNo,
    },
}

const COLUMNS: [Column<'_>; 1] = [text("Would be deleted")];

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
    path: Path<(String, i64)>,
    query: Query<PlanQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let (key, no) = path.into_inner();
    let key = SystemKey::parse(&key).ok_or_else(Failure::not_found)?;
    let after = urls::unhexed(&query.after).filter(|key| !key.is_empty());
    let kept_since = app.kept_since(viewer.now);
    let (system, plan, mut rows) = app
        .store
        .read(move |db| {
            let (system, _group) = systems::find(db, &grant, &key)?;
            let (run, _totals) = runs::find_kept(db, system.id, RunNo(no), kept_since)?;
            let plan = plans::braked(db, run.id)?.ok_or(StoreError::NotFound)?;
            let rows = plans::page(db, run.id, "delete", Range::After(after.as_deref()), PAGE + 1)?;
            Ok((system, plan, rows))
        })
        .await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let (key, run) = (system.key.clone(), RunNo(no));
    let last = rows.last().map(|(key, _detail)| key.clone()).unwrap_or_default();
    let state = match (plan.confirmed_at, plan.confirmed_by) {
        (Some(at), by) => PlanState::Confirmed { by: by.unwrap_or_default(), at, run: None },
        (None, _) if plan.expires_at <= viewer.now => PlanState::Expired { at: plan.expires_at },
        (None, _) => PlanState::Open { expires: plan.expires_at },
    };
    let begun = !query.after.is_empty();
    let shown = PlanView {
        system: SystemRef { key: system.key, name: system.name, may_open: true },
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

/// Confirms the plan that the page showed.
///
/// # Errors
/// As for [`show`], and when the plan does not stand any more.
pub async fn confirm(
    grant: Grant<verbs::ConfirmDeletions>,
    viewer: Viewer,
    path: Path<(String, i64)>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let (key, no) = path.into_inner();
    let key = SystemKey::parse(&key).ok_or_else(Failure::not_found)?;
    let confirmation = Confirmation { key: key.clone(), run: RunNo(no), digest: posted.field("digest").to_owned() };
    let who = viewer.who(grant.principal());
    match confirm_plan(&app.store, &app.wake, &grant, confirmation, who).await {
        Ok(run) => {
            session::tell(&session, Tone::Ok, &format!("Confirmed. Run {run} carries the plan out."), None);
            Ok(response::see_other(&urls::run(&key, run)))
        }
        Err(OpError::Conflict(why)) => Err(Failure::conflict(why, Some(urls::run(&key, RunNo(no))))),
        Err(error) => Err(error.into()),
    }
}

/// Keys of plans have NUL between folders; people see a slash.
fn shown_key(key: &[u8]) -> Vec<u8> {
    key.iter().map(|byte| if *byte == 0 { b'/' } else { *byte }).collect()
}

#[must_use]
pub fn view(shell: &Shell, view: &PlanView) -> Markup {
    let run = urls::run(&view.system.key, view.run);
    page(
        shell,
        &format!("Deletion plan of run {} of {}", view.run, view.system.name),
        &html! {
            (above(&view.system, Some(view.run)))
            (head(&html! { "Deletion plan" }, &badge(&view.state), &html! {}))
            (why(view))
            section.card.sheet aria-labelledby="plan" {
                h2 #plan { "The plan" }
                (facts_list(&facts(shell, view)))
                (decide(shell, view, &run))
            }
            section.card aria-labelledby="deletions" {
                header { h2 #deletions { "Deletions" } }
                (table(
                    &html! { "Items that the plan would delete" },
                    &COLUMNS,
                    &html! { @for key in &view.rows { tr { td { (foreign::key(key)) } } } },
                ))
                (pager("Pages of deletions", &html! { (number(view.deletions)) " deletions" }, &view.links, IN_ORDER))
            }
        },
    )
}

fn badge(state: &PlanState) -> Markup {
    let badge = match state {
        PlanState::Open { .. } => Badge::new(Tone::Warning, "Waits for a person"),
        PlanState::Expired { .. } => Badge::new(Tone::Neutral, "Expired"),
        PlanState::Confirmed { .. } => Badge::new(Tone::Ok, "Confirmed"),
        PlanState::Replaced { .. } => Badge::new(Tone::Neutral, "Replaced"),
    };
    html! { (badge) }
}

fn why(view: &PlanView) -> Markup {
    let (deletions, items) = (number(view.deletions), number(view.items));
    notice::notice(
        Tone::Warning,
        &html! {
            p {
                strong { (Tone::Warning) "The mass-deletion brake stopped this run before its first deletion." } " "
                @match view.reason {
                    BrakeReason::Share => { "It would delete " (deletions) " of the " (items) " items at the destination, more than the brake allows." },
                    BrakeReason::All => { "It would delete all " (items) " items at the destination." },
                    BrakeReason::SourceMissing => { "The source is missing, so that all " (items) " items at the destination would go." },
                }
                " Is that meant? If not, put the source right and synchronize again; nothing has been deleted."
            }
        },
    )
}

fn facts(shell: &Shell, view: &PlanView) -> Vec<(&'static str, Markup)> {
    let mut facts = vec![
        ("Deletions", html! { (number(view.deletions)) @if let Some(share) = share(view) { " · " (share) " %" } }),
        ("At the destination", html! { (number(view.items)) " items" }),
        ("Digest", html! { code.mono.digest { (view.digest) } }),
    ];
    facts.push(match &view.state {
        PlanState::Open { expires } => ("Can be confirmed until", html! { (time::time_ago(shell, *expires)) }),
        PlanState::Expired { at } => ("Expired", html! { (time::time_ago(shell, *at)) }),
        PlanState::Confirmed { by, at, .. } => ("Confirmed", html! { (time(shell, *at)) ", by " bdi { (by) } }),
        PlanState::Replaced { run } => {
            ("Replaced by", html! { a href=(urls::run_plan(&view.system.key, *run)) { "the plan of run " (run) } })
        }
    });
    facts
}

fn share(view: &PlanView) -> Option<i64> {
    view.deletions.saturating_mul(100).checked_div(view.items)
}

fn decide(shell: &Shell, view: &PlanView, run: &str) -> Markup {
    let (key, no) = (&view.system.key, view.run);
    html! {
        @match (&view.state, view.missing) {
            (PlanState::Open { .. }, None) => {
                p { "Confirming starts a new run that plans again. It deletes only if its plan has this very digest; if anything changed meanwhile, it brakes again." }
                (form(shell, &urls::run_plan_confirm(key, no), &html! {
                    input type="hidden" name="digest" value=(view.digest);
                    input type="hidden" name="request" value={ (shell.request_key) "." (key) };
                    div.do {
                        (button(&format!("Confirm: delete {} items", number(view.deletions)), "danger"))
                        (link_button(run, "Leave it", ""))
                    }
                }))
            },
            (PlanState::Open { .. }, Some(template)) => p {
                "To confirm it you need the role template " a.mono href=(urls::help_role(template)) { (template) } "."
            },
            (PlanState::Confirmed { run: Some(run), .. }, _) => p { "It is carried out by " a href=(urls::run(key, *run)) { "run " (run) } "." },
            (PlanState::Confirmed { run: None, .. } | PlanState::Expired { .. } | PlanState::Replaced { .. }, _) => {
                p { "To get a new plan, synchronize again." }
            },
        }
    }
}
