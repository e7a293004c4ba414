//! The whole form on one page: general fields, those of the connector by section, schedule and limits.

use maud::{Markup, html};

use super::fields::{advanced, folders, general, hidden, labels_of_all, plain, running};
use super::{EditView, Subject, VERSION};
use crate::domain::doc::{Doc, GUIDE};
use crate::domain::kind::FormPage;
use crate::web::ui::field::summary_in_order;
use crate::web::ui::foreign;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{PageContext, button, form, link_button, notice, page};
use crate::web::urls;

#[must_use]
pub fn view(context: &PageContext, view: &EditView) -> Markup {
    let (title, action, back) = match &view.subject {
        Subject::New => ("Connect a system".to_owned(), urls::NEW_SYSTEM.to_owned(), urls::SYSTEMS.to_owned()),
        Subject::System { key, name, .. } => (format!("Edit {name}"), urls::system_edit(key), urls::system(key)),
    };
    page(
        context,
        &title,
        &html! {
            (above(view))
            (head(&html! { (foreign::name(&title)) }, &html! { span.soft { (view.kind_title) } }, &guide(view.kind)))
            @if view.subject == Subject::New {
                p.soft { "All settings on one page. " a href=(urls::NEW_SYSTEM) { "Connect in three steps, with a test" } " instead." }
                (kinds(view))
            }
            (summary_in_order(&view.errors, &labels_of_all(view.fields)))
            (notice::unencrypted(&view.exposed))
            (form(context, &action, &html! {
                div.sections #(VERSION) {
                    (hidden(view))
                    (general(view))
                    (folders(view))
                    (plain(view, FormPage::Location))
                    (plain(view, FormPage::Selection))
                    (running(view))
                    (advanced(view, &[FormPage::Location, FormPage::Selection]))
                }
                div.row.sticky {
                    (button(if view.subject == Subject::New { "Connect" } else { "Save" }, "primary"))
                    (link_button(&back, "Cancel", ""))
                }
            }))
        },
    )
}

/// The way to what Help says of this kind, if it says anything.
pub(in crate::web::pages::systems) fn guide(kind: &str) -> Markup {
    let page = Doc::find(GUIDE, kind);
    html! { @if let Some(page) = page { a href=(urls::help_guide(kind)) { "Help: " (page.title) } } }
}

fn above(view: &EditView) -> Markup {
    match &view.subject {
        Subject::New => crumbs(&[(urls::SYSTEMS.to_owned(), "Systems")]),
        Subject::System { key, name, .. } => {
            crumbs(&[(urls::SYSTEMS.to_owned(), "Systems"), (urls::system(key), name)])
        }
    }
}

/// The kinds that can be connected, each with its own form.
fn kinds(view: &EditView) -> Markup {
    html! {
        nav.tabs aria-label="Kind of system" {
            @for kind in &view.kinds {
                a href=(urls::new_system(&kind.value)) aria-current=[(kind.value == view.kind).then_some("true")] { (kind.label) } " "
            }
        }
    }
}
