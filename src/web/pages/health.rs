//! Whether Syncdesk responds and its database works, for a monitoring program. Needs no session, and so no database.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::web::Data;

use crate::web::present::fault_words;
use crate::web::state::App;

/// `ok`; or 503 with the fault in one word on the first line (such as `full`, see [`crate::queries::Fault`]) and what it
/// means on the second.
pub async fn show(app: Data<App>) -> HttpResponse {
    let Some(fault) = app.store.health().await else {
        return HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type("text/plain").body("ok\n");
    };
    let words = fault_words(fault);
    HttpResponse::ServiceUnavailable()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((RETRY_AFTER, words.retry_after))
        .content_type("text/plain")
        .body(format!("{}\n{}. {}\n", fault.as_str(), words.title, words.to_do))
}
