//! The published replica. Its data is like that of logs, so it takes the same grant.

use diesel::prelude::*;

use super::sets::{Replica, ReplicaSet, of_system};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::paging::{Page, PageRequest};
use crate::ids::{RunId, RunNo};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::paging::keyset;
use crate::store::runs::Run;
use crate::store::schema::{replica_records, runs};
use crate::store::systems::{InReach, OfSystem, System};

/// The replica of a system in reach.
pub fn find(db: &mut Db, _grant: &Grant<verbs::ReadLogs>, system: &InReach<System>) -> Result<Replica> {
    of_system(db, system.id)
}

/// A record, as published.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = replica_records)]
pub struct Record {
    #[diesel(column_name = record_key)]
    pub key: Vec<u8>,
    pub orphaned: bool,
    pub data: String,
}

/// Which records are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// What their keys begin with.
    pub prefix: Vec<u8>,
    pub orphaned: Option<bool>,
    /// Only what this run has brought, as it brought it.
    pub changed_by: Option<RunId>,
}

/// A page in the order of keys.
pub fn records(
    db: &mut Db,
    set: &ReplicaSet,
    published: RunId,
    which: &Which,
    request: &PageRequest<Vec<u8>>,
) -> Result<Page<Record, Vec<u8>>> {
    let mut query = replica_records::table.filter(replica_records::set_id.eq(set.id)).into_boxed();
    query = match which.changed_by {
        Some(run) => query.filter(replica_records::from_run.eq(run)).filter(replica_records::from_run.le(published)),
        None => query
            .filter(replica_records::from_run.le(published))
            .filter(replica_records::to_run.is_null().or(replica_records::to_run.gt(published))),
    };
    query = match which.orphaned {
        // As the index says it, which has only these.
        Some(true) => query.filter(replica_records::orphaned),
        Some(false) => query.filter(replica_records::orphaned.eq(false)),
        None => query,
    };
    if !which.prefix.is_empty() {
        query = query.filter(replica_records::record_key.ge(which.prefix.clone()));
        if let Some(end) = behind(&which.prefix) {
            query = query.filter(replica_records::record_key.lt(end));
        }
    }
    let rows: Vec<Record> =
        keyset!(asc query, replica_records::record_key, request).select(Record::as_select()).load(db)?;
    Ok(request.page(rows, |record| record.key.clone()))
}

/// The first key behind all that begin with this.
fn behind(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

/// A version of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The run that brought it, and when that ended; `None` when it is not kept any more.
    pub run: Option<(RunNo, Option<Stamp>)>,
    pub orphaned: bool,
    pub data: String,
}

/// The published versions of a record, newest first, at most `limit`, and whether there are more. Without the runs that
/// ended before `kept_since`.
pub fn history(
    db: &mut Db,
    set: &ReplicaSet,
    published: RunId,
    key: &[u8],
    kept_since: Stamp,
    limit: i64,
) -> Result<(Vec<Version>, bool)> {
    type Row = (Option<(RunNo, Option<Stamp>)>, bool, String);
    let mut rows: Vec<Row> = replica_records::table
        .left_join(runs::table.on(runs::id.eq(replica_records::from_run).and(runs::ended_at.ge(kept_since))))
        .filter(replica_records::set_id.eq(set.id))
        .filter(replica_records::record_key.eq(key.to_vec()))
        .filter(replica_records::from_run.le(published))
        .order(replica_records::from_run.desc())
        .limit(limit + 1)
        .select(((runs::no, runs::ended_at).nullable(), replica_records::orphaned, replica_records::data))
        .load(db)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_cut = rows.len() > limit;
    rows.truncate(limit);
    Ok((rows.into_iter().map(|(run, orphaned, data)| Version { run, orphaned, data }).collect(), is_cut))
}

/// How many records of a set a run has brought, counted up to `most`.
pub fn changed_by(db: &mut Db, set: &ReplicaSet, run: &OfSystem<Run>, most: i64) -> Result<i64> {
    let keys: Vec<i64> = replica_records::table
        .filter(replica_records::set_id.eq(set.id))
        .filter(replica_records::from_run.eq(run.id))
        .limit(most)
        .select(replica_records::set_id)
        .load(db)?;
    Ok(i64::try_from(keys.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix() {
        assert_eq!(behind(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(behind(b"a\xff"), Some(b"b".to_vec()));
        assert_eq!(behind(b"\xff\xff"), None);
    }
}
