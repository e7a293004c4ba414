//! A tile: a heading, what is now, the facts behind it, and what can be done.

use maud::{Markup, html};

/// A fact: a term and what it is.
pub type Fact = (&'static str, Markup);

/// A tile; `id` is the id of its heading. `below`: what follows the facts.
#[must_use]
pub fn tile(id: &str, title: &str, now: &Markup, facts: &[Fact], below: &Markup, actions: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 #(id) { (title) }
            div.now { (now) }
            (facts_list(facts))
            (below)
            @if !actions.0.is_empty() { div.row { (actions) } }
        }
    }
}

/// Facts one under the other.
#[must_use]
pub fn facts_list(facts: &[Fact]) -> Markup {
    html! {
        dl { @for (term, what) in facts { div { dt { (term) } dd { (what) } } } }
    }
}
