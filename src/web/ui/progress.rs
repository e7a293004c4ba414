//! How far a run is.

use maud::{Markup, html};

use super::PageContext;
use super::text::{bytes, number};
use super::time::relative;
use crate::clock::Stamp;
use crate::domain::invisible::visible;

/// The counters of a run at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing: "comparing", "transferring".
    pub phase: String,
    pub items_done: i64,
    pub items_total: i64,
    pub bytes_done: i64,
    pub bytes_total: i64,
    /// Until then the totals grow.
    pub total_final: bool,
    /// Items that needed nothing.
    pub unchanged: i64,
    pub moved_at: Option<Stamp>,
}

impl Progress {
    /// Percent done, by bytes where there are any; `None` until the total is final.
    #[must_use]
    pub const fn percent(&self) -> Option<i64> {
        let (done, total) = if self.bytes_total > 0 {
            (self.bytes_done, self.bytes_total)
        } else {
            (self.items_done, self.items_total)
        };
        if !self.total_final || total <= 0 {
            return None;
        }
        let percent = done.saturating_mul(100) / total;
        Some(if percent > 100 { 100 } else { percent })
    }

    /// In words: `172 473 of 401 002 items · 43 %`.
    #[must_use]
    pub fn words(&self) -> String {
        match self.percent() {
            Some(percent) => format!("{} · {percent}\u{a0}%", self.items()),
            None if self.total_final => self.items(),
            None => format!("{} · counting", self.items()),
        }
    }

    /// Whether anything is known yet.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        !self.phase.is_empty()
            || self.items_done > 0
            || self.items_total > 0
            || self.bytes_done > 0
            || self.unchanged > 0
    }

    /// All of it on one line: `reading Orders · 431 of 600 items · 72 % · 1.2 MiB`.
    #[must_use]
    pub fn line(&self) -> String {
        if self.phase.is_empty() { self.numbers() } else { format!("{} · {}", self.phase, self.numbers()) }
    }

    /// The same without the phase.
    fn numbers(&self) -> String {
        let mut parts = vec![self.words()];
        if self.bytes_total > 0 || self.bytes_done > 0 {
            let of = if self.total_final { format!(" of {}", bytes(self.bytes_total)) } else { String::new() };
            parts.push(format!("{}{of}", bytes(self.bytes_done)));
        }
        if self.unchanged > 0 {
            parts.push(format!("{} unchanged", number(self.unchanged)));
        }
        parts.join(" · ")
    }

    /// The items alone: `172 473 of 401 002 items`, without a total until it is final.
    #[must_use]
    pub fn items(&self) -> String {
        let done = number(self.items_done);
        if self.total_final { format!("{done} of {} items", number(self.items_total)) } else { format!("{done} items") }
    }
}

/// A bar with its words beside it, for a row.
#[must_use]
pub fn small(progress: &Progress, name: &str) -> Markup {
    html! {
        div.progress {
            (bar(progress, &format!("Progress of {}", visible(name))))
            div.sub { @match progress.percent() { Some(percent) => { (percent) " %" }, None => "counting" } }
        }
    }
}

/// The bar and all counters, for the page of a run.
#[must_use]
pub fn full(context: &PageContext, progress: &Progress) -> Markup {
    html! {
        div.progress.card {
            p { @if !progress.phase.is_empty() { strong.phase { (progress.phase) } " · " } (progress.numbers()) }
            (bar(progress, "Progress of this run"))
            @if let Some(at) = progress.moved_at { p.soft { "Last progress " (relative(context, at)) "." } }
        }
    }
}

fn bar(progress: &Progress, label: &str) -> Markup {
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
    fn there_is_no_percentage_before_the_total_is_known() {
        let mut progress = Progress { items_done: 172_473, items_total: 401_002, ..Progress::default() };
        assert_eq!(progress.percent(), None);
        assert!(progress.words().contains("counting"));
        progress.total_final = true;
        assert_eq!(progress.percent(), Some(43));
        progress.items_done = 500_000;
        assert_eq!(progress.percent(), Some(100));
        progress = Progress { total_final: true, ..Progress::default() };
        assert_eq!(progress.percent(), None);
    }
}
