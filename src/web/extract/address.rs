//! Addresses whose parts cannot be read. They end on pages, like everything else that goes wrong.

use actix_web::web::{PathConfig, QueryConfig, ServiceConfig};

use crate::web::error::WebError;

/// Turns what actix would answer in plain text into pages: a part of the path that cannot be parsed is not found, and the
/// page for a query that cannot be parsed says so.
pub fn register(config: &mut ServiceConfig) {
    config.app_data(PathConfig::default().error_handler(|_error, _request| WebError::not_found().into()));
    config.app_data(QueryConfig::default().error_handler(|_error, _request| unreadable().into()));
}

/// Whether a query has a NUL, which Postgres cannot store or compare.
#[must_use]
pub fn has_nul(query: &str) -> bool {
    query.contains("%00")
}

/// The query makes no sense.
#[must_use]
pub fn unreadable() -> WebError {
    WebError::unprocessable("The query string is not valid.")
}
