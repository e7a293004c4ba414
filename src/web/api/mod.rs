//! What programs call, below `/api/v1`. Requests are authorized by bearer tokens only: no session is loaded here, so
//! cookies are ignored. Failures are problem documents (RFC 9457).

mod problem;

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use self::problem::unauthorized;

/// Registers everything below `/api`. There is no resource and no token yet, so that each request is refused.
pub fn register(config: &mut ServiceConfig) {
    config.service(web::scope("/api").default_service(web::to(refuse)));
}

async fn refuse(request: HttpRequest) -> HttpResponse {
    let (problem, challenge) = match bearer_token(request.headers()) {
        Some(_token) => {
            (unauthorized("The bearer token is not valid."), r#"Bearer realm="Syncdesk", error="invalid_token""#)
        }
        None => (
            unauthorized("Send a bearer token in the header Authorization. Cookies are ignored."),
            r#"Bearer realm="Syncdesk""#,
        ),
    };
    let mut response = problem.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// The token of `Authorization: Bearer …` (RFC 6750), if there is exactly one such header.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(AUTHORIZATION);
    let line = lines.next().filter(|_| lines.next().is_none())?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
