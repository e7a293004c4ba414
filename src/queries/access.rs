//! Who asks, and where the system of the URL is: what the gate needs before there is any grant.

use crate::access::{Actor, Reach, Template, verbs};
use crate::ids::{GroupId, PersonId, SystemKey};
use crate::store::{Db, Result, assigners, people, portal, systems};

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

/// How many systems that somebody may see need attention.
///
/// # Errors
/// As the store.
pub fn attention(db: &mut Db, actor: &Actor) -> Result<i64> {
    match actor.authorize::<verbs::SeeSystem>() {
        Ok(grant) => systems::attention(db, &grant),
        Err(_missing) => Ok(0),
    }
}

/// Whether anybody can administer the portal.
///
/// # Errors
/// As the store.
pub fn has_administrator(db: &mut Db) -> Result<bool> {
    portal::has_administrator(db)
}

/// Maximum number of people who are named to somebody without a permission.
const NAMED: i64 = 4;

/// Who can help somebody who lacks a role template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhoCanAssign {
    /// The roles that have the template.
    pub roles: Vec<String>,
    /// People who can assign them within the reach of the reader, each with the group in which they can (none:
    /// everywhere). Nobody is named to somebody who has no role.
    pub people: Vec<(String, Option<String>)>,
}

/// Reads who can help.
///
/// # Errors
/// As the store.
pub fn who_can_assign(db: &mut Db, reader: &Actor, template: Template) -> Result<WhoCanAssign> {
    if reader.assignments().is_empty() {
        return Ok(WhoCanAssign::default());
    }
    let group = |reach| match reach {
        Reach::All => None,
        Reach::Group(group) => Some(group),
    };
    let groups: Vec<GroupId> = reader.assignments().iter().filter_map(|one| group(one.reach)).collect();
    Ok(WhoCanAssign {
        roles: assigners::roles_with(db, template)?,
        people: assigners::people_who_assign(db, &groups, NAMED)?,
    })
}
