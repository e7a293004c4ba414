//! Whoever reads an answer that lasts: the session and the rights are looked at again for each part of it.

use crate::access::Actor;
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Db, Result, StoreError, people, sessions};
use crate::web::extract::Viewer;

/// A person, signed in by one session.
#[derive(Clone)]
pub struct Standing {
    pub person: PersonId,
    /// Its CSRF secret: no other session has it.
    mark: String,
}

impl Standing {
    /// Of the reader; `None` for a stranger.
    #[must_use]
    pub fn of(viewer: &Viewer) -> Option<Self> {
        let actor = viewer.actor.as_ref()?;
        Some(Self { person: actor.id(), mark: viewer.secret.to_text() })
    }

    /// What this person may do by now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when this session has ended, or the account was disabled.
    pub fn actor(&self, db: &mut Db, now: Stamp) -> Result<Actor> {
        if !sessions::states_of(db, self.person, now)?.iter().any(|state| state.contains(&self.mark)) {
            return Err(StoreError::NotFound);
        }
        Ok(people::person(db, self.person)?.ok_or(StoreError::NotFound)?.actor)
    }
}
