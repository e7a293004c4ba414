//! Answers: pages, redirects.

use actix_web::HttpResponse;
use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, ContentType, HeaderValue, LOCATION, REFRESH};
use actix_web::http::{ConnectionType, Method, StatusCode, Version};
use actix_web::middleware::Next;
use maud::Markup;

use super::ui::{PageContext, Refresh};

/// `default-src 'none'`: no script at all, no style but ours.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// What every answer has; `secure` where people use https.
pub fn headers(secure: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let always = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ];
    always.into_iter().chain(secure.then_some(("strict-transport-security", "max-age=31536000; includeSubDomains")))
}

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

/// A page that refreshes, if `refresh` says so. While it does, `view` leaves out all input fields: a refresh would
/// delete what is typed into them.
#[must_use]
pub fn refreshing(
    mut context: PageContext,
    refresh: Option<Refresh>,
    view: impl FnOnce(&PageContext) -> Markup,
) -> HttpResponse {
    let seconds = refresh.as_ref().map(|refresh| HeaderValue::from(refresh.seconds));
    context.refresh = refresh;
    let mut response = page(view(&context));
    if let Some(seconds) = seconds {
        response.headers_mut().insert(REFRESH, seconds);
    }
    response
}

/// After a POST that changed something.
#[must_use]
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// An answer that sets a cookie as well.
#[must_use]
pub fn with_cookie(mut answer: HttpResponse, cookie: &Cookie<'_>) -> HttpResponse {
    // Ours have letters, digits, dots and dashes only, which always fit into a header.
    if let Err(error) = answer.add_cookie(cookie) {
        log::error!("a cookie could not be set: {error}");
    }
    answer
}

/// A head has no body: without this one that is streamed would be made to its end and thrown away.
///
/// # Errors
/// None itself.
pub async fn without_body_for_head(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let head_only = request.method() == Method::HEAD;
    let answer = next.call(request).await?.map_into_boxed_body();
    Ok(if head_only { answer.map_body(|_head, _body| BoxBody::new(body::None::new())) } else { answer })
}

/// Answers whose length is not known are sent in chunks, which clients of HTTP/1.0, such as w3m, treat as the page:
/// for them the end of the connection is the end of the answer.
///
/// # Errors
/// None itself.
pub async fn without_chunks_before_1_1(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let knows_chunks = request.version() >= Version::HTTP_11;
    let mut answer = next.call(request).await?;
    if !knows_chunks {
        let head = answer.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}
