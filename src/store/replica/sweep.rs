//! Sweeping up what a run has left that was not published, piece by piece.

use diesel::prelude::*;

use super::KEYS;
use super::sets::published_run;
use crate::ids::{RunId, SetId, SystemId};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::{replica_records, replica_seen, replica_sets, replicas, runs};
use crate::store::systems;

/// How many pieces a transaction takes at most.
const PIECES: usize = 10;

/// Sweeps a piece before a run stages; whether there may be more.
pub fn sweep(db: &mut Db, claim: &Claim) -> Result<bool> {
    claim.hold(db)?;
    pieces(db, claim.system)
}

/// Takes back a piece of what this run has staged of a set; whether there may be more.
pub fn discard(db: &mut Db, claim: &Claim, set: SetId) -> Result<bool> {
    claim.hold(db)?;
    let published = published_run(db, claim.system)?;
    for _ in 0..PIECES {
        if !piece(db, set.0, published)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same as [`sweep`] for a system that may never run again, long after this run of it has ended; `false` also when there is a
/// later run, which sweeps first.
pub(in crate::store) fn sweep_left(db: &mut Db, system: SystemId, run: RunId) -> Result<bool> {
    let has_replica = replicas::table.find(system);
    if !diesel::select(diesel::dsl::exists(has_replica)).get_result(db)? {
        return Ok(false);
    }
    // Queuing or claiming a run of this system waits until this is done, so nothing is staged at the same time.
    systems::lock(db, system)?;
    let later = runs::table.filter(runs::system_id.eq(system)).filter(runs::id.gt(run));
    if diesel::select(diesel::dsl::exists(later)).get_result(db)? {
        return Ok(false);
    }
    pieces(db, system)
}

fn pieces(db: &mut Db, system: SystemId) -> Result<bool> {
    let published = published_run(db, system)?;
    let sets: Vec<i64> =
        replica_sets::table.filter(replica_sets::system_id.eq(system)).select(replica_sets::id).load(db)?;
    let mut pieces = 0;
    for set in sets {
        while piece(db, set, published)? {
            pieces += 1;
            if pieces >= PIECES {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether there was anything in this set.
fn piece(db: &mut Db, set: i64, published: i64) -> Result<bool> {
    let limit = i64::try_from(KEYS).unwrap_or(i64::MAX);
    let staged: Vec<Vec<u8>> = replica_records::table
        .filter(replica_records::set_id.eq(set))
        .filter(replica_records::from_run.gt(published))
        .limit(limit)
        .select(replica_records::record_key)
        .load(db)?;
    if !staged.is_empty() {
        diesel::delete(
            replica_records::table
                .filter(replica_records::set_id.eq(set))
                .filter(replica_records::record_key.eq_any(staged))
                .filter(replica_records::from_run.gt(published)),
        )
        .execute(db)?;
        return Ok(true);
    }
    let ended: Vec<Vec<u8>> = replica_records::table
        .filter(replica_records::set_id.eq(set))
        .filter(replica_records::to_run.gt(published))
        .limit(limit)
        .select(replica_records::record_key)
        .load(db)?;
    if !ended.is_empty() {
        diesel::update(
            replica_records::table
                .filter(replica_records::set_id.eq(set))
                .filter(replica_records::record_key.eq_any(ended))
                .filter(replica_records::to_run.gt(published)),
        )
        .set(replica_records::to_run.eq(None::<i64>))
        .execute(db)?;
        return Ok(true);
    }
    let seen: Vec<Vec<u8>> = replica_seen::table
        .filter(replica_seen::set_id.eq(set))
        .limit(limit)
        .select(replica_seen::record_key)
        .load(db)?;
    if seen.is_empty() {
        return Ok(false);
    }
    diesel::delete(
        replica_seen::table.filter(replica_seen::set_id.eq(set)).filter(replica_seen::record_key.eq_any(seen)),
    )
    .execute(db)?;
    Ok(true)
}
