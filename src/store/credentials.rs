//! Credentials: sealed bytes by system and slot, or the shared credential that a slot uses. Nothing here can open them.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::{credentials, shared_credentials, systems};
use super::shared_credentials::SharedCredential;
use super::systems::{InReach, System};
use crate::access::{Grant, Internal, verbs};
use crate::ids::SystemId;

/// What a system has in a slot.
#[derive(Debug, Clone)]
pub enum Credential {
    Own(Sealed),
    Shared { slot: String, shared: SharedCredential },
}

impl Credential {
    #[must_use]
    pub fn slot(&self) -> &str {
        match self {
            Self::Own(sealed) => &sealed.slot,
            Self::Shared { slot, .. } => slot,
        }
    }
}

/// A sealed credential that only one system has.
#[derive(Debug, Clone, Queryable)]
pub struct Sealed {
    pub system: SystemId,
    pub slot: String,
    pub key_id: String,
    pub sealed: Vec<u8>,
}

/// Every credential of a system.
pub fn of_system(db: &mut Db, system: &InReach<System>) -> Result<Vec<Credential>> {
    type Row = (String, Option<String>, Option<Vec<u8>>, Option<SharedCredential>);
    let rows: Vec<Row> = credentials::table
        .left_join(shared_credentials::table.on(credentials::shared_key.eq(shared_credentials::key.nullable())))
        .filter(credentials::system_id.eq(system.id))
        .select((credentials::slot, credentials::key_id, credentials::sealed, Option::<SharedCredential>::as_select()))
        .load(db)?;
    let credential = |(slot, key_id, sealed, shared): Row| match shared {
        Some(shared) => Some(Credential::Shared { slot, shared }),
        None => Some(Credential::Own(Sealed { system: system.id, slot, key_id: key_id?, sealed: sealed? })),
    };
    Ok(rows.into_iter().filter_map(credential).collect())
}

/// The slots in which a system has a credential.
pub fn slots(db: &mut Db, system: &InReach<System>) -> Result<Vec<String>> {
    Ok(credentials::table.filter(credentials::system_id.eq(system.id)).select(credentials::slot).load(db)?)
}

/// Whether a child of the system uses a shared credential.
pub fn is_shared_below(db: &mut Db, parent: &InReach<System>) -> Result<bool> {
    let of_children = credentials::table
        .inner_join(systems::table.on(systems::id.eq(credentials::system_id)))
        .filter(systems::parent_id.eq(parent.id))
        .filter(credentials::shared_key.is_not_null());
    Ok(diesel::select(exists(of_children)).get_result(db)?)
}

/// Sets the credential of a slot.
pub fn set(db: &mut Db, _grant: &Grant<verbs::SetCredentials>, system: InReach<SystemId>, new: &Sealed) -> Result<()> {
    diesel::delete(credentials::table.find((*system, &new.slot))).execute(db)?;
    diesel::insert_into(credentials::table)
        .values((
            credentials::system_id.eq(*system),
            credentials::slot.eq(&new.slot),
            credentials::key_id.eq(&new.key_id),
            credentials::sealed.eq(&new.sealed),
        ))
        .execute(db)?;
    Ok(())
}

/// Makes an empty slot use a shared credential of the group of the system.
pub fn share(
    db: &mut Db,
    _grant: &Grant<verbs::SetCredentials>,
    (system, slot): (&InReach<System>, &str),
    shared: &InReach<SharedCredential>,
) -> Result<()> {
    diesel::insert_into(credentials::table)
        .values((
            credentials::system_id.eq(system.id),
            credentials::slot.eq(slot),
            credentials::group_id.eq(system.group_id),
            credentials::shared_key.eq(&shared.key),
        ))
        .execute(db)?;
    Ok(())
}

/// Re-encrypts a credential that is still sealed with the old key; returns 0 or 1.
pub fn replace(db: &mut Db, _console: Internal, new: &Sealed, old_key: &str) -> Result<usize> {
    let row = credentials::table.find((new.system, &new.slot)).filter(credentials::key_id.eq(old_key));
    Ok(diesel::update(row)
        .set((credentials::key_id.eq(&new.key_id), credentials::sealed.eq(&new.sealed)))
        .execute(db)?)
}

/// Forgets the credential of a slot. One that is shared stays.
pub fn remove(db: &mut Db, system: &InReach<System>, slot: &str) -> Result<()> {
    diesel::delete(credentials::table.find((system.id, slot))).execute(db)?;
    Ok(())
}

/// Some credentials that are not sealed with this key: what a rotation still has to do.
pub fn not_under(db: &mut Db, _console: Internal, key_id: &str, limit: i64) -> Result<Vec<Sealed>> {
    let columns = (
        credentials::system_id,
        credentials::slot,
        credentials::key_id.assume_not_null(),
        credentials::sealed.assume_not_null(),
    );
    Ok(credentials::table.filter(credentials::key_id.ne(key_id)).limit(limit).select(columns).load(db)?)
}
