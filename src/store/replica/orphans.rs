//! Records that are gone at the source.

use diesel::prelude::*;

use super::KEYS;
use super::staging::{Batch, seen};
use crate::domain::replica::{Content, Key};
use crate::ids::SetId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::replica_records;

/// How many keys are looked at in one go.
const LOOK: i64 = 5_000;

/// The keys among the next ones after `after` that this run has not met, and where to continue.
pub fn unmet(db: &mut Db, claim: &Claim, set: SetId, after: Option<Key>) -> Result<(Vec<Key>, Option<Key>)> {
    let mut query = replica_records::table
        .filter(replica_records::set_id.eq(set))
        .filter(replica_records::to_run.is_null())
        .order(replica_records::record_key)
        .limit(LOOK)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(replica_records::record_key.gt(after));
    }
    let rows: Vec<(Vec<u8>, i64, bool)> =
        query.select((replica_records::record_key, replica_records::from_run, replica_records::orphaned)).load(db)?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= LOOK;
    let next = rows.last().filter(|_| full).map(|row| row.0.clone());
    let staged_or_gone = |from_run: i64, orphaned: bool| from_run == claim.run.0 || orphaned;
    let mut unmet: Vec<Key> = rows
        .into_iter()
        .filter(|(_, from_run, orphaned)| !staged_or_gone(*from_run, *orphaned))
        .map(|(key, ..)| key)
        .collect();
    let met = seen(db, set, &unmet)?;
    unmet.retain(|key| !met.contains(key));
    Ok((unmet, next))
}

/// These become orphaned, under the claim; how many were active.
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
            batch.put(key, Content { digest, data }, true);
        }
        batch.store(db)?;
    }
    Ok(orphaned)
}
