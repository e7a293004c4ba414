//! The frame of every page: head, skip link, header with navigation, main, footer.

use maud::{DOCTYPE, Markup, html};

use super::{CurrentUser, Nav, PageContext, button, foreign, form, notice, time};
use crate::domain::invisible::visible;
use crate::ids::SystemKey;
use crate::web::urls;

/// A whole page. `main` brings its own `h1`, best through [`head`].
#[must_use]
pub fn page(context: &PageContext, title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(title)) " · Syncdesk" }
                link rel="stylesheet" href=(urls::css());
                link rel="icon" href=(urls::ICON) type="image/svg+xml";
            }
            body {
                a.skip href="#main" { "Skip to content" }
                (top(context))
                main #main {
                    @if let Some(flash) = &context.flash { (notice::flash(flash)) }
                    (main)
                }
                (foot(context))
            }
        }
    }
}

fn top(context: &PageContext) -> Markup {
    html! {
        header.top {
            div {
                a.name href=(urls::HOME) { (mark()) "Syncdesk" }
                @if !context.nav.is_empty() {
                    nav aria-label="Main" {
                        ul { @for entry in &context.nav { li { (nav_link(*entry, context.current)) } } }
                    }
                }
                @if let Some(reader) = &context.reader { (who(context, reader)) }
            }
        }
    }
}

fn nav_link(entry: Nav, current: Option<Nav>) -> Markup {
    html! {
        a href=(entry.address()) aria-current=[(current == Some(entry)).then_some("true")] { (entry.label()) }
    }
}

fn who(context: &PageContext, reader: &CurrentUser) -> Markup {
    html! {
        div.who {
            a href=(urls::ACCOUNT) title="Your account" { bdi { (reader.name) } @if !reader.roles.is_empty() { " · " (reader.roles) } } " "
            (form(context, urls::SIGN_OUT, &button("Sign out", "small")))
        }
    }
}

/// Two arrows that chase each other: the logo.
fn mark() -> Markup {
    html! {
        svg.mark width="22" height="22" viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            path d="M4 10a8 8 0 0 1 14-4l2 2M20 3v5h-5M20 14a8 8 0 0 1-14 4l-2-2M4 21v-5h5" {}
        }
    }
}

fn foot(context: &PageContext) -> Markup {
    html! {
        footer.foot {
            div {
                p { "Times are " (time::zone_name(context)) ". As of " (time::time_in_words(context, context.now)) "." }
                // Strangers learn nothing about the version.
                p { "Syncdesk" @if context.reader.is_some() { " " (context.version) " · " a href=(urls::HELP) { "Help" } } }
            }
        }
    }
}

/// Where a page stands: addresses and names of what is above it.
#[must_use]
pub fn crumbs(above: &[(String, &str)]) -> Markup {
    html! {
        nav.crumbs aria-label="Breadcrumb" {
            @for (place, (address, name)) in above.iter().enumerate() {
                @if place > 0 { span aria-hidden="true" { " › " } }
                a href=(address) { (foreign::name(name)) }
            }
        }
    }
}

/// Above a page of a system.
#[must_use]
pub fn system_crumbs(key: &SystemKey, name: &str) -> Markup {
    crumbs(&[(urls::SYSTEMS.to_owned(), "Communication systems"), (urls::system(key), name)])
}

/// The heading of a page with its badge and its actions.
#[must_use]
pub fn head(title: &Markup, beside: &Markup, actions: &Markup) -> Markup {
    html! {
        div.head {
            h1 { (title) } " "
            (beside)
            @if !actions.0.is_empty() { div.actions { (actions) } }
        }
    }
}

/// Says that the page refreshes, and how to stop that; nothing on a page that does not.
#[must_use]
pub fn refreshing(context: &PageContext) -> Markup {
    html! {
        @if let Some(refresh) = &context.refresh {
            p.refresh {
                "Refreshes every " (refresh.seconds) " seconds. "
                a href=(refresh.stop) { "Stop refreshing" }
            }
        }
    }
}
