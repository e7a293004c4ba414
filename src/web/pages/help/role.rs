//! What a role template allows.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::markdown::html_of;
use crate::domain::doc::{Doc, ROLES};
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::response;
use crate::web::ui::Nav;
use maud::{Markup, PreEscaped, html};

use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Badge, PageContext, Tone, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct RoleView {
    pub template: String,
    /// Whether the reader holds it.
    pub held: bool,
    /// Rendered from our own Markdown: safe.
    pub html: String,
}

/// What a role template allows.
///
/// # Errors
/// When there is no such template.
pub async fn show(viewer: Viewer, path: Path<String>) -> Result<HttpResponse, WebError> {
    let doc = Doc::find(ROLES, &path).ok_or_else(WebError::not_found)?;
    let template = path.into_inner();
    let held = viewer
        .actor
        .as_ref()
        .is_some_and(|actor| actor.assignments().iter().any(|assignment| assignment.template.as_str() == template));
    let shown = RoleView { held, html: html_of(doc.body), template };
    Ok(response::page(view(&viewer.page_context(Some(Nav::Help)), &shown)))
}

#[must_use]
pub fn view(context: &PageContext, view: &RoleView) -> Markup {
    let held = if view.held {
        Badge::new(Tone::Ok, "You have this role")
    } else {
        Badge::new(Tone::Neutral, "You do not have this role")
    };
    page(
        context,
        &view.template,
        &html! {
            (crumbs(&[(urls::HELP.to_owned(), "Help")]))
            (head(&html! { span.mono { (view.template) } }, &html! { (held) }, &html! {}))
            article.box.pad.prose { (PreEscaped(&view.html)) }
        },
    )
}
