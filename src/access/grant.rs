//! Grants: the proof of a permission, with its reach.

use std::fmt;
use std::marker::PhantomData;

use super::permission::Permission;
use super::principal::Principal;
use crate::ids::GroupId;

/// Which systems a permission reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    /// In ascending order, never empty.
    Groups(Vec<GroupId>),
}

impl Scope {
    #[must_use]
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    #[must_use]
    pub fn covers(&self, group: GroupId) -> bool {
        match self {
            Self::All => true,
            Self::Groups(groups) => groups.contains(&group),
        }
    }
}

/// The proof that somebody has permission `P`, and where. Made only by [`super::Actor::authorize`].
pub struct Grant<P: Permission> {
    principal: Principal,
    scope: Scope,
    permission: PhantomData<P>,
}

impl<P: Permission> Grant<P> {
    pub(super) fn new(principal: Principal, scope: Scope) -> Self {
        Self { principal, scope, permission: PhantomData }
    }

    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl<P: Permission> Clone for Grant<P> {
    fn clone(&self) -> Self {
        Self::new(self.principal.clone(), self.scope.clone())
    }
}

impl<P: Permission> fmt::Debug for Grant<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("principal", &self.principal).field("scope", &self.scope).finish()
    }
}
