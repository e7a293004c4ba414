//! `/.well-known/security.txt` (RFC 9116): where to report security problems, if the operator has said so.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::SecondsFormat;

use crate::web::error::WebError;
use crate::web::state::App;

/// How long the file is valid; the RFC recommends less than a year.
const VALID: Duration = Duration::from_hours(180 * 24);

/// The file.
///
/// # Errors
/// There is none, if no contact is configured.
pub async fn show(app: Data<App>) -> Result<HttpResponse, WebError> {
    let contact = app.config.security_contact.as_ref().ok_or_else(WebError::not_found)?;
    let expires = app.clock.now().plus(VALID).to_utc().to_rfc3339_opts(SecondsFormat::Secs, true);
    // The RFC asks for an https address.
    let canonical = app.config.public_url.as_ref().filter(|_| app.config.is_https());
    let canonical = canonical.map(|url| format!("Canonical: {url}.well-known/security.txt\n")).unwrap_or_default();
    let text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n{canonical}");
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}
