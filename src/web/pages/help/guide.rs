//! A page of the guide.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::{Markup, PreEscaped, html};

use super::markdown::html_of;
use crate::domain::doc::{Doc, GUIDE};
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::response;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Nav, PageContext, page};
use crate::web::urls;

/// A page by its name.
///
/// # Errors
/// When there is no such page.
pub async fn show(viewer: Viewer, path: Path<String>) -> Result<HttpResponse, WebError> {
    let doc = Doc::find(GUIDE, &path).ok_or_else(WebError::not_found)?;
    Ok(response::page(view(&viewer.page_context(Some(Nav::Help)), &doc)))
}

fn view(context: &PageContext, doc: &Doc) -> Markup {
    page(
        context,
        doc.title,
        &html! {
            (crumbs(&[(urls::HELP.to_owned(), "Help")]))
            (head(&html! { (doc.title) }, &html! {}, &html! {}))
            article.box.pad.prose { (PreEscaped(html_of(doc.body))) }
        },
    )
}
