//! What people typed so far. A draft is found only together with its person.

use diesel::prelude::*;

use crate::clock::Stamp;
use crate::ids::{DraftKey, PersonId};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::connect_drafts;

/// Maximum number of drafts of one person; the oldest are deleted first.
pub const MAX_PER_PERSON: i64 = 10;

/// A draft as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connect_drafts)]
pub struct ConnectDraft {
    pub key: DraftKey,
    pub person_id: PersonId,
    pub kind: String,
    /// JSON: the text of each input, without secrets.
    pub typed: String,
    pub changed_at: Stamp,
    pub expires_at: Stamp,
}

/// A draft of a person that has not expired.
///
/// # Errors
/// [`crate::store::StoreError::NotFound`] also when it is another person's.
pub fn find(db: &mut Db, person: PersonId, key: &DraftKey, now: Stamp) -> Result<ConnectDraft> {
    let draft = connect_drafts::table.find(key).filter(connect_drafts::person_id.eq(person));
    Ok(draft.filter(connect_drafts::expires_at.gt(now)).select(ConnectDraft::as_select()).first(db)?)
}

/// The drafts of a person that have not expired, the newest first.
pub fn of_person(db: &mut Db, person: PersonId, now: Stamp) -> Result<Vec<ConnectDraft>> {
    Ok(connect_drafts::table
        .filter(connect_drafts::person_id.eq(person))
        .filter(connect_drafts::expires_at.gt(now))
        .order((connect_drafts::changed_at.desc(), connect_drafts::key))
        .limit(MAX_PER_PERSON)
        .select(ConnectDraft::as_select())
        .load(db)?)
}

/// Stores a new draft.
pub fn add(db: &mut Db, draft: &ConnectDraft) -> Result<()> {
    diesel::insert_into(connect_drafts::table).values(draft.clone()).execute(db)?;
    let older: Vec<DraftKey> = connect_drafts::table
        .filter(connect_drafts::person_id.eq(draft.person_id))
        .order((connect_drafts::expires_at.desc(), connect_drafts::key))
        .offset(MAX_PER_PERSON)
        .limit(MAX_PER_PERSON)
        .select(connect_drafts::key)
        .load(db)?;
    for key in older.iter().filter(|key| **key != draft.key) {
        remove(db, draft.person_id, key)?;
    }
    Ok(())
}

/// Replaces what was typed; whether the person has such a draft.
pub fn save(db: &mut Db, draft: &ConnectDraft) -> Result<bool> {
    let found = connect_drafts::table.find(&draft.key).filter(connect_drafts::person_id.eq(draft.person_id));
    let saved = diesel::update(found).set((
        connect_drafts::typed.eq(&draft.typed),
        connect_drafts::changed_at.eq(draft.changed_at),
        connect_drafts::expires_at.eq(draft.expires_at),
    ));
    Ok(saved.execute(db)? == 1)
}

/// Deletes a draft, with what was tried with it.
pub fn remove(db: &mut Db, person: PersonId, key: &DraftKey) -> Result<bool> {
    let found = connect_drafts::table.find(key).filter(connect_drafts::person_id.eq(person));
    Ok(diesel::delete(found).execute(db)? == 1)
}

/// Deletes the drafts that have expired.
pub fn sweep(db: &mut Db, now: Stamp) -> Result<usize> {
    Ok(diesel::delete(connect_drafts::table.filter(connect_drafts::expires_at.le(now))).execute(db)?)
}
