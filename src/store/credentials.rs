//! Credentials: sealed bytes by system and slot. Nothing here can open them.

use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::credentials;
use super::systems::{InReach, System};
use crate::ids::SystemId;

/// A sealed credential.
#[derive(Debug, Clone, Queryable)]
pub struct Sealed {
    pub system: SystemId,
    pub slot: String,
    pub key_id: String,
    pub sealed: Vec<u8>,
}

/// Every credential of a system.
pub fn of_system(db: &mut Db, system: &InReach<System>) -> Result<Vec<Sealed>> {
    Ok(credentials::table.filter(credentials::system_id.eq(system.id)).load(db)?)
}

/// The slots in which a system has a credential.
pub fn slots(db: &mut Db, system: &InReach<System>) -> Result<Vec<String>> {
    Ok(credentials::table.filter(credentials::system_id.eq(system.id)).select(credentials::slot).load(db)?)
}

/// Sets the credential of a slot.
pub fn set(db: &mut Db, new: &Sealed) -> Result<()> {
    remove(db, new.system, &new.slot)?;
    diesel::insert_into(credentials::table)
        .values((
            credentials::system_id.eq(new.system),
            credentials::slot.eq(&new.slot),
            credentials::key_id.eq(&new.key_id),
            credentials::sealed.eq(&new.sealed),
        ))
        .execute(db)?;
    Ok(())
}

/// Re-encrypts a credential that is still sealed with the old key; returns 0 or 1.
pub fn replace(db: &mut Db, new: &Sealed, old_key: &str) -> Result<usize> {
    let row = credentials::table.find((new.system, &new.slot)).filter(credentials::key_id.eq(old_key));
    Ok(diesel::update(row)
        .set((credentials::key_id.eq(&new.key_id), credentials::sealed.eq(&new.sealed)))
        .execute(db)?)
}

/// Forgets the credential of a slot.
pub fn remove(db: &mut Db, system: SystemId, slot: &str) -> Result<()> {
    diesel::delete(credentials::table.find((system, slot))).execute(db)?;
    Ok(())
}

/// Some credentials that are not sealed with this key: what a rotation still has to do.
pub fn not_under(db: &mut Db, key_id: &str, limit: i64) -> Result<Vec<Sealed>> {
    Ok(credentials::table.filter(credentials::key_id.ne(key_id)).limit(limit).load(db)?)
}
