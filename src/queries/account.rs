//! The account of a reader.

use crate::access::{Actor, Template};
use crate::clock::Stamp;
use crate::store::{Db, Result, people, sessions};

/// A role collection with its group (none: all systems) and its templates.
pub type Role = (String, Option<String>, Vec<Template>);

/// The roles of a reader, and how many sessions are open.
///
/// # Errors
/// As the store.
pub fn account(db: &mut Db, reader: &Actor, now: Stamp) -> Result<(Vec<Role>, i64)> {
    Ok((people::roles_with_templates(db, reader.id())?, sessions::count_of(db, reader.id(), now)?))
}
