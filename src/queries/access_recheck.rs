//! The reader of a response that takes long: the session and the rights are checked again for each part of it.

use crate::access::{Actor, Grant, Permission};
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Db, Result, StoreError, people, sessions};

/// A person with a permission, signed in by one session.
pub struct AccessRecheck<P: Permission> {
    pub person: PersonId,
    /// Its CSRF secret: no other session has it.
    mark: String,
    grant: Grant<P>,
}

impl<P: Permission> Clone for AccessRecheck<P> {
    fn clone(&self) -> Self {
        Self { person: self.person, mark: self.mark.clone(), grant: self.grant.clone() }
    }
}

impl<P: Permission> AccessRecheck<P> {
    /// Of a reader; `mark` is the CSRF secret of the session.
    #[must_use]
    pub fn new(reader: &Actor, mark: String, grant: Grant<P>) -> Self {
        Self { person: reader.id(), mark, grant }
    }

    /// Reads with what this person may do by now. It is checked last, so that nothing is sent that was written after the
    /// right had ended.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when this session has ended, the account was disabled, or the permission was lost.
    pub fn read<T>(&mut self, db: &mut Db, now: Stamp, read: impl Fn(&mut Db, &Grant<P>) -> Result<T>) -> Result<T> {
        loop {
            let found = read(db, &self.grant)?;
            let current = self.current(db, now)?;
            let before = std::mem::replace(&mut self.grant, current);
            if before.scope() == self.grant.scope() {
                return Ok(found);
            }
        }
    }

    fn current(&self, db: &mut Db, now: Stamp) -> Result<Grant<P>> {
        if !sessions::states_of(db, self.person, now)?.iter().any(|state| state.contains(&self.mark)) {
            return Err(StoreError::NotFound);
        }
        let person = people::person(db, self.person)?.ok_or(StoreError::NotFound)?;
        person.actor.authorize().map_err(|_missing| StoreError::NotFound)
    }
}
