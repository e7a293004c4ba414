//! Something to know before the rest of the page.

use maud::{Markup, html};

use super::{Flash, Tone, foreign};

/// A notice. An error is announced at once, the rest when there is time.
#[must_use]
pub fn notice(tone: Tone, body: &Markup) -> Markup {
    let role = match tone {
        Tone::Error => "alert",
        Tone::Ok | Tone::Warning | Tone::Information | Tone::Busy | Tone::Neutral => "status",
    };
    html! { div.note.(tone.class()) role=(role) { (body) } }
}

/// That credentials are sent to these URLs without encryption; nothing without any.
#[must_use]
pub fn unencrypted(urls: &[String]) -> Markup {
    html! {
        @for url in urls {
            (notice(Tone::Warning, &html! {
                p {
                    (Tone::Warning) "Syncdesk sends credentials without encryption to " code { (foreign::name(url)) } ". "
                    "Anyone on the network can read and change what is sent. Use a URL that starts with https://."
                }
            }))
        }
    }
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
