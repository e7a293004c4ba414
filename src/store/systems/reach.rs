//! The only access to systems for a request: the reach of the grant is part of the query.

use std::ops::Deref;

use diesel::prelude::*;
use diesel::query_dsl::methods;

use crate::access::{Grant, Internal, Permission, Scope};
use crate::ids::{GroupId, SystemId};
use crate::store::cached::{IsIn, is_in};
use crate::store::connection::DbBackend;
use crate::store::schema::systems;

/// Systems in reach.
pub(in crate::store) type Reached<'a> = systems::BoxedQuery<'a, DbBackend>;

macro_rules! proof {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name<T>(T);

        impl<T> $name<T> {
            pub(in crate::store) const fn new(found: T) -> Self {
                Self(found)
            }

            /// The thing itself, without the proof.
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    )+};
}

proof! {
    /// What was found through a grant, or by Syncdesk itself. Only `store` makes one, so nobody has one of something out
    /// of reach.
    InReach;
    /// What belongs to a system that is [`InReach`], or is claimed by a worker.
    OfSystem;
}

impl InReach<SystemId> {
    /// A system that Syncdesk itself works on.
    #[must_use]
    pub const fn for_syncdesk(_by: Internal, id: SystemId) -> Self {
        Self(id)
    }
}

/// A proof that reaches systems.
pub trait Systems {
    fn reach(&self) -> &Scope;
}

impl<P: Permission> Systems for Grant<P> {
    fn reach(&self) -> &Scope {
        self.scope()
    }
}

impl Systems for Internal {
    fn reach(&self) -> &Scope {
        &Scope::All
    }
}

/// The bare ids, for queries.
pub(in crate::store) fn ids(systems: &[InReach<SystemId>]) -> Vec<SystemId> {
    systems.iter().map(|system| system.0).collect()
}

/// Limits a query to the groups in reach; `group` is its column of them.
pub(in crate::store) fn within<Q, C>(by: &impl Systems, query: Q, group: C) -> Q
where
    Q: methods::FilterDsl<IsIn<C, GroupId>, Output = Q>,
    C: Expression,
{
    match by.reach() {
        Scope::All => query,
        Scope::Groups(groups) => methods::FilterDsl::filter(query, is_in(group, groups.clone())),
    }
}

/// The groups in reach; none for all groups.
pub(super) fn groups(by: &impl Systems) -> &[GroupId] {
    match by.reach() {
        Scope::All => &[],
        Scope::Groups(groups) => groups,
    }
}

/// Live systems in the reach of a grant.
pub(in crate::store) fn systems<'a>(grant: &impl Systems) -> Reached<'a> {
    with_deleted(grant).filter(systems::deleted_at.is_null())
}

/// The same, with those that were deleted: for their logs.
pub(in crate::store) fn with_deleted<'a>(grant: &impl Systems) -> Reached<'a> {
    within(grant, systems::table.into_boxed(), systems::group_id)
}
