//! Records as they will be when the run that stages is published.

use std::collections::HashSet;

use diesel::prelude::*;

use super::KEYS;
use crate::ids::SetId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::replica_records;

/// Key and data of the next active records; only what this run has staged, or all.
pub fn staged_page(
    db: &mut Db,
    claim: &Claim,
    set: SetId,
    staged: bool,
    after: Option<Vec<u8>>,
    limit: i64,
) -> Result<Vec<(Vec<u8>, String)>> {
    let mut query = replica_records::table
        .filter(replica_records::set_id.eq(set))
        .filter(replica_records::to_run.is_null())
        .filter(replica_records::orphaned.eq(false))
        .order(replica_records::record_key)
        .limit(limit)
        .into_boxed();
    if staged {
        query = query.filter(replica_records::from_run.eq(claim.run.0));
    }
    if let Some(after) = after {
        query = query.filter(replica_records::record_key.gt(after));
    }
    Ok(query.select((replica_records::record_key, replica_records::data)).load(db)?)
}

/// Which of these keys no active record will have.
pub fn missing(db: &mut Db, set: SetId, keys: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>> {
    let mut found: HashSet<Vec<u8>> = HashSet::with_capacity(keys.len());
    for keys in keys.chunks(KEYS) {
        let rows: Vec<Vec<u8>> = replica_records::table
            .filter(replica_records::set_id.eq(set))
            .filter(replica_records::record_key.eq_any(keys.to_vec()))
            .filter(replica_records::to_run.is_null())
            .filter(replica_records::orphaned.eq(false))
            .select(replica_records::record_key)
            .load(db)?;
        found.extend(rows);
    }
    Ok(keys.into_iter().filter(|key| !found.contains(key)).collect())
}
