//! Addresses of the list of systems.

use super::{Cursor, ROWS, SYSTEMS, SystemsQuery, with_query};

/// A page of the list of systems.
#[must_use]
pub fn systems(query: &SystemsQuery, cursor: &Cursor) -> String {
    with_query(SYSTEMS, &systems_pairs(query, cursor))
}

/// The same on a page that refreshes.
#[must_use]
pub fn systems_refreshing(query: &SystemsQuery, cursor: &Cursor) -> String {
    let mut pairs = systems_pairs(query, cursor);
    pairs.push(("refresh", "on"));
    with_query(SYSTEMS, &pairs)
}

fn systems_pairs<'a>(query: &'a SystemsQuery, cursor: &'a Cursor) -> Vec<(&'static str, &'a str)> {
    let mut pairs = query.query();
    pairs.push((ROWS, query.size.as_query()));
    pairs.extend(cursor.pairs());
    pairs
}

#[must_use]
pub fn systems_csv(query: &SystemsQuery) -> String {
    with_query("/systems.csv", &query.query())
}
