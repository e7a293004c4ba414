//! What happens in a system now, where *Synchronize now* is otherwise: how far its run is, and how to cancel it.

use maud::{Markup, html};

use super::SystemView;
use crate::domain::progress::RunProgress;
use crate::ids::RunNo;
use crate::web::ui::runs::LogAccess;
use crate::web::ui::{PageContext, Tone, form, link_button, progress};
use crate::web::urls;

/// A run that is in process or waits for a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusyView {
    pub run: RunNo,
    /// None: it is queued.
    pub running: Option<Running>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub progress: RunProgress,
}

/// In the head.
pub(super) fn action(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @if let Some(busy) = &view.busy {
            @if let Some(running) = &busy.running { (progress::small(&running.progress, &view.name)) }
            (cancel(view, busy, ""))
        } @else if view.may.synchronize {
            (form::synchronize(context, &view.key, &form::button("Synchronize now", "primary")))
        }
    }
}

/// Below the head.
pub(super) fn busy(context: &PageContext, view: &SystemView) -> Markup {
    html! {
        @if let Some(busy) = &view.busy {
            section.box.pad.run aria-labelledby="busy-title" {
                h2 #busy-title {
                    (Tone::Busy)
                    "Run " (busy.run) @if busy.running.is_some() { " is in process" } @else { " is queued" }
                }
                @match &busy.running {
                    Some(running) => (progress::full(context, &running.progress)),
                    None => p { "It starts when a worker is free." },
                }
                div.row {
                    @if view.may.open_runs { (link_button(&urls::run(&view.key, busy.run), "Run details", "small")) }
                    @if view.log == LogAccess::Granted && busy.running.is_some() {
                        (link_button(&urls::run_live(&view.key, busy.run), "Live log", "small"))
                    }
                    (cancel(view, busy, "small"))
                }
            }
        }
    }
}

fn cancel(view: &SystemView, busy: &BusyView, class: &str) -> Markup {
    html! {
        @if view.may.cancel {
            (link_button(&urls::run_cancel(&view.key, busy.run), &format!("Cancel run {} …", busy.run), class))
        }
    }
}
