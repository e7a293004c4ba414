//! A system as it is stored.

use diesel::prelude::*;

use super::reach::{InReach, Systems, systems as reached, with_deleted};
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::status::{Connection, Overall, Verdict};
use crate::ids::{GroupId, SystemId, SystemKey};
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{system_groups, systems};

/// A system.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = systems)]
pub struct System {
    pub id: SystemId,
    pub key: SystemKey,
    pub name: String,
    pub kind: String,
    pub group_id: GroupId,
    /// The system that it is a part of.
    pub parent_id: Option<SystemId>,
    pub production: bool,
    /// The connector's JSON.
    pub settings: String,
    pub settings_version: i64,
    pub time_zone: String,
    /// In the form of [`crate::domain::schedule::Schedule`].
    pub schedule: String,
    pub next_due: Option<Stamp>,
    /// The number of its newest run; 0 before the first.
    pub last_run_no: i64,
    pub timeout_us: i64,
    pub max_attempts: i64,
    pub hold_reason: Option<String>,
    pub hold_since: Option<Stamp>,
    pub hold_by: Option<String>,
    pub connection: Connection,
    pub connection_since: Option<Stamp>,
    pub checked_at: Option<Stamp>,
    pub synchronization: Verdict,
    pub overall: Overall,
    pub overall_since: Stamp,
    pub last_attempt_at: Option<Stamp>,
    pub last_success_at: Option<Stamp>,
    pub last_progress_at: Option<Stamp>,
    pub failures_in_row: i64,
    pub created_at: Stamp,
    pub deleted_at: Option<Stamp>,
    /// No connection check has succeeded for too long.
    pub paused_since: Option<Stamp>,
    /// Nothing has succeeded within its freshness budget.
    pub silent_since: Option<Stamp>,
    /// Its own administration page.
    pub admin_url: Option<String>,
}

/// Where a system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    pub group: GroupId,
    /// Only its runs and their logs are left.
    pub is_deleted: bool,
}

/// Where a system is, for deciding who may see it: before there is any grant.
pub fn locate(db: &mut Db, key: &SystemKey) -> Result<Option<Located>> {
    let found: Option<(GroupId, Option<Stamp>)> = systems::table
        .filter(systems::key.eq(key))
        .select((systems::group_id, systems::deleted_at))
        .first(db)
        .optional()?;
    Ok(found.map(|(group, deleted_at)| Located { group, is_deleted: deleted_at.is_some() }))
}

impl InReach<System> {
    /// To queue and store what belongs to it.
    #[must_use]
    pub fn as_id(&self) -> InReach<SystemId> {
        InReach::new(self.id)
    }
}

/// A system in reach.
///
/// # Errors
/// [`crate::store::StoreError::NotFound`] when there is none in reach.
pub fn find(db: &mut Db, grant: &impl Systems, key: &SystemKey) -> Result<InReach<System>> {
    Ok(InReach::new(reached(grant).filter(systems::key.eq(key)).select(System::as_select()).first(db)?))
}

/// What a list of results shows of a system.
#[derive(Debug, Clone, Queryable)]
pub struct NamedSystem {
    pub key: SystemKey,
    pub name: String,
    pub group_id: GroupId,
    pub deleted_at: Option<Stamp>,
}

/// Those of these systems that are in reach, by name; also deleted ones.
pub fn named(db: &mut Db, grant: &impl Systems, keys: Vec<SystemKey>) -> Result<Vec<NamedSystem>> {
    Ok(with_deleted(grant)
        .filter(is_in(systems::key, keys))
        .order((systems::name, systems::key))
        .select((systems::key, systems::name, systems::group_id, systems::deleted_at))
        .load(db)?)
}

/// The name of the group of a system.
pub fn group_of(db: &mut Db, system: &InReach<System>) -> Result<String> {
    Ok(system_groups::table.find(system.group_id).select(system_groups::name).first(db)?)
}

/// A system whose runs are read: also one that was deleted, whose logs stay until their time is up.
///
/// # Errors
/// As for [`find`].
pub fn find_with_runs(db: &mut Db, grant: &impl Systems, key: &SystemKey) -> Result<InReach<System>> {
    Ok(InReach::new(with_deleted(grant).filter(systems::key.eq(key)).select(System::as_select()).first(db)?))
}

/// As [`find`], for a change that follows. Other changes of the system wait until this transaction has ended, or
/// has ended before: what is read here stays true. (SQLite's write lock is held already.)
///
/// # Errors
/// As for [`find`].
pub fn find_to_change(db: &mut Db, grant: &impl Systems, key: &SystemKey) -> Result<InReach<System>> {
    diesel::update(systems::table.filter(systems::key.eq(key)))
        .set(systems::last_run_no.eq(systems::last_run_no))
        .execute(db)?;
    find(db, grant, key)
}

/// A system for Syncdesk itself; also one that has been deleted.
pub fn by_id(db: &mut Db, _internal: Internal, id: SystemId) -> Result<InReach<System>> {
    Ok(InReach::new(systems::table.find(id).select(System::as_select()).first(db)?))
}

/// Takes the row's lock on Postgres; SQLite's write lock is held already.
pub(in crate::store) fn lock(db: &mut Db, id: SystemId) -> Result<()> {
    diesel::update(systems::table.find(id)).set(systems::last_run_no.eq(systems::last_run_no)).execute(db)?;
    Ok(())
}
