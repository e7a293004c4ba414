//! The page of a deletion plan: what it would delete, or what became of it.

use maud::{Markup, html};

use super::{Carried, PlanState, PlanView};
use crate::domain::brake::BrakeReason;
use crate::domain::run::{RunResult, RunState};
use crate::ids::RunNo;
use crate::ops::obstruction::Obstruction;
use crate::web::pages::runs::show::above;
use crate::web::ui::layout::head;
use crate::web::ui::pager::{IN_ORDER, pager};
use crate::web::ui::table::{table, text};
use crate::web::ui::tile::facts_list;
use crate::web::ui::{Badge, PageContext, Tone, button, empty, foreign, form, link_button, notice, number, page, time};
use crate::web::urls;

#[must_use]
pub fn view(context: &PageContext, view: &PlanView) -> Markup {
    let run = urls::run(&view.system.key, view.run);
    page(
        context,
        &format!("Deletion plan of run {} of {}", view.run, view.system.name),
        &html! {
            (above(&view.system, Some(view.run)))
            (head(&html! { "Deletion plan" }, &badge(view), &html! {}))
            (why(view))
            section.box.pad aria-labelledby="plan" {
                h2 #plan { "The plan" }
                (facts_list(&facts(context, view)))
                (decide(context, view, &run))
            }
            section.box aria-labelledby="deletions" {
                header.bh { h2 #deletions { "Deletions" } }
                @if view.rows.is_empty() {
                    (empty::empty("The list of items is no longer kept.", &html! { p { "It was deleted when the plan expired." } }))
                } @else {
                    (table(
                        &html! { (caption(view)) },
                        &[text(column(view))],
                        &html! { @for key in &view.rows { tr { td { (foreign::key(key)) } } } },
                    ))
                }
                (pager("Pages of deletions", &html! { (number(view.deletions)) " deletions" }, &view.links, IN_ORDER))
            }
        },
    )
}

fn badge(view: &PlanView) -> Markup {
    let badge = match &view.state {
        PlanState::Open { .. } => Badge::new(Tone::Warning, "Awaiting confirmation"),
        PlanState::Expired { .. } => Badge::new(Tone::Neutral, "Expired"),
        PlanState::Confirmed { run: Some(run), .. } => match (run.state, run.stopped) {
            (RunState::Queued | RunState::Running, _) => Badge::new(Tone::Busy, "Confirmed"),
            (RunState::Ended, true) => Badge::new(Tone::Warning, "Confirmed, not executed"),
            (RunState::Ended, false) if is_done(view) => Badge::new(Tone::Ok, "Carried out"),
            (RunState::Ended, false) => Badge::of_run(run.state, run.result),
        },
        PlanState::Confirmed { run: None, .. } => Badge::new(Tone::Ok, "Confirmed"),
        PlanState::Replaced { .. } => Badge::new(Tone::Neutral, "Replaced"),
        PlanState::Outdated { .. } | PlanState::SettingsChanged => Badge::new(Tone::Neutral, "Outdated"),
    };
    html! { (badge) }
}

/// Whether every planned item is deleted.
fn is_done(view: &PlanView) -> bool {
    matches!(&view.state, PlanState::Confirmed { run: Some(run), .. } if run.state == RunState::Ended && run.deleted >= view.deletions)
}

fn column(view: &PlanView) -> &'static str {
    match &view.state {
        _ if is_done(view) => "Deleted",
        PlanState::Open { .. } => "Would be deleted",
        PlanState::Confirmed { .. } => "Planned deletion",
        PlanState::Expired { .. }
        | PlanState::Replaced { .. }
        | PlanState::Outdated { .. }
        | PlanState::SettingsChanged => "Would have been deleted",
    }
}

fn caption(view: &PlanView) -> &'static str {
    match &view.state {
        _ if is_done(view) => "Items that the plan deleted",
        PlanState::Open { .. } => "Items that the plan would delete",
        PlanState::Confirmed { .. } => "Items that the plan was to delete",
        PlanState::Expired { .. }
        | PlanState::Replaced { .. }
        | PlanState::Outdated { .. }
        | PlanState::SettingsChanged => "Items that the plan would have deleted",
    }
}

/// Why the run was stopped, and what has happened since.
fn why(view: &PlanView) -> Markup {
    let open = matches!(view.state, PlanState::Open { .. });
    let tone = if is_done(view) { Tone::Ok } else { Tone::Warning };
    let would = if open { "It would delete " } else { "It would have deleted " };
    notice::notice(
        tone,
        &html! {
            p {
                strong { (tone) "The deletion limit stopped run " (view.run) " before its first deletion." } " "
                @match view.reason {
                    BrakeReason::Share => { (would) "more items than the limit allows." },
                    BrakeReason::All => { (would) "every item at the destination." },
                    BrakeReason::SourceMissing => {
                        "The source was missing. " (would) "every item at the destination."
                        @if open { " If you confirm, they are deleted. The run then ends in Error while the source does not exist." }
                    },
                }
                " " (since(view))
            }
        },
    )
}

