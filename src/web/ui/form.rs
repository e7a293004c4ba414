//! The one form that posts: it carries the token, so that no page can forget it.

use maud::{Markup, html};

use super::{PageContext, foreign};
use crate::ids::SystemKey;
use crate::web::urls;

/// A form that posts to `action`.
#[must_use]
pub fn form(context: &PageContext, action: &str, body: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(context.csrf);
            (body)
        }
    }
}

/// A form below a table whose check boxes belong to it: each names it by `form`.
#[must_use]
pub fn bulk(context: &PageContext, id: &str, action: &str, body: &Markup) -> Markup {
    html! {
        form.bulk #(id) method="post" action=(action) {
            input type="hidden" name="csrf" value=(context.csrf);
            (body)
        }
    }
}

fn btn(class: &str) -> String {
    if class.is_empty() { "btn".to_owned() } else { format!("btn {class}") }
}

/// A button; `class` is `primary`, `danger`, `small` or several of them.
#[must_use]
pub fn button(label: &str, class: &str) -> Markup {
    html! { button class=(btn(class)) { (label) } " " }
}

/// A link that looks like a button, for what changes nothing. The blank behind it keeps neighbours apart where
/// there are no styles.
#[must_use]
pub fn link_button(address: &str, words: &str, class: &str) -> Markup {
    html! { a class=(btn(class)) href=(address) { (words) } " " }
}

/// A button whose label includes a name, for screen readers.
#[must_use]
pub fn button_for(label: &str, name: &str, class: &str) -> Markup {
    html! { button class=(btn(class)) { (label) span.vh { ": " (foreign::name(name)) } } " " }
}

/// *Synchronize now*. The request key makes a double click, or the same page sent twice, one run.
#[must_use]
pub fn synchronize(context: &PageContext, key: &SystemKey, button: &Markup) -> Markup {
    form(
        context,
        &urls::synchronize(key),
        &html! {
            input type="hidden" name="request" value={ (context.request_key) "." (key) };
            (button)
        },
    )
}

/// *Check connection*.
#[must_use]
pub fn check(context: &PageContext, key: &SystemKey, button: &Markup) -> Markup {
    form(context, &urls::check_now(key), button)
}
