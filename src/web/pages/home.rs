//! The start page leads to what the reader may see; every address that there is not ends here too.

use actix_web::HttpResponse;

use crate::access::Verb;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::{response, urls};

/// Redirects to the overview, to the logs for people who may see only those, or to the account.
pub async fn show(viewer: Viewer) -> HttpResponse {
    let places = [(&[Verb::SeeSystems, Verb::SeeSettings][..], urls::OVERVIEW), (&[Verb::ReadLogs], urls::LOGS)];
    let place = places.iter().find(|(verbs, _address)| viewer.may_anywhere(verbs));
    response::see_other(place.map_or(urls::ACCOUNT, |(_verbs, address)| address))
}

/// There is no such page.
///
/// # Errors
/// Always.
pub async fn nowhere() -> Result<HttpResponse, WebError> {
    Err(WebError::not_found())
}
