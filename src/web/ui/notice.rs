//! Something to know before the rest of the page.

use maud::{Markup, html};

use super::{Flash, Tone};

/// A notice. An error is announced at once, the rest when there is time.
#[must_use]
pub fn notice(tone: Tone, body: &Markup) -> Markup {
    let role = match tone {
        Tone::Error => "alert",
        Tone::Ok | Tone::Warning | Tone::Information | Tone::Busy | Tone::Neutral | Tone::Paused => "status",
    };
    html! { div.notice.(tone.class()) role=(role) { (body) } }
}

/// What the form before this page did.
#[must_use]
pub fn flash(flash: &Flash) -> Markup {
    notice(
        flash.tone,
        &html! {
            p {
                (flash.tone) (flash.text)
                @for (address, words) in &flash.links { " " a href=(address) { (words) } }
            }
        },
    )
}
