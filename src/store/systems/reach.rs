//! The only access to systems for a request: the reach of the grant is part of the query.

use std::ops::Deref;

use diesel::prelude::*;

use crate::access::{Grant, Permission, Scope};
use crate::store::cached::is_in;
use crate::store::connection::DbBackend;
use crate::store::schema::systems;

/// Systems in reach.
pub(in crate::store) type Reached<'a> = systems::BoxedQuery<'a, DbBackend>;

/// What was found through a grant. Only `store` makes one, so nobody has one of something out of reach.
#[derive(Debug, Clone)]
pub struct InReach<T>(T);

impl<T> InReach<T> {
    pub(in crate::store) const fn new(found: T) -> Self {
        Self(found)
    }

    /// The thing itself, without the proof.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for InReach<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A grant that reaches systems.
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
    with_deleted(grant).filter(systems::deleted_at.is_null())
}

/// The same, with those that were deleted: for their logs.
pub(in crate::store) fn with_deleted<'a>(grant: &impl Systems) -> Reached<'a> {
    let all = systems::table.into_boxed();
    match grant.reach() {
        Scope::All => all,
        Scope::Groups(groups) => all.filter(is_in(systems::group_id, groups.clone())),
    }
}
