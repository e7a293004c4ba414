//! The only way to systems for whoever acts on a request: the reach of the grant is in the query.

use diesel::prelude::*;

use crate::access::{Grant, Permission, Scope};
use crate::store::connection::DbBackend;
use crate::store::schema::systems;

/// Live systems in reach.
pub(in crate::store) type Reached<'a> = systems::BoxedQuery<'a, DbBackend>;

/// `grant.systems()`.
pub trait Systems {
    /// The reach, for queries that begin elsewhere.
    fn reach(&self) -> &Scope;
}

impl<P: Permission> Systems for Grant<P> {
    fn reach(&self) -> &Scope {
        self.scope()
    }
}

/// Live systems in the reach of a grant.
pub(in crate::store) fn systems<'a>(grant: &impl Systems) -> Reached<'a> {
    let live = systems::table.filter(systems::deleted_at.is_null()).into_boxed();
    match grant.reach() {
        Scope::All => live,
        Scope::Groups(groups) => live.filter(systems::group_id.eq_any(groups.clone())),
    }
}
