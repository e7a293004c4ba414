//! Server-side sessions, known by the hash of their key, so that a copy of the database signs nobody in.

use std::time::Duration;

use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::sessions;
use crate::clock::Stamp;
use crate::ids::PersonId;

/// How long a session stays known after it has expired. During this time, a form that arrives late can be attributed to its
/// person, and is kept.
pub const KNOWN_AFTER_END: Duration = Duration::from_hours(24);

/// The state of a session that has not expired.
pub fn load(db: &mut Db, key_hash: &[u8], now: Stamp) -> Result<Option<String>> {
    Ok(sessions::table
        .find(key_hash)
        .filter(sessions::expires_at.gt(now))
        .select(sessions::state)
        .first(db)
        .optional()?)
}

/// The state of a session that has expired, and is still known.
pub fn ended(db: &mut Db, key_hash: &[u8], now: Stamp) -> Result<Option<String>> {
    Ok(sessions::table
        .find(key_hash)
        .filter(sessions::expires_at.le(now))
        .filter(sessions::expires_at.gt(now.minus(KNOWN_AFTER_END)))
        .select(sessions::state)
        .first(db)
        .optional()?)
}

/// A new session.
pub fn save(
    db: &mut Db,
    key_hash: &[u8],
    person: Option<PersonId>,
    state: &str,
    now: Stamp,
    life: Duration,
) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::key_hash.eq(key_hash),
            sessions::person_id.eq(person),
            sessions::state.eq(state),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(now.plus(life)),
        ))
        .execute(db)?;
    Ok(())
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct Lasts {
    /// Without a request.
    pub idle: Duration,
    /// In all.
    pub life: Duration,
}

/// Changes a session that is in use; `false` when it has ended.
pub fn update(db: &mut Db, key_hash: &[u8], state: &str, now: Stamp, lasts: Lasts) -> Result<bool> {
    let began: Option<Stamp> = sessions::table.find(key_hash).select(sessions::created_at).first(db).optional()?;
    let Some(began) = began else { return Ok(false) };
    let expires = now.plus(lasts.idle).min(began.plus(lasts.life));
    let changed = diesel::update(sessions::table.find(key_hash))
        .set((sessions::state.eq(state), sessions::expires_at.eq(expires)))
        .execute(db)?;
    Ok(changed == 1)
}

/// Ends a session.
pub fn delete(db: &mut Db, key_hash: &[u8]) -> Result<()> {
    diesel::delete(sessions::table.find(key_hash)).execute(db)?;
    Ok(())
}

/// Ends every session of a person.
pub fn delete_of(db: &mut Db, person: PersonId) -> Result<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::person_id.eq(person))).execute(db)?)
}

/// How many sessions a person has; read on their own account page only.
pub fn count_of(db: &mut Db, person: PersonId, now: Stamp) -> Result<i64> {
    let open = sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::expires_at.gt(now));
    Ok(open.count().get_result(db)?)
}

/// The states of a person's open sessions.
pub fn states_of(db: &mut Db, person: PersonId, now: Stamp) -> Result<Vec<String>> {
    let open = sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::expires_at.gt(now));
    Ok(open.select(sessions::state).load(db)?)
}

/// Removes what has expired, and is no longer known.
pub fn sweep(db: &mut Db, now: Stamp) -> Result<usize> {
    let expired = sessions::table.filter(sessions::expires_at.le(now.minus(KNOWN_AFTER_END)));
    Ok(diesel::delete(expired).execute(db)?)
}
