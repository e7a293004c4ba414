//! Bulk actions: what somebody asks for many things at a time, and what became of each of them.

use std::time::Duration;

use diesel::prelude::*;

use super::backend::{Lockable, db_now, insert_rows, try_lock};
use super::cached::is_in;
use super::connection::Db;
use super::error::Result;
use super::schema::{bulk_actions, bulk_items};
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::bulk::{BulkAction, ItemResult};
use crate::ids::{BulkId, BulkItemId, BulkKey, PersonId};

/// How long results are kept.
const KEPT: Duration = Duration::from_hours(24);

/// A bulk action.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = bulk_actions)]
pub struct Bulk {
    pub id: BulkId,
    pub key: BulkKey,
    /// Who asked.
    pub person_id: PersonId,
    /// From where.
    pub address: Option<String>,
    pub action: BulkAction,
    /// Empty where none is needed.
    pub reason: String,
    pub requested_at: Stamp,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NewBulk {
    pub key: BulkKey,
    /// The same text is the same action.
    pub request: String,
    pub person: PersonId,
    pub address: Option<String>,
    pub action: BulkAction,
    pub reason: String,
    /// The keys of the things, each once.
    pub subjects: Vec<String>,
}

/// One of the things.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = bulk_items)]
pub struct BulkItem {
    pub id: BulkItemId,
    pub subject: String,
    pub result: ItemResult,
    /// Of the run or the check that it led to.
    pub no: Option<i64>,
}

/// Stores a bulk action, whose items wait. Returns the key of the same request if that is stored already.
pub fn create(db: &mut Db, new: &NewBulk, now: Stamp) -> Result<BulkKey> {
    let known = bulk_actions::table.filter(bulk_actions::request.eq(&new.request)).select(bulk_actions::key);
    if let Some(key) = known.first(db).optional()? {
        return Ok(key);
    }
    let id: BulkId = diesel::insert_into(bulk_actions::table)
        .values((
            bulk_actions::key.eq(&new.key),
            bulk_actions::request.eq(&new.request),
            bulk_actions::person_id.eq(new.person),
            bulk_actions::address.eq(&new.address),
            bulk_actions::action.eq(new.action),
            bulk_actions::reason.eq(&new.reason),
            bulk_actions::requested_at.eq(now),
        ))
        .returning(bulk_actions::id)
        .get_result(db)?;
    let item = |subject: &String| {
        (
            bulk_items::bulk_id.eq(id),
            bulk_items::subject.eq(subject.clone()),
            bulk_items::result.eq(ItemResult::Waiting),
        )
    };
    let rows: Vec<_> = new.subjects.iter().map(item).collect();
    let _inserted: usize = insert_rows!(db, &rows, |values| diesel::insert_into(bulk_items::table).values(values));
    Ok(new.key.clone())
}

/// A bulk action of a person, with its items in the order in which they are carried out.
///
/// # Errors
/// [`super::StoreError::NotFound`] when this person has none of this key.
pub fn find(db: &mut Db, person: PersonId, key: &BulkKey) -> Result<(Bulk, Vec<BulkItem>)> {
    let of_person = bulk_actions::table.filter(bulk_actions::key.eq(key)).filter(bulk_actions::person_id.eq(person));
    let bulk: Bulk = of_person.select(Bulk::as_select()).first(db)?;
    let items = bulk_items::table.filter(bulk_items::bulk_id.eq(bulk.id)).order(bulk_items::id);
    let items = items.select(BulkItem::as_select()).load(db)?;
    Ok((bulk, items))
}

/// The oldest items that wait behind `after`.
pub fn waiting(db: &mut Db, _worker: Internal, after: BulkItemId, limit: i64) -> Result<Vec<BulkItemId>> {
    let waiting = bulk_items::table.filter(bulk_items::result.eq(ItemResult::Waiting)).filter(bulk_items::id.gt(after));
    Ok(waiting.order(bulk_items::id).limit(limit).select(bulk_items::id).load(db)?)
}

/// Takes an item out of those that wait, with the action that it belongs to; `None` when another process has, or is doing
/// it. What becomes of it is stored by [`finish`] in the same transaction.
pub fn take(db: &mut Db, _worker: Internal, id: BulkItemId) -> Result<Option<(Bulk, BulkItem)>> {
    if !try_lock(db, Lockable::BulkItem(id))? {
        return Ok(None);
    }
    let waits = bulk_items::table.find(id).filter(bulk_items::result.eq(ItemResult::Waiting));
    if diesel::update(waits).set(bulk_items::result.eq(ItemResult::Done)).execute(db)? == 0 {
        return Ok(None);
    }
    let found = bulk_items::table.inner_join(bulk_actions::table.on(bulk_actions::id.eq(bulk_items::bulk_id)));
    Ok(found.filter(bulk_items::id.eq(id)).select((Bulk::as_select(), BulkItem::as_select())).first(db).optional()?)
}

/// Stores what became of an item that was taken.
pub fn finish(db: &mut Db, _worker: Internal, id: BulkItemId, result: ItemResult, no: Option<i64>) -> Result<()> {
    diesel::update(bulk_items::table.find(id))
        .set((bulk_items::result.eq(result), bulk_items::no.eq(no)))
        .execute(db)?;
    Ok(())
}

/// How many actions one transaction of [`sweep`] deletes: each has up to a thousand items.
const SWEPT: i64 = 5;

/// Deletes actions that are older than a day, with their items: some of them. `false` when none is left.
pub fn sweep(db: &mut Db, _upkeep: Internal) -> Result<bool> {
    let now = db_now(db)?;
    let old: Vec<BulkId> = bulk_actions::table
        .filter(bulk_actions::requested_at.le(now.minus(KEPT)))
        .order(bulk_actions::requested_at)
        .limit(SWEPT)
        .select(bulk_actions::id)
        .load(db)?;
    diesel::delete(bulk_actions::table.filter(is_in(bulk_actions::id, old.clone()))).execute(db)?;
    Ok(!old.is_empty())
}
