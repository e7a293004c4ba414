//! The start page leads to what the reader may see; every address that there is not ends here too.

use actix_web::HttpResponse;

use crate::access::Verb;
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::{response, urls};

/// Leads to the systems, to the logs for whoever may see only those, or to the own account.
pub async fn show(viewer: Viewer) -> HttpResponse {
    let places = [(&[Verb::SeeSystems, Verb::SeeSettings][..], urls::SYSTEMS), (&[Verb::ReadLogs], urls::LOGS)];
    let place = places.iter().find(|(verbs, _address)| viewer.may_anywhere(verbs));
    response::see_other(place.map_or(urls::ACCOUNT, |(_verbs, address)| address))
}

/// There is no such page.
///
/// # Errors
/// Always.
pub async fn nowhere() -> Result<HttpResponse, Failure> {
    Err(Failure::not_found())
}
