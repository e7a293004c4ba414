//! How far a run is.

use maud::{Markup, html};

use super::PageContext;
use super::text::{bytes, number};
use super::time::relative;
use crate::domain::invisible::visible;
use crate::domain::progress::RunProgress;

/// In words: `172,473 of 401,002 items · 43 %`.
fn words(progress: &RunProgress) -> String {
    match progress.percent() {
        Some(percent) => format!("{} · {percent}\u{a0}%", items(progress)),
        None if progress.total_final => items(progress),
        None => format!("{} so far", items(progress)),
    }
}

/// All of it on one line: `reading Orders · 431 of 600 items · 72 % · 1.2 MiB`.
#[must_use]
pub fn line(progress: &RunProgress) -> String {
    let numbers = numbers(progress);
    if progress.phase.is_empty() { numbers } else { format!("{} · {numbers}", progress.phase) }
}

/// The same without the phase.
fn numbers(progress: &RunProgress) -> String {
    let mut parts = vec![words(progress)];
    if progress.bytes_total > 0 || progress.bytes_done > 0 {
        let of = if progress.total_final { format!(" of {}", bytes(progress.bytes_total)) } else { String::new() };
        parts.push(format!("{}{of}", bytes(progress.bytes_done)));
    }
    if progress.unchanged > 0 {
        parts.push(format!("{} unchanged", number(progress.unchanged)));
    }
    parts.join(" · ")
}

/// The items alone: `172,473 of 401,002 items`, without a total until it is final.
#[must_use]
pub fn items(progress: &RunProgress) -> String {
    let done = number(progress.items_done);
    if progress.total_final {
        format!("{done} of {} items", number(progress.items_total))
    } else {
        format!("{done} items")
    }
}

/// A bar with its words beside it, for a row.
#[must_use]
pub fn small(progress: &RunProgress, name: &str) -> Markup {
    html! {
        div.progress {
            (bar(progress, &format!("Progress of {}", visible(name))))
            small { @match progress.percent() { Some(percent) => { (percent) " %" }, None => "Counting items" } }
        }
    }
}

/// The bar and all counters, for the page of a run.
#[must_use]
pub fn full(context: &PageContext, progress: &RunProgress) -> Markup {
    html! {
        div.progress.box.pad {
            p { @if !progress.phase.is_empty() { strong.phase { (progress.phase) } " · " } (numbers(progress)) }
            (bar(progress, "Progress of this run"))
            @if let Some(at) = progress.moved_at { p.soft { "Last progress " (relative(context, at)) "." } }
        }
    }
}

fn bar(progress: &RunProgress, label: &str) -> Markup {
    html! {
        @match progress.percent() {
            Some(percent) => progress max="100" value=(percent) aria-label=(label) {},
            None => progress aria-label=(label) {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_that_grow_are_not_shown() {
        let mut progress = RunProgress { items_done: 172_473, items_total: 401_002, ..RunProgress::default() };
        assert!(words(&progress).contains("so far"));
        progress.total_final = true;
        assert!(words(&progress).ends_with("43\u{a0}%"));
    }
}
