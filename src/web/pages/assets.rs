//! What pages link to: the style sheet and the icon, in the binary.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The style sheet; its address carries a digest.
pub async fn css() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .body(include_str!("../../../static/app.css"))
}

/// The icon.
pub async fn icon() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/svg+xml"))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(include_str!("../../../static/icon.svg"))
}
