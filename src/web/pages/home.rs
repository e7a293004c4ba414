//! The start page leads to what the reader may see; every address that there is not ends here too.

use actix_web::HttpResponse;

use crate::access::Verb;
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::{response, urls};

/// Leads to the systems, or to the own account for whoever may see none.
pub async fn show(viewer: Viewer) -> HttpResponse {
    let sees = viewer.may_anywhere(&[Verb::SeeSystems, Verb::SeeSettings]);
    response::see_other(if sees { urls::SYSTEMS } else { urls::ACCOUNT })
}

/// There is no such page.
///
/// # Errors
/// Always.
pub async fn nowhere() -> Result<HttpResponse, Failure> {
    Err(Failure::not_found())
}
