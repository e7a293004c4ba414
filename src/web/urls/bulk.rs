//! Addresses of bulk actions.

use super::with_query;
use crate::ids::BulkKey;

/// Where the list of systems sends what is selected.
pub const BULK_SYSTEMS: &str = "/systems/bulk";

/// What became of a bulk action.
#[must_use]
pub fn bulk(key: &BulkKey) -> String {
    format!("/bulk/{key}")
}

/// The same on a page that does not refresh.
#[must_use]
pub fn bulk_still(key: &BulkKey) -> String {
    with_query(&bulk(key), &[("refresh", "off")])
}
