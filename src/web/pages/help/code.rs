//! What an error code means, who can fix it, and how.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::markdown::html_of;
use crate::domain::catalogue;
use crate::web::extract::Viewer;
use crate::web::response;
use crate::web::ui::Nav;
use maud::{Markup, PreEscaped, html};

use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Shell, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CodeView {
    pub code: String,
    pub title: String,
    /// Rendered from our own Markdown: safe.
    pub html: String,
}

/// What a code means. A code that this version does not know gets a page that says so.
pub async fn show(viewer: Viewer, path: Path<String>) -> HttpResponse {
    let code = path.into_inner();
    let entry = catalogue::by_code(&code);
    let shown = CodeView { title: entry.title.to_owned(), html: html_of(entry.doc().body), code };
    response::page(view(&viewer.shell(Some(Nav::Help)), &shown))
}

#[must_use]
pub fn view(shell: &Shell, view: &CodeView) -> Markup {
    page(
        shell,
        &view.code,
        &html! {
            (crumbs(&[(urls::HELP.to_owned(), "Help")]))
            (head(&html! { span.mono { (view.code) } }, &html! { span.soft { (view.title) } }, &html! {}))
            article.card.sheet.prose { (PreEscaped(&view.html)) }
        },
    )
}
