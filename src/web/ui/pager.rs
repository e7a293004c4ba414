//! First, previous, next, last: by key, never by number.

use maud::{Markup, html};

/// Where the pages around this one are; `None` when there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLinks {
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub last: Option<String>,
}

impl PageLinks {
    /// Whether everything is on this page.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.first.is_none() && self.previous.is_none() && self.next.is_none() && self.last.is_none()
    }
}

/// The words of the four links.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    pub first: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    pub last: &'static str,
}

pub const IN_ORDER: Words = Words { first: "First", previous: "Previous", next: "Next", last: "Last" };
pub const BY_AGE: Words = Words { first: "Newest", previous: "Newer", next: "Older", last: "Oldest" };

/// The line under a table: what it shows, and the pages around it.
#[must_use]
pub fn pager(label: &str, shown: &Markup, links: &PageLinks, words: Words) -> Markup {
    html! {
        div.pager {
            div { (shown) }
            @if !links.is_single() {
                nav aria-label=(label) {
                    ul {
                        li { (link(words.first, links.first.as_deref(), None)) }
                        li { (link(words.previous, links.previous.as_deref(), Some("prev"))) }
                        li { (link(words.next, links.next.as_deref(), Some("next"))) }
                        li { (link(words.last, links.last.as_deref(), None)) }
                    }
                }
            }
        }
    }
}

fn link(word: &str, address: Option<&str>, rel: Option<&str>) -> Markup {
    html! {
        @match address {
            Some(address) => a href=(address) rel=[rel] { (word) },
            None => span.off { (word) },
        }
    }
}
