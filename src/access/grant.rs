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

/// The proof that Syncdesk itself acts. It reaches everything; only `app` and the console make one, and hand it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Internal {
    Schedule(Seal),
    Worker(Seal),
    /// Somebody at the console of the server.
    Console(Seal),
}

/// Keeps [`Internal`] from being made in any other way than by its functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal(());

impl Internal {
    #[must_use]
    pub const fn schedule() -> Self {
        Self::Schedule(Seal(()))
    }

    #[must_use]
    pub const fn worker() -> Self {
        Self::Worker(Seal(()))
    }

    #[must_use]
    pub const fn console() -> Self {
        Self::Console(Seal(()))
    }

    #[must_use]
    pub const fn principal(self) -> Principal {
        match self {
            Self::Schedule(_) => Principal::Schedule,
            Self::Worker(_) => Principal::Worker,
            Self::Console(_) => Principal::Console,
        }
    }
}
