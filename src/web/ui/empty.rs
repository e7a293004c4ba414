//! Nothing here yet, and what to do next.

use maud::{Markup, html};

/// An empty table or list.
#[must_use]
pub fn empty(title: &str, next: &Markup) -> Markup {
    html! { div.empty { p { strong { (title) } } (next) } }
}