fn since(view: &PlanView) -> Markup {
    let link = |run: RunNo| html! { a href=(urls::run(&view.system.key, run)) { "run " (run) } };
    match &view.state {
        PlanState::Open { .. } => html! {
            "Is this intended? If not, fix the source and synchronize again."
        },
        PlanState::Expired { .. } => html! { "Nobody confirmed the plan in time. It deleted nothing." },
        PlanState::Replaced { run } => {
            html! { "The later " (link(*run)) " made another plan. This one deleted nothing." }
        }
        PlanState::SettingsChanged => {
            html! { "The settings of the system have changed since this plan was made, so it can no longer be confirmed. It deleted nothing." }
        }
        PlanState::Outdated { run } => {
            html! { "The later " (link(*run)) " completed without confirmation. Its log shows what it deleted." }
        }
        PlanState::Confirmed { run: None, .. } => {
            html! { "The plan was confirmed. The run that followed is no longer kept." }
        }
        PlanState::Confirmed { run: Some(carried), .. } => html! { (confirmed(view, carried, &link(carried.run))) },
    }
}

fn confirmed(view: &PlanView, carried: &Carried, run: &Markup) -> Markup {
    let deleted = html! { (number(carried.deleted)) " of " (number(view.deletions)) " items" };
    html! {
        "The plan was confirmed"
        @match (carried.state, carried.stopped, carried.result) {
            (RunState::Queued, ..) => { ", and " (run) " will execute it. Nothing has been deleted yet." },
            (RunState::Running, ..) => { ", and " (run) " is executing it: " (deleted) " deleted so far." },
            (RunState::Ended, true, _) => { ", but the plan of " (run) " was different. That run stopped before its first deletion." },
            (RunState::Ended, false, Some(RunResult::Completed | RunResult::CompletedWithWarnings)) => {
                ", and " (run) " executed it. It deleted " (deleted) "."
            },
            (RunState::Ended, false, Some(RunResult::Canceled)) => { ", and " (run) " was canceled. It deleted " (deleted) "." },
            (RunState::Ended, false, Some(RunResult::Error) | None) => { ", and " (run) " ended with an error. It deleted " (deleted) "." },
        }
    }
}

fn facts(context: &PageContext, view: &PlanView) -> Vec<(&'static str, Markup)> {
    let mut facts = vec![
        (
            "Deletions",
            html! {
                (number(view.deletions)) " of " (number(view.items)) " items at the destination"
                @if let Some(share) = share(view) { " · " (share) " %" }
            },
        ),
        ("Digest", html! { code.mono.digest { (view.digest) } }),
    ];
    facts.push(match &view.state {
        PlanState::Open { expires } => ("Can be confirmed until", html! { (time::time_ago(context, *expires)) }),
        PlanState::Expired { at } => ("Expired", html! { (time::time_ago(context, *at)) }),
        PlanState::Confirmed { by, at, .. } => ("Confirmed", html! { (time(context, *at)) ", by " bdi { (by) } }),
        PlanState::Replaced { run } => {
            ("Replaced by", html! { a href=(urls::run_plan(&view.system.key, *run)) { "the plan of run " (run) } })
        }
        PlanState::SettingsChanged => ("Outdated by", html! { "changed settings" }),
        PlanState::Outdated { run } => {
            ("Outdated by", html! { a href=(urls::run(&view.system.key, *run)) { "run " (run) } })
        }
    });
    facts
}

fn share(view: &PlanView) -> Option<i64> {
    view.deletions.saturating_mul(100).checked_div(view.items)
}

fn decide(context: &PageContext, view: &PlanView, run: &str) -> Markup {
    let (key, no) = (&view.system.key, view.run);
    html! {
        @match (&view.state, &view.obstruction) {
            (PlanState::Open { .. }, Some(Obstruction::OnHold { .. })) => p {
                "The system is on hold. " a href=(urls::system(key)) { "Release it" } ", then confirm this plan."
            },
            (PlanState::Open { .. }, Some(Obstruction::Paused { .. })) => p {
                "The system is paused. " a href=(urls::system(key)) { "Check its connection" } ", then confirm this plan."
            },
            (PlanState::Open { .. }, None) => {
                p { "Confirming starts a new run. It deletes only if its plan is identical to this one. If anything has changed, it stops again." }
                (form(context, &urls::run_plan_confirm(key, no), &html! {
                    input type="hidden" name="digest" value=(view.digest);
                    input type="hidden" name="request" value={ (context.request_key) "." (key) };
                    div.row {
                        (button(&format!("Confirm: delete {} items", number(view.deletions)), "danger"))
                        (link_button(run, "Cancel", ""))
                    }
                }))
            },
            (PlanState::Replaced { run }, _) => p { "Only the newest plan can be confirmed: " a href=(urls::run_plan(key, *run)) { "review the plan of run " (run) } "." },
            (PlanState::Confirmed { run: Some(run), .. }, _) if run.stopped => {
                p { "Nothing of this plan was executed: " a href=(urls::run_plan(key, run.run)) { "review the plan of run " (run.run) } "." }
            },
            (PlanState::Confirmed { run: Some(_), .. } | PlanState::Outdated { .. }, _) => {},
            (PlanState::Confirmed { run: None, .. } | PlanState::Expired { .. } | PlanState::SettingsChanged, _) => p { "Select Synchronize now to get a new plan." },
        }
    }
}
