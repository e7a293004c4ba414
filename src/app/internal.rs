//! The proof that Syncdesk itself acts. Only `app` makes one: for the engine, and for the person at the console.

use crate::access::Principal;

/// The proof that Syncdesk itself acts. It reaches everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Internal(Who);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Schedule,
    Worker,
    Console,
}

impl Internal {
    pub(super) const SCHEDULE: Self = Self(Who::Schedule);
    pub(super) const WORKER: Self = Self(Who::Worker);
    pub(super) const CONSOLE: Self = Self(Who::Console);

    #[must_use]
    pub const fn principal(self) -> Principal {
        match self.0 {
            Who::Schedule => Principal::Schedule,
            Who::Worker => Principal::Worker,
            Who::Console => Principal::Console,
        }
    }
}
