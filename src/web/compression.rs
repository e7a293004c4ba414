//! Compression of pages. The compressing middleware of actix-web has one level, the fastest, with which a list of 50 systems
//! is a third larger than with this one.

use std::io::Write as _;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::stream::accepts_gzip;

/// Higher ones take twice the time for a tenth less.
const LEVEL: u32 = 5;

/// Compresses a page that is whole; the compressing middleware leaves it as it is then.
///
/// # Errors
/// None itself.
pub async fn of_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let accepted = accepts_gzip(request.headers());
    let (request, answer) = next.call(request).await?.map_into_boxed_body().into_parts();
    let is_page = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_plain = !answer.headers().contains_key(CONTENT_ENCODING);
    let answer = if accepted && is_page && is_plain { compressed(answer) } else { answer };
    Ok(ServiceResponse::new(request, answer))
}

fn compressed(answer: HttpResponse) -> HttpResponse {
    let (mut head, body) = answer.into_parts();
    match body.try_into_bytes().map(|page| gzip(&page).ok_or(page)) {
        Ok(Ok(packed)) => {
            head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            head.headers_mut().append(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
            head.set_body(BoxBody::new(packed))
        }
        Ok(Err(page)) => head.set_body(BoxBody::new(page)),
        // It is streamed.
        Err(body) => head.set_body(body),
    }
}

/// None if there is nothing to compress.
fn gzip(page: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(page.len() / 8), Compression::new(LEVEL));
    encoder.write_all(page).ok().filter(|()| !page.is_empty())?;
    encoder.finish().ok().map(Bytes::from)
}
