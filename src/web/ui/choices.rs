//! One of several: a `<select>`.

use maud::{Markup, html};

/// A value that can be chosen, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A filter: label around a select whose first choice is "Any".
#[must_use]
pub fn filter(label: &str, name: &str, choices: &[Choice], chosen: &str) -> Markup {
    html! {
        label {
            (label) " "
            select name=(name) {
                option value="" selected[chosen.is_empty()] { "Any" }
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == chosen] { (choice.label) }
                }
                // What was asked for stays chosen, even where nothing of it is left.
                @if !chosen.is_empty() && choices.iter().all(|choice| choice.value != chosen) {
                    option value=(chosen) selected { (chosen) }
                }
            }
        }
        " "
    }
}
