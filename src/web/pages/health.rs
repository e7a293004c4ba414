//! Whether the portal answers and reaches its database, for whatever watches over it.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::web::state::App;

/// `ok`, or 503 when the database cannot be read.
pub async fn show(app: Data<App>) -> HttpResponse {
    match app.store.read(crate::store::portal::has_administrator).await {
        Ok(_there) => HttpResponse::Ok().content_type("text/plain").body("ok\n"),
        Err(_away) => HttpResponse::ServiceUnavailable().content_type("text/plain").body("the database is away\n"),
    }
}
