//! Pages for what went wrong: what happened, what to do, and ways out.

use maud::{Markup, html};

use crate::web::ui::layout::head;
use crate::web::ui::{Shell, link_button, page};
use crate::web::urls;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 404: not there, or not for this reader; the page does not say which.
    NotFound,
    /// 403: the role template that would allow it.
    Forbidden { template: &'static str },
    /// 403: the form's token was missing, wrong or too old.
    Stale,
    /// 409: what was asked cannot be done as things are; in words.
    Conflict { why: String, back: Option<String> },
    /// 422: what was sent makes no sense; in words.
    Unprocessable { why: String, back: Option<String> },
    /// 429.
    TooMany { seconds: u64 },
    /// 500: only the id under which it was logged.
    Internal { request_id: String },
    /// 503: the database is away or busy.
    Unavailable { request_id: String },
}

impl Trouble {
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden { .. } | Self::Stale => 403,
            Self::Conflict { .. } => 409,
            Self::Unprocessable { .. } => 422,
            Self::TooMany { .. } => 429,
            Self::Internal { .. } => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Nothing here",
            Self::Forbidden { .. } => "This needs another role",
            Self::Stale => "This form was too old",
            Self::Conflict { .. } => "Not possible as things are",
            Self::Unprocessable { .. } => "This could not be understood",
            Self::TooMany { .. } => "Too many requests",
            Self::Internal { .. } => "Something broke on our side",
            Self::Unavailable { .. } => "Not available right now",
        }
    }

    fn words(&self) -> Markup {
        html! {
            @match self {
                Self::NotFound => {
                    p { "There is no page at this address, or what it showed is gone or not within your reach." }
                    p { "Check the address. If somebody sent it to you, ask them whether it still exists and who can give you access." }
                },
                Self::Forbidden { template } => {
                    p {
                        "You are signed in, but your roles do not allow this. The role template "
                        a.mono href=(urls::help_role(template)) { (template) } " would."
                    }
                    p { "Ask an administrator, or whoever manages people in your group, to assign it. Nothing was changed." }
                },
                Self::Stale => {
                    p { "The form that was sent has expired, or came from somewhere else. Nothing was changed." }
                    p { "Go back, load the page again, and repeat what you did. Cookies have to be allowed." }
                },
                Self::Conflict { why, .. } => {
                    p { (why) }
                    p { "Nothing was changed. Look at the present state, then decide again." }
                },
                Self::Unprocessable { why, .. } => {
                    p { (why) }
                    p { "Nothing was changed. Go back, correct it, and send it again." }
                },
                Self::TooMany { seconds } => p { "Please wait " (seconds) " seconds, then try again. Nothing was changed." },
                Self::Internal { request_id } => {
                    p { "The request was not completed. It has been logged; trying again is safe." }
                    (request(request_id))
                },
                Self::Unavailable { request_id } => {
                    p { "The database did not answer in time. Trying again in a moment is safe." }
                    (request(request_id))
                },
            }
        }
    }

    fn back(&self) -> Option<&str> {
        match self {
            Self::Conflict { back, .. } | Self::Unprocessable { back, .. } => back.as_deref(),
            Self::NotFound
            | Self::Forbidden { .. }
            | Self::Stale
            | Self::TooMany { .. }
            | Self::Internal { .. }
            | Self::Unavailable { .. } => None,
        }
    }
}

fn request(id: &str) -> Markup {
    html! { p { "If it happens again, give your administrator this request id: " code.mono { (id) } "." } }
}

#[must_use]
pub fn view(shell: &Shell, trouble: &Trouble) -> Markup {
    page(
        shell,
        trouble.title(),
        &html! {
            div.narrow {
                (head(&html! { (trouble.title()) }, &html! { span.soft { "Error " (trouble.status()) } }, &html! {}))
                div.card.sheet {
                    (trouble.words())
                    div.do {
                        @if let Some(back) = trouble.back() { (link_button(back, "Back", "primary")) }
                        @for entry in &shell.nav { (link_button(entry.address(), entry.label(), "")) }
                        @if shell.reader.is_none() { (link_button(urls::SIGN_IN, "Sign in", "")) }
                    }
                }
            }
        },
    )
}
