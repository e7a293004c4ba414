//! Records that are gone at the source.

use diesel::prelude::*;

use super::staging::Batch;
use super::{KEYS, Key};
use crate::ids::SetId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::{replica_records, replica_seen};

/// How many keys are looked at in one go.
const LOOK: i64 = 5_000;

/// The keys among the next ones after `after` that this run has not met, and where to go on from.
pub fn unmet(db: &mut Db, claim: &Claim, set: SetId, after: Option<Key>) -> Result<(Vec<Key>, Option<Key>)> {
    let mut query = replica_records::table
        .filter(replica_records::set_id.eq(set))
        .filter(replica_records::to_run.is_null())
        .order(replica_records::record_key)
        .limit(LOOK)
        .into_boxed();
    let mut seen =
        replica_seen::table.filter(replica_seen::set_id.eq(set)).order(replica_seen::record_key).into_boxed();
    if let Some(after) = after {
        query = query.filter(replica_records::record_key.gt(after.clone()));
        seen = seen.filter(replica_seen::record_key.gt(after));
    }
    let rows: Vec<(Vec<u8>, i64, bool)> =
        query.select((replica_records::record_key, replica_records::from_run, replica_records::orphaned)).load(db)?;
    let next =
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) < LOOK { None } else { rows.last().map(|row| row.0.clone()) };
    if let Some(last) = rows.last() {
        seen = seen.filter(replica_seen::record_key.le(last.0.clone()));
    }
    let seen: Vec<Vec<u8>> = seen.select(replica_seen::record_key).load(db)?;
    let mut seen = seen.into_iter().peekable();
    let mut gone = Vec::new();
    for (key, from_run, orphaned) in rows {
        while seen.next_if(|met| *met < key).is_some() {}
        let met = from_run == claim.run.0 || seen.peek() == Some(&key);
        if !met && !orphaned {
            gone.push(key);
        }
    }
    Ok((gone, next))
}

/// These become orphaned, under the claim; how many were active, and how many of these this run had staged as
/// new or changed.
pub fn orphan(db: &mut Db, claim: &Claim, set: SetId, keys: &[Vec<u8>]) -> Result<i64> {
    claim.hold(db)?;
    let mut orphaned = 0;
    for keys in keys.chunks(KEYS) {
        let rows: Vec<(Vec<u8>, i64, Vec<u8>, String)> = replica_records::table
            .filter(replica_records::set_id.eq(set))
            .filter(replica_records::record_key.eq_any(keys.to_vec()))
            .filter(replica_records::to_run.is_null())
            .filter(replica_records::orphaned.eq(false))
            .select((
                replica_records::record_key,
                replica_records::from_run,
                replica_records::digest,
                replica_records::data,
            ))
            .load(db)?;
        let mut batch = Batch::new(claim, set);
        for (key, from_run, digest, data) in rows {
            orphaned += 1;
            batch.replaced.push((key.clone(), from_run == claim.run.0));
            batch.put(key, (digest, data), true);
        }
        batch.store(db)?;
    }
    Ok(orphaned)
}
