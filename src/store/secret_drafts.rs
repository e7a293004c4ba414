//! Secrets of refused settings forms: sealed, for one person, for an hour. Nothing here can open them.

use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::secret_drafts;
use crate::clock::Stamp;
use crate::ids::PersonId;

/// A sealed draft.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = secret_drafts)]
pub struct SecretDraft {
    /// SHA-256 of the reference that the form carries.
    pub reference: Vec<u8>,
    pub slot: String,
    pub person_id: PersonId,
    pub key_id: String,
    pub sealed: Vec<u8>,
    pub expires_at: Stamp,
}

/// Maximum number of drafts of one person; older ones are deleted first.
const MAX_PER_PERSON: i64 = 20;

/// The drafts behind a reference of a person that have not expired.
pub fn find(db: &mut Db, person: PersonId, reference: &[u8], now: Stamp) -> Result<Vec<SecretDraft>> {
    Ok(secret_drafts::table
        .filter(secret_drafts::reference.eq(reference.to_vec()))
        .filter(secret_drafts::person_id.eq(person))
        .filter(secret_drafts::expires_at.gt(now))
        .load(db)?)
}

/// The drafts of a person in this slot that have not expired.
pub fn of_person(db: &mut Db, person: PersonId, slot: &str, now: Stamp) -> Result<Vec<SecretDraft>> {
    Ok(secret_drafts::table
        .filter(secret_drafts::person_id.eq(person))
        .filter(secret_drafts::slot.eq(slot))
        .filter(secret_drafts::expires_at.gt(now))
        .load(db)?)
}

/// Stores a draft. Its reference has none of this slot.
pub fn add(db: &mut Db, draft: SecretDraft) -> Result<()> {
    let person = draft.person_id;
    diesel::insert_into(secret_drafts::table).values(draft).execute(db)?;
    let of_person = secret_drafts::table.filter(secret_drafts::person_id.eq(person));
    let oldest_kept: Option<Stamp> = of_person
        .order(secret_drafts::expires_at.desc())
        .offset(MAX_PER_PERSON - 1)
        .select(secret_drafts::expires_at)
        .first(db)
        .optional()?;
    if let Some(oldest) = oldest_kept {
        diesel::delete(of_person.filter(secret_drafts::expires_at.lt(oldest))).execute(db)?;
    }
    Ok(())
}

/// Deletes the draft of one slot.
pub fn remove(db: &mut Db, person: PersonId, reference: &[u8], slot: &str) -> Result<()> {
    let draft = secret_drafts::table.find((reference.to_vec(), slot));
    diesel::delete(draft.filter(secret_drafts::person_id.eq(person))).execute(db)?;
    Ok(())
}

/// Deletes every draft behind a reference of a person.
pub fn remove_all(db: &mut Db, person: PersonId, reference: &[u8]) -> Result<()> {
    let drafts = secret_drafts::table.filter(secret_drafts::reference.eq(reference.to_vec()));
    diesel::delete(drafts.filter(secret_drafts::person_id.eq(person))).execute(db)?;
    Ok(())
}

/// Deletes the drafts that have expired.
pub fn sweep(db: &mut Db, now: Stamp) -> Result<usize> {
    Ok(diesel::delete(secret_drafts::table.filter(secret_drafts::expires_at.le(now))).execute(db)?)
}

/// Deletes the drafts that are not sealed with this key: after a rotation nobody can open them.
pub fn remove_not_under(db: &mut Db, key_id: &str) -> Result<usize> {
    Ok(diesel::delete(secret_drafts::table.filter(secret_drafts::key_id.ne(key_id))).execute(db)?)
}
