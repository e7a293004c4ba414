//! The audit log: written unchained in the transaction of its cause, chained later by one sealer.

use diesel::prelude::*;

use super::connection::Db;
use super::error::Result;
use super::schema::{audit, audit_personal};
use crate::access::{Internal, Principal};
use crate::clock::Stamp;
use crate::ids::{GroupId, SystemId};

/// A change: who did what to what.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// A verb and a noun, such as `system.create`.
    pub action: &'static str,
    /// Where; none when it concerns the portal as a whole.
    pub system: Option<SystemId>,
    pub group: Option<GroupId>,
    pub subject: &'a str,
    /// JSON, without secrets.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Who, from where, with the salted digest that the chain covers.
#[derive(Debug, Clone)]
pub struct Personal {
    pub principal: Principal,
    pub address: Option<String>,
    pub salt: Vec<u8>,
    pub digest: Vec<u8>,
    /// When maintenance may erase who and where; never, if none.
    pub erase_at: Option<Stamp>,
}

/// Writes an entry.
pub fn write(db: &mut Db, change: &Change<'_>, personal: &Personal, now: Stamp) -> Result<()> {
    let id: i64 = diesel::insert_into(audit::table)
        .values((
            audit::at.eq(now),
            audit::action.eq(change.action),
            audit::system_id.eq(change.system),
            audit::group_id.eq(change.group),
            audit::subject.eq(change.subject),
            audit::before.eq(&change.before),
            audit::after.eq(&change.after),
            audit::personal_digest.eq(&personal.digest),
        ))
        .returning(audit::id)
        .get_result(db)?;
    diesel::insert_into(audit_personal::table)
        .values((
            audit_personal::audit_id.eq(id),
            audit_personal::salt.eq(&personal.salt),
            done_by!(personal.principal => audit_personal::principal_kind, audit_personal::principal_id, audit_personal::principal),
            audit_personal::address.eq(&personal.address),
            audit_personal::erase_at.eq(personal.erase_at),
        ))
        .execute(db)?;
    Ok(())
}

/// How many entries one transaction of [`erase_personal`] goes through.
const ERASED: i64 = 1_000;

/// Erases who acted and from where in entries whose time for that has come: some of them. The chain stays valid.
/// `false` when nothing is left to erase.
pub fn erase_personal(db: &mut Db, _upkeep: Internal, now: Stamp) -> Result<bool> {
    let due: Vec<i64> = audit_personal::table
        .filter(audit_personal::erase_at.le(now))
        .order(audit_personal::erase_at)
        .limit(ERASED)
        .select(audit_personal::audit_id)
        .load(db)?;
    diesel::delete(audit_personal::table.filter(audit_personal::audit_id.eq_any(&due))).execute(db)?;
    Ok(!due.is_empty())
}

/// An entry as the chain covers it.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: i64,
    pub at: Stamp,
    pub action: String,
    pub system: Option<i64>,
    pub group: Option<i64>,
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub personal_digest: Vec<u8>,
    pub seal_no: Option<i64>,
    pub seal: Option<Vec<u8>>,
}

/// Whether anything is not sealed yet: a look before the write.
pub fn any_unsealed(db: &mut Db) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(audit::table.filter(audit::seal_no.is_null()))).get_result(db)?)
}

/// Number and bytes.
pub type Seal = (i64, Vec<u8>);

/// The last seal, and the next entries without one.
pub fn unsealed(db: &mut Db, limit: i64) -> Result<(Option<Seal>, Vec<AuditEntry>)> {
    let last: Option<(Option<i64>, Option<Vec<u8>>)> = audit::table
        .filter(audit::seal_no.is_not_null())
        .order(audit::seal_no.desc())
        .select((audit::seal_no, audit::seal))
        .first(db)
        .optional()?;
    let last = last.and_then(|(no, seal)| no.zip(seal));
    let entries = audit::table.filter(audit::seal_no.is_null()).order(audit::id).limit(limit).load(db)?;
    Ok((last, entries))
}

/// Stores a seal.
///
/// # Errors
/// [`super::StoreError::Duplicate`] when another sealer was first.
pub fn seal(db: &mut Db, entry: i64, number: i64, seal: &[u8]) -> Result<()> {
    diesel::update(audit::table.find(entry)).set((audit::seal_no.eq(number), audit::seal.eq(seal))).execute(db)?;
    Ok(())
}

/// Who did what an entry tells, and from where, as long as it is not erased.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct Actor {
    pub salt: Vec<u8>,
    /// `None` in entries of older versions.
    pub kind: Option<String>,
    pub id: Option<i64>,
    pub name: String,
    pub address: Option<String>,
}

/// Sealed entries in the order of the chain, after a seal number.
pub fn sealed_after(db: &mut Db, after: i64, limit: i64) -> Result<Vec<(AuditEntry, Option<Actor>)>> {
    let actor = (
        audit_personal::salt,
        audit_personal::principal_kind,
        audit_personal::principal_id,
        audit_personal::principal,
        audit_personal::address,
    )
        .nullable();
    Ok(audit::table
        .left_join(audit_personal::table.on(audit_personal::audit_id.eq(audit::id)))
        .filter(audit::seal_no.gt(after))
        .order(audit::seal_no)
        .limit(limit)
        .select((audit::all_columns, actor))
        .load(db)?)
}
