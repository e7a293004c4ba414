//! Links to neighbouring pages in a row: categories with their counts, sections, and presets of a filter.

use maud::{Markup, html};

use super::Icon;
use super::text::number;

/// One of them.
#[derive(Debug, Clone)]
pub struct Tab {
    pub icon: Option<Icon>,
    pub label: &'static str,
    pub count: i64,
    pub address: String,
    pub current: bool,
}

/// A link in a row, and whether it leads to what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionLink {
    pub label: &'static str,
    pub address: String,
    pub current: bool,
}

/// Tabs without counts.
#[must_use]
pub fn sections(label: &str, links: &[SectionLink]) -> Markup {
    html! { nav.tabs aria-label=(label) { (in_a_row(links)) } }
}

/// Presets at the end of a filter; the one that is in use leads back.
#[must_use]
pub fn presets(links: &[SectionLink]) -> Markup {
    html! { span.end { (in_a_row(links)) } }
}

fn in_a_row(links: &[SectionLink]) -> Markup {
    html! {
        @for link in links { a href=(link.address) aria-current=[link.current.then_some("true")] { (link.label) } " " }
    }
}

/// A row of tabs; `beside` is shown at the end.
#[must_use]
pub fn tabs(label: &str, tabs: &[Tab], beside: &Markup) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for tab in tabs {
                a.none[tab.count == 0] href=(tab.address) aria-current=[tab.current.then_some("true")] {
                    @if let Some(icon) = tab.icon { (icon) }
                    (tab.label) " " b { (number(tab.count)) }
                }
                " "
            }
            @if !beside.0.is_empty() { span.end { (beside) } }
        }
    }
}
