//! Reads a posted form, after the request was authorized.

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures_util::StreamExt;

use super::csrf::Secret;
use crate::ops::unsaved::Fields;
use crate::web::error::WebError;
use crate::web::route::{Access, Route};

/// How long a form may take to arrive.
const TIME: Duration = Duration::from_secs(15);
/// Largest form of somebody who is signed in, in bytes.
const MAX_SIGNED_IN: usize = 256 * 1024;
/// Largest form of a stranger: user name, password of 128 characters (percent-encoded, four bytes each), an address of
/// this portal, two tokens. No more than this of a stranger's body is ever buffered.
const MAX_STRANGER: usize = 8 * 1024;

const fn limit(access: Access) -> usize {
    match access {
        Access::Public | Access::Anybody | Access::SetUp | Access::SignIn => MAX_STRANGER,
        Access::SignedIn | Access::Needs(_) | Access::System(_) => MAX_SIGNED_IN,
    }
}

/// The fields of a form. No database keeps a NUL (Postgres refuses it), and no browser sends one.
///
/// # Errors
/// A body that is no form, is too large, or too slow.
pub(super) async fn read(row: &Route, request: &mut ServiceRequest) -> Result<Fields, WebError> {
    let unreadable = || WebError::unprocessable("The form data is not valid.");
    if !is_form(request) {
        return Err(unreadable());
    }
    // A body that trickles in would hold its connection for ever.
    let body = tokio::time::timeout(TIME, collect(request, limit(row.access))).await;
    let body = body.map_err(|_elapsed| WebError::unprocessable("The request timed out. Send the form again."))??;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).map_err(|_malformed| unreadable())?;
    if fields.iter().any(|(_name, value)| value.contains('\0')) {
        return Err(unreadable());
    }
    Ok(fields.into_iter().collect())
}

/// Whether a form has the token of a session.
pub(super) fn is_of(secret: &Secret, fields: &Fields) -> bool {
    fields.get("csrf").is_some_and(|token| secret.matches(token))
}

/// By the media type alone, in any case and with any parameters (RFC 9110, 8.3.1).
fn is_form(request: &ServiceRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The body as it came: no browser compresses a form.
async fn collect(request: &mut ServiceRequest, limit: usize) -> Result<Vec<u8>, WebError> {
    let too_large = || WebError::unprocessable(format!("The form is too large: at most {} KiB.", limit / 1024));
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut payload = request.take_payload();
    let mut body = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| WebError::unprocessable("The form data is not valid."))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("application/x-www-form-urlencoded", true)]
    #[case("Application/X-WWW-Form-URLEncoded", true)]
    #[case("application/x-www-form-urlencoded; charset=UTF-8", true)]
    #[case("application/x-www-form-urlencoded ;charset=UTF-8", true)]
    #[case("application/x-www-form-urlencodedXYZ", false)]
    #[case("application/x-www-form-urlencoded, text/plain", false)]
    #[case("text/plain", false)]
    #[case("", false)]
    fn the_media_type_of_a_form(#[case] value: &str, #[case] expected: bool) {
        let request = TestRequest::post().insert_header(("content-type", value)).to_srv_request();
        assert_eq!(is_form(&request), expected);
    }

    #[actix_web::test]
    async fn no_more_than_the_limit_is_read() {
        for (length, fits) in [(0, true), (100, true), (101, false)] {
            let mut request = TestRequest::post().set_payload("x".repeat(length)).to_srv_request();
            assert_eq!(collect(&mut request, 100).await.is_ok(), fits, "{length}");
        }
        let mut announced = TestRequest::post().insert_header(("content-length", "101")).to_srv_request();
        assert!(collect(&mut announced, 100).await.is_err(), "it is refused before anything is read");
    }
}
