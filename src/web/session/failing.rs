//! What goes wrong with a session becomes a page. The gate creates all others, but it runs inside: a session is kept
//! after it has answered.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::csrf;
use super::gate::{page, stranger};
use crate::web::error::WebError;
use crate::web::response;
use crate::web::state::App;

/// Stands around the session.
///
/// # Errors
/// With its own response: our page, with the headers that every response has.
pub async fn with_a_page(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = request.app_data::<Data<App>>().cloned();
    next.call(request).await.map_err(|error| match app {
        Some(app) => InternalError::from_response("no session", answer(&app, &error)).into(),
        None => error,
    })
}

const JUST_NOW: Duration = Duration::from_secs(1);

fn answer(app: &App, error: &actix_web::Error) -> HttpResponse {
    let (secret, _cookie) = csrf::issue(&app.cookie_key, app.clock.now());
    // The error does not say what was wrong with the database; the store has just met it.
    let failure = app.store.fault_within(JUST_NOW).map_or_else(|| WebError::internal(error), WebError::broken);
    let mut answer = page(&stranger(app, None, secret), &failure.0);
    for (name, value) in response::headers(app.portal.secure) {
        answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}
