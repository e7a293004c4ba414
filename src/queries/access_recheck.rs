//! The reader of a response that takes long: the session and the rights are checked again for each part of it.

use crate::access::Actor;
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Db, Result, StoreError, people, sessions};

/// A person, signed in by one session.
#[derive(Clone)]
pub struct AccessRecheck {
    pub person: PersonId,
    /// Its CSRF secret: no other session has it.
    mark: String,
}

impl AccessRecheck {
    /// Of a reader; `mark` is the CSRF secret of the session.
    #[must_use]
    pub fn new(reader: &Actor, mark: String) -> Self {
        Self { person: reader.id(), mark }
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
