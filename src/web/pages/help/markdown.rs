//! Our own Markdown as HTML. Raw HTML in it is shown as text.

use pulldown_cmark::{Event, Options, Parser, html};

/// The HTML of a page.
#[must_use]
pub(super) fn html_of(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut html, events);
    html
}
