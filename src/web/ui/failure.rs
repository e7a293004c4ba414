//! Why something failed: what it means, what the peer said, and what to do.

use maud::{Markup, html};

use super::foreign;
use crate::domain::run::Stage;
use crate::web::urls;

/// A failure as the catalogue explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureView {
    pub code: String,
    pub stage: Option<Stage>,
    /// What happened, with its arguments filled in.
    pub meaning: String,
    /// What to do about it.
    pub to_do: String,
    /// The team note; empty when there is none.
    pub team_note: String,
    /// Whether and how it resolves automatically; empty when it does not.
    pub heals: String,
    /// The peer's own words, or those of whatever stood in the way.
    pub foreign_text: Option<String>,
}

/// The failure after its heading.
#[must_use]
pub fn failure(view: &FailureView) -> Markup {
    html! {
        (foreign::text(view.meaning.trim_end_matches('.'))) " "
        span.nobreak { "(" (code(&view.code)) @if let Some(stage) = view.stage { ", stage: " (stage.title()) } ")." }
        @if !view.heals.is_empty() { " " (view.heals) }
        @if !view.to_do.is_empty() { " " span.todo { (view.to_do) } }
        @if !view.team_note.is_empty() { " " span.team-note { span.remark { "Team note" } " " bdi { (foreign::text(&view.team_note)) } } }
    }
}

/// The service's own text, as a separate block.
#[must_use]
pub fn said(view: &FailureView) -> Markup {
    html! {
        @if let Some(words) = &view.foreign_text {
            div.said { @if is_of_peer(view) { "Response: " } @else { "Details: " } (foreign::quote(words)) }
        }
    }
}

/// Whether the words are the peer's: one that was not reached has said nothing, and neither has a folder.
fn is_of_peer(view: &FailureView) -> bool {
    let was_reached = view.stage.is_none_or(|stage| stage >= Stage::SignIn);
    was_reached && !view.code.starts_with("FILE-")
}

/// A code, leading to its page.
#[must_use]
pub fn code(code: &str) -> Markup {
    html! { a.mono href=(urls::help_code(code)) { (code) } }
}
