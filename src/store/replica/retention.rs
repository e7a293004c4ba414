//! What goes with time: versions that were replaced long ago, and the replicas of deleted systems. The version that
//! holds now stays, orphaned or not.

use std::collections::BTreeMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::access::Internal;
use crate::domain::replica::Key;
use crate::ids::{RunId, SystemId};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{replica_records, replica_seen, replica_sets, replicas, runs, systems};

/// Maximum number of rows per transaction.
const ROWS: i64 = 5_000;

/// Deletes versions that these runs, or earlier ones of their systems, have replaced: some of them. Their history is
/// shown by run, and these runs go. `false` when nothing is left to delete.
///
/// What a page or an export reads was not replaced before it began. A mark of a run that was not published means
/// nothing, and is not followed.
pub(in crate::store) fn forget_replaced(db: &mut Db, by: &[(RunId, SystemId)]) -> Result<bool> {
    let mut newest: BTreeMap<SystemId, RunId> = BTreeMap::new();
    for (run, system) in by {
        let newest = newest.entry(*system).or_insert(*run);
        *newest = (*newest).max(*run);
    }
    let systems: Vec<SystemId> = newest.keys().copied().collect();
    let sets: Vec<(i64, SystemId, Option<RunId>)> = replica_sets::table
        .inner_join(replicas::table.on(replicas::system_id.eq(replica_sets::system_id)))
        .filter(replica_sets::system_id.eq_any(systems))
        .order(replica_sets::id)
        .select((replica_sets::id, replica_sets::system_id, replicas::published_run))
        .load(db)?;
    let mut left = ROWS;
    for (set, system, published) in sets {
        let (Some(newest), Some(published)) = (newest.get(&system), published) else { continue };
        left -= delete_replaced(db, set, (*newest).min(published), left)?;
        if left <= 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes versions that were replaced by this run or before, in the order of the index; how many.
fn delete_replaced(db: &mut Db, set: i64, by: RunId, limit: i64) -> Result<i64> {
    let replaced =
        replica_records::table.filter(replica_records::set_id.eq(set)).filter(replica_records::to_run.le(by.0));
    let last: Option<(Option<i64>, Key)> = replaced
        .order((replica_records::to_run, replica_records::record_key))
        .offset(limit - 1)
        .select((replica_records::to_run, replica_records::record_key))
        .first(db)
        .optional()?;
    let deleted = match last {
        Some((run, key)) => {
            let before = replica_records::to_run.lt(run);
            let same = replica_records::to_run.eq(run).and(replica_records::record_key.le(key));
            diesel::delete(replaced.filter(replica_records::to_run.le(run)).filter(before.or(same))).execute(db)?
        }
        None => diesel::delete(replaced).execute(db)?,
    };
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}

/// Deletes a part of the replica of a deleted system once the messages of its runs are gone. `false` when nothing is
/// left to delete.
pub fn delete_of_deleted(db: &mut Db, _upkeep: Internal) -> Result<bool> {
    let told = runs::table.filter(runs::system_id.eq(replicas::system_id)).filter(runs::has_messages);
    let system: Option<SystemId> = replicas::table
        .inner_join(systems::table.on(systems::id.eq(replicas::system_id)))
        .filter(systems::deleted_at.is_not_null())
        .filter(not(exists(told)))
        .select(replicas::system_id)
        .first(db)
        .optional()?;
    let Some(system) = system else { return Ok(false) };
    let sets: Vec<i64> =
        replica_sets::table.filter(replica_sets::system_id.eq(system)).select(replica_sets::id).load(db)?;
    let mut left = ROWS;
    for set in sets {
        left -= delete_records(db, set, left)?;
        if left > 0 {
            left -= delete_seen(db, set, left)?;
        }
        if left <= 0 {
            return Ok(true);
        }
        diesel::delete(replica_sets::table.find(set)).execute(db)?;
    }
    diesel::delete(replicas::table.find(system)).execute(db)?;
    Ok(true)
}

fn delete_records(db: &mut Db, set: i64, limit: i64) -> Result<i64> {
    let all = replica_records::table.filter(replica_records::set_id.eq(set));
    let last: Option<(Key, i64)> = all
        .order((replica_records::record_key, replica_records::from_run))
        .offset(limit - 1)
        .select((replica_records::record_key, replica_records::from_run))
        .first(db)
        .optional()?;
    let deleted = match last {
        Some((key, run)) => {
            let before = replica_records::record_key.lt(key.clone()).or(replica_records::from_run.le(run));
            diesel::delete(all.filter(replica_records::record_key.le(key)).filter(before)).execute(db)?
        }
        None => diesel::delete(all).execute(db)?,
    };
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}

fn delete_seen(db: &mut Db, set: i64, limit: i64) -> Result<i64> {
    let all = replica_seen::table.filter(replica_seen::set_id.eq(set));
    let last: Option<Key> =
        all.order(replica_seen::record_key).offset(limit - 1).select(replica_seen::record_key).first(db).optional()?;
    let deleted = match last {
        Some(key) => diesel::delete(all.filter(replica_seen::record_key.le(key))).execute(db)?,
        None => diesel::delete(all).execute(db)?,
    };
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}
