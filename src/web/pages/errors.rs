//! Pages for what went wrong: what happened, what to do, and ways out.

use maud::{Markup, html};

use crate::ids::SystemKey;
use crate::ops::obstruction::Obstruction;
use crate::queries::Fault;
use crate::queries::access::WhoCanAssign;
use crate::web::present::fault_words;
use crate::web::ui::foreign;
use crate::web::ui::layout::head;
use crate::web::ui::{PageContext, button, form, link_button, page, time};
use crate::web::urls;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorPage {
    /// 404: not there, or not for this reader; the page does not say which.
    NotFound,
    /// 403: the role template that would allow it.
    Forbidden { template: &'static str, help: WhoCanAssign },
    /// 403: the form's token was missing, wrong or too old.
    Stale,
    /// 409: what was asked cannot be done as things are; in words.
    Conflict { why: String, back: Option<String> },
    /// 409: the system is on hold or paused, so that nothing starts.
    Obstructed { key: SystemKey, by: Obstruction, may_check: bool },
    /// 422: what was sent makes no sense; in words.
    Unprocessable { why: String, back: Option<String> },
    /// 429.
    TooMany { seconds: u64 },
    /// 500: only the id under which it was logged.
    Internal { request_id: String },
    /// 503: the database as a whole does not work. The store has logged it.
    Database(Fault),
}

impl ErrorPage {
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden { .. } | Self::Stale => 403,
            Self::Conflict { .. } | Self::Obstructed { .. } => 409,
            Self::Unprocessable { .. } => 422,
            Self::TooMany { .. } => 429,
            Self::Internal { .. } => 500,
            Self::Database(_) => 503,
        }
    }

    /// Seconds after which it is worth trying again.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { seconds } => Some(*seconds),
            Self::Database(fault) => Some(fault_words(*fault).retry_after.into()),
            Self::NotFound
            | Self::Forbidden { .. }
            | Self::Stale
            | Self::Conflict { .. }
            | Self::Obstructed { .. }
            | Self::Unprocessable { .. }
            | Self::Internal { .. } => None,
        }
    }

    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Page not found",
            Self::Forbidden { .. } => "Permission required",
            Self::Stale => "Form expired",
            Self::Conflict { .. } | Self::Obstructed { .. } => "Not possible right now",
            Self::Unprocessable { .. } => "Request not valid",
            Self::TooMany { .. } => "Too many requests",
            Self::Internal { .. } => "Internal error",
            Self::Database(fault) => fault_words(*fault).title,
        }
    }

    fn words(&self, context: &PageContext) -> Markup {
        html! {
            @match self {
                Self::NotFound => {
                    p { "This page does not exist, was deleted, or you have no access to it." }
                    p { "Check the URL, or ask the sender whether the page still exists and who can give you access." }
                },
                Self::Forbidden { template, help } => (forbidden(context, template, help)),
                Self::Stale => {
                    p { "The form has expired or was not sent from this site. Nothing was changed." }
                    p { "Go back, reload the page and try again. Cookies must be allowed." }
                },
                Self::Conflict { why, .. } => {
                    p { (why) }
                    p { "Nothing was changed. Check the current state and try again." }
                },
                Self::Obstructed { by: Obstruction::OnHold { by, since, reason }, .. } => {
                    p {
                        "This system has been on hold since " (time::time_inside(context, *since)) ". "
                        bdi { (by) } " gave this reason: " q dir="auto" { (foreign::text(reason)) }
                    }
                    p { "Nothing was changed. No run starts until the system is released on its page." }
                },
                Self::Obstructed { by: Obstruction::Paused { since }, may_check, .. } => {
                    p { "This system has been paused since " (time::time_inside(context, *since)) ", because its connection checks kept failing." }
                    p {
                        "Nothing was changed. "
                        @if *may_check { "Check the connection: runs resume after a successful check" } @else { "Runs resume after a successful connection check" }
                        ", and what was missed is caught up."
                    }
                },
                Self::Unprocessable { why, .. } => {
                    p { (why) }
                    p { "Nothing was changed. Go back, correct the input and try again." }
                },
                Self::TooMany { seconds } => p { "Please wait " (seconds) " seconds, then try again. Nothing was changed." },
                Self::Internal { request_id } => {
                    p { "The request failed and was logged. You can try again safely." }
                    (request(request_id))
                },
                Self::Database(fault) => {
                    p { (fault_words(*fault).happened) }
                    p { (fault_words(*fault).to_do) }
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
            | Self::Obstructed { .. }
            | Self::TooMany { .. }
            | Self::Internal { .. }
            | Self::Database(_) => None,
        }
    }
}

/// What helps where a system is in the way.
fn of_system(context: &PageContext, trouble: &ErrorPage) -> Markup {
    let ErrorPage::Obstructed { key, by, may_check } = trouble else { return html! {} };
    let checks = *may_check && matches!(by, Obstruction::Paused { .. });
    html! {
        @if checks { (form::check(context, key, &button("Check connection", "primary"))) }
        (link_button(&urls::system(key), "Open the system", if checks { "" } else { "primary" }))
    }
}

/// Which role is missing, and who can assign it.
fn forbidden(context: &PageContext, template: &str, help: &WhoCanAssign) -> Markup {
    let roles = context.reader.as_ref().map(|reader| reader.roles.as_str()).filter(|roles| !roles.is_empty());
    html! {
        p {
            "You are signed in"
            @if let Some(reader) = &context.reader { " as " strong { bdi { (foreign::name(&reader.name)) } } }
            @match roles { Some(roles) => { " with the role " (foreign::name(roles)) "." }, None => ". You have no role." }
            " This needs the role template " a.mono href=(urls::help_role(template)) { (template) } ". Nothing was changed."
        }
        dl.why {
            @if !help.roles.is_empty() {
                div { dt { "Roles with it" } " " dd { @for (place, role) in help.roles.iter().enumerate() { @if place > 0 { ", " } (foreign::name(role)) } } }
            }
            div { dt { "Who can assign it" } " " dd {
                @if help.people.is_empty() { "An administrator, or the person who manages people in your group." }
                @for (place, (name, group)) in help.people.iter().enumerate() {
                    @if place > 0 { ", " }
                    bdi { (foreign::name(name)) }
                    @if let Some(group) = group { " (for " (foreign::name(group)) ")" }
                }
            } }
        }
    }
}

fn request(id: &str) -> Markup {
    html! { p { "If this keeps happening, send your administrator this request ID: " code.mono { (id) } "." } }
}

#[must_use]
pub fn view(context: &PageContext, trouble: &ErrorPage) -> Markup {
    page(
        context,
        trouble.title(),
        &html! {
            div.narrow {
                (head(&html! { (trouble.title()) }, &html! { span.soft { "Error " (trouble.status()) } }, &html! {}))
                div.box.pad {
                    (trouble.words(context))
                    div.row {
                        (of_system(context, trouble))
                        @if let Some(back) = trouble.back() { (link_button(back, "Back", "primary")) }
                        @for entry in &context.nav { (link_button(entry.address(), entry.label(), "")) }
                        @if context.reader.is_none() { (link_button(urls::SIGN_IN, "Sign in", "")) }
                    }
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::page_context::fixture;

    #[test]
    fn a_check_is_offered_where_it_helps_and_may_be_asked_for() {
        let context = fixture::page_context();
        let hold = Obstruction::OnHold { by: "ada".into(), since: context.now, reason: "Repairs.".into() };
        let paused = Obstruction::Paused { since: context.now };
        for (by, may_check, offered) in [(&paused, true, true), (&paused, false, false), (&hold, true, false)] {
            let key = SystemKey::from_random([1; 10]);
            let page = view(&context, &ErrorPage::Obstructed { key, by: by.clone(), may_check }).into_string();
            assert_eq!(page.contains("action=\"/systems/bbbbbbbbbb/check\""), offered, "{by:?}");
            assert!(page.contains("href=\"/systems/bbbbbbbbbb\""));
        }
    }
}
