//! Categories with their counts, as links.

use maud::{Markup, html};

use super::Tone;
use super::text::number;

/// One of them.
#[derive(Debug, Clone)]
pub struct Tab {
    pub tone: Option<Tone>,
    pub label: &'static str,
    pub count: i64,
    pub address: String,
    pub current: bool,
}

/// A row of tabs; `beside` is shown at the end.
#[must_use]
pub fn tabs(label: &str, tabs: &[Tab], beside: &Markup) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for tab in tabs {
                a.none[tab.count == 0] href=(tab.address) aria-current=[tab.current.then_some("true")] {
                    @if let Some(tone) = tab.tone { (tone) }
                    (tab.label) " " b { (number(tab.count)) }
                }
                " "
            }
            @if !beside.0.is_empty() { span.end { (beside) } }
        }
    }
}
