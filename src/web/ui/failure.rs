//! Why something failed: what it means, what the peer said, and what to do.

use maud::{Markup, html};

use super::notice::notice;
use super::{Tone, foreign};
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
    /// What an administrator can run in a shell to see the same failure.
    pub command: Option<String>,
}

/// What happened, what to do, and the details, below a heading. `more`: what else there is to know and to open.
#[must_use]
pub fn failure(title: &Markup, view: &FailureView, more: &Markup) -> Markup {
    let words = if is_of_peer(view) { "Response" } else { "Details" };
    notice(
        Tone::Error,
        &html! {
            h2 { (Tone::Error) span { (title) } }
            dl.why {
                div { dt { "What happened" } " " dd { (foreign::text(&view.meaning)) @if !view.heals.is_empty() { " " (view.heals) } } }
                @if !view.to_do.is_empty() { div { dt { "What to do" } " " dd { (view.to_do) } } }
                @if !view.team_note.is_empty() { div { dt { "Team note" } " " dd { bdi { (foreign::text(&view.team_note)) } } } }
                div { dt { "Code" } " " dd { (code(&view.code)) @if let Some(stage) = view.stage { " · stage: " (stage.title()) } } }
                @if let Some(said) = &view.foreign_text { div { dt { (words) } " " dd.said { (foreign::quote(said)) } } }
                @if let Some(command) = &view.command {
                    div { dt { "Command to try" } " " dd { "On the Syncdesk server:" pre { code { (command) } } } }
                }
            }
            @if !more.0.is_empty() { p.links { (more) } }
        },
    )
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
