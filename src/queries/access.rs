//! Who asks, and where the system of the URL is: what the gate needs before there is any grant.

use crate::ids::{PersonId, SystemKey};
use crate::store::{Db, Result, people, portal, systems};

pub use crate::store::people::Person;
pub use crate::store::systems::Located;

/// Somebody with their rights, and the place of a system; `None` for a disabled account or an unknown system.
///
/// # Errors
/// As the store.
pub fn caller(db: &mut Db, person: PersonId, key: Option<&SystemKey>) -> Result<(Option<Person>, Option<Located>)> {
    let located = key.map(|key| systems::locate(db, key)).transpose()?.flatten();
    Ok((people::person(db, person)?, located))
}

/// Whether anybody can administer the portal.
///
/// # Errors
/// As the store.
pub fn has_administrator(db: &mut Db) -> Result<bool> {
    portal::has_administrator(db)
}
