//! Addresses of saved views.

use super::{Cursor, SystemsQuery, systems, with_query};
use crate::ids::ViewKey;

/// The views of the reader.
pub const VIEWS: &str = "/systems/views";

/// The list of systems without a default view.
pub const ALL_SYSTEMS: &str = "/systems?view=all";

/// Where a view is renamed, chosen or deleted.
#[must_use]
pub fn view(key: &ViewKey) -> String {
    format!("{VIEWS}/{key}")
}

/// Where the list gets a name.
#[must_use]
pub fn save_view(query: &SystemsQuery) -> String {
    let list = view_query(query);
    with_query(VIEWS, &[("list", if list.is_empty() { "view=all" } else { &list })])
}

/// What is saved of the query of a list; empty for the list as it is at first.
#[must_use]
pub fn view_query(query: &SystemsQuery) -> String {
    let bare = SystemsQuery { view: String::new(), ..query.clone() };
    let list = systems(&bare, &Cursor::default());
    list.split_once('?').map(|(_path, query)| query.to_owned()).unwrap_or_default()
}

/// The list as a view shows it.
#[must_use]
pub fn opened_view(query: &str) -> String {
    if query.is_empty() { ALL_SYSTEMS.to_owned() } else { format!("/systems?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_the_query_of_its_list() {
        let query =
            SystemsQuery { view: "all".into(), q: "a&b".into(), sort: "name".into(), ..SystemsQuery::default() };
        assert_eq!(view_query(&query), "q=a%26b&sort=name");
        assert_eq!(opened_view("q=a%26b&sort=name"), "/systems?q=a%26b&sort=name");
        assert_eq!(save_view(&query), "/systems/views?list=q%3Da%2526b%26sort%3Dname");
        let first = SystemsQuery::default();
        assert_eq!(opened_view(&view_query(&first)), ALL_SYSTEMS);
        assert_eq!(save_view(&first), "/systems/views?list=view%3Dall");
    }
}
