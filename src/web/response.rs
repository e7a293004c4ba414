//! Answers: pages, redirects.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION, REFRESH};
use maud::Markup;

/// A page.
#[must_use]
pub fn page(markup: Markup) -> HttpResponse {
    page_with(StatusCode::OK, markup)
}

/// A page with a status.
#[must_use]
pub fn page_with(status: StatusCode, markup: Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(markup.into_string())
}

/// A page that loads itself again after some seconds.
#[must_use]
pub fn refreshing(markup: Markup, seconds: u32) -> HttpResponse {
    let mut response = page(markup);
    if let Ok(value) = seconds.to_string().parse() {
        response.headers_mut().insert(REFRESH, value);
    }
    response
}

/// After a POST that changed something.
#[must_use]
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).insert_header((CACHE_CONTROL, "no-store")).finish()
}
