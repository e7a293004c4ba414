//! The frame of every page: head, skip link, rail with navigation, sheet, footer.

use maud::{DOCTYPE, Markup, html};

use super::icon::{logo, sprite};
use super::{CurrentUser, Nav, PageContext, foreign, form, notice, number, time};
use crate::domain::invisible::visible;
use crate::domain::theme::Theme;
use crate::ids::SystemKey;
use crate::web::urls;

/// A whole page. `main` brings its own `h1`, best through [`head`].
#[must_use]
pub fn page(context: &PageContext, title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[context.theme.map(Theme::as_str)] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(title)) " · Syncdesk" }
                link rel="stylesheet" href=(urls::css());
                link rel="icon" href=(urls::ICON) type="image/svg+xml";
            }
            body.bare[context.reader.is_none()] {
                (sprite())
                a.skip href="#main" { "Skip to content" }
                @if context.reader.is_some() { (side(context)) }
                main #main tabindex="-1" {
                    @if context.reader.is_none() { (brand()) }
                    @if let Some(flash) = &context.flash { (notice::flash(flash)) }
                    (main)
                }
                (foot(context))
            }
        }
    }
}

fn brand() -> Markup {
    html! { a.brand href=(urls::HOME) { (logo()) " Syncdesk" } }
}

/// The rail: what there is to see, and what belongs to the reader. On narrow screens the second part is a menu.
fn side(context: &PageContext) -> Markup {
    let (own, main): (Vec<Nav>, Vec<Nav>) = context.nav.iter().partition(|entry| **entry == Nav::Help);
    html! {
        header.side {
            (brand())
            @if !main.is_empty() {
                nav.nav aria-label="Main" { @for entry in main { (nav_link(context, entry)) " " } }
            }
            details.menu {
                summary { "Menu" }
                div {
                    p.lbl { "You" }
                    nav.nav aria-label="Help and account" {
                        @for entry in own { (nav_link(context, entry)) " " }
                        @if let Some(reader) = &context.reader { (account_link(context, reader)) }
                    }
                    div.me { (form(context, urls::SIGN_OUT, &html! { button { "Sign out" } })) }
                }
            }
        }
    }
}

fn nav_link(context: &PageContext, entry: Nav) -> Markup {
    html! {
        a href=(entry.address()) aria-current=[(context.current == Some(entry)).then_some("true")] {
            (entry.label())
            @if entry == Nav::Systems && context.attention > 0 {
                " " b { (number(context.attention)) span.vh { (if context.attention == 1 { " needs attention" } else { " need attention" }) } }
            }
        }
    }
}

fn account_link(context: &PageContext, reader: &CurrentUser) -> Markup {
    let is_current = context.current == Some(Nav::Account);
    html! {
        a href=(urls::ACCOUNT) title=[(!reader.roles.is_empty()).then_some(&reader.roles)] aria-current=[is_current.then_some("true")] {
            bdi { (reader.name) } span.vh { ", your account" }
        }
    }
}

fn foot(context: &PageContext) -> Markup {
    html! {
        footer.foot {
            span { "Times are in " (time::zone_name(context)) }
            span { "Updated " (time::time_in_words(context, context.now)) }
            // Strangers learn nothing about the version.
            @if context.reader.is_some() { span { "Syncdesk " (context.version) } }
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
    crumbs(&[(urls::SYSTEMS.to_owned(), "Systems"), (urls::system(key), name)])
}

/// The heading of a page with its badge and its actions.
#[must_use]
pub fn head(title: &Markup, beside: &Markup, actions: &Markup) -> Markup {
    html! {
        div.head {
            h1 { (title) } " "
            (beside)
            @if !actions.0.is_empty() { div.acts { (actions) } }
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
