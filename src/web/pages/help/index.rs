//! Help: all role templates and all codes.

use actix_web::HttpResponse;

use super::markdown::html_of;
use crate::domain::catalogue;
use crate::domain::doc::{Doc, GUIDE, ROLES};
use crate::web::extract::Viewer;
use crate::web::response;
use crate::web::ui::Nav;
use maud::{Markup, PreEscaped, html};

use crate::web::ui::layout::head;
use crate::web::ui::{Shell, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct IndexView {
    /// Rendered from our own Markdown: safe.
    pub html: String,
    /// Names and opening words of each.
    pub roles: Vec<(String, String)>,
    pub codes: Vec<(String, String)>,
}

/// The guide's first page, with all templates and codes.
pub async fn show(viewer: Viewer) -> HttpResponse {
    let opening = |body: &str| body.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ");
    let shown = IndexView {
        html: Doc::find(GUIDE, "index").map(|doc| html_of(doc.body)).unwrap_or_default(),
        roles: ROLES.iter().map(|(name, page)| ((*name).to_owned(), opening(Doc::read(page).body))).collect(),
        codes: catalogue::all().map(|entry| (entry.code.to_owned(), entry.title.to_owned())).collect(),
    };
    response::page(view(&viewer.shell(Some(Nav::Help)), &shown))
}

#[must_use]
pub fn view(shell: &Shell, view: &IndexView) -> Markup {
    page(
        shell,
        "Help",
        &html! {
            (head(&html! { "Help" }, &html! {}, &html! {}))
            @if !view.html.is_empty() { article.card.sheet.prose { (PreEscaped(&view.html)) } }
            (entries("roles", "Role templates", &view.roles, urls::help_role))
            (entries("codes", "Codes of messages", &view.codes, urls::help_code))
        },
    )
}

fn entries(id: &str, title: &str, entries: &[(String, String)], address: fn(&str) -> String) -> Markup {
    html! {
        @if !entries.is_empty() {
            section.card.settings aria-labelledby=(id) {
                header { h2 #(id) { (title) } }
                dl {
                    @for (name, line) in entries {
                        div { dt { a.mono href=(address(name)) { (name) } } dd { (line) } }
                    }
                }
            }
        }
    }
}
