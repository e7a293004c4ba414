//! Staging versions.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::KEYS;
use crate::domain::replica::{Content, Key, Met, Reading, Tally};
use crate::ids::SetId;
use crate::store::backend::insert_rows;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::{replica_records, replica_seen};

/// A version.
#[derive(Insertable)]
#[diesel(table_name = replica_records)]
struct RecordRow {
    pub(super) set_id: i64,
    pub(super) record_key: Vec<u8>,
    pub(super) from_run: i64,
    pub(super) orphaned: bool,
    pub(super) digest: Vec<u8>,
    pub(super) data: String,
}

/// A record that was met without a change.
#[derive(Insertable)]
#[diesel(table_name = replica_seen)]
struct SeenRow {
    set_id: i64,
    record_key: Vec<u8>,
}

/// The version that is not ended.
struct Current {
    from_run: i64,
    orphaned: bool,
    digest: Vec<u8>,
}

/// Stages a page, under the claim: what became of it, and the keys that had come before.
pub fn stage(db: &mut Db, claim: &Claim, set: SetId, reading: Reading, page: Vec<Met>) -> Result<(Tally, Vec<Key>)> {
    claim.hold(db)?;
    let keys: Vec<Vec<u8>> = page.iter().map(|record| record.key.clone()).collect();
    let current = current(db, set, &keys)?;
    let mut met = if reading == Reading::Whole { seen(db, set, &keys)? } else { HashSet::new() };
    let (mut counts, mut twice) = (Tally::default(), Vec::new());
    let mut batch = Batch::new(claim, set);
    for Met { key, content } in newest(page, reading) {
        let before = current.get(&key);
        let staged = before.is_some_and(|before| before.from_run == claim.run.0);
        if reading == Reading::Whole && (staged || met.contains(&key)) {
            twice.push(key);
            continue;
        }
        met.insert(key.clone());
        match (before, content) {
            (Some(before), Some(content)) if !before.orphaned && before.digest == content.digest => {
                counts.unchanged += 1;
                batch.seen.push(key);
            }
            (None | Some(_), None) => batch.seen.push(key),
            (Some(before), Some(content)) => {
                match (staged, before.orphaned) {
                    // Counted when it was staged first.
                    (true, false) => {}
                    (_, true) => {
                        counts.inserted += 1;
                        counts.returned += 1;
                    }
                    (false, false) => counts.updated += 1,
                }
                batch.replaced.push((key.clone(), staged));
                batch.put(key, content, false);
            }
            (None, Some(content)) => {
                counts.inserted += 1;
                batch.put(key, content, false);
            }
        }
    }
    if reading == Reading::Changes {
        batch.seen.clear();
    }
    batch.store(db)?;
    Ok((counts, twice))
}

/// In a reading of changes the last word on a key counts.
fn newest(page: Vec<Met>, reading: Reading) -> Vec<Met> {
    if reading == Reading::Whole {
        return page;
    }
    let mut last: Vec<Met> = Vec::with_capacity(page.len());
    let mut known = HashSet::new();
    for record in page.into_iter().rev() {
        if known.insert(record.key.clone()) {
            last.push(record);
        }
    }
    last.reverse();
    last
}

/// What is written together.
pub(super) struct Batch<'a> {
    claim: &'a Claim,
    set: SetId,
    rows: Vec<RecordRow>,
    /// Keys whose version ends; whether that was staged by this run.
    pub(super) replaced: Vec<(Vec<u8>, bool)>,
    seen: Vec<Vec<u8>>,
}

impl<'a> Batch<'a> {
    pub(super) const fn new(claim: &'a Claim, set: SetId) -> Self {
        Self { claim, set, rows: Vec::new(), replaced: Vec::new(), seen: Vec::new() }
    }

    pub(super) fn put(&mut self, record_key: Key, content: Content, orphaned: bool) {
        let (set_id, from_run) = (self.set.0, self.claim.run.0);
        let Content { digest, data } = content;
        self.rows.push(RecordRow { set_id, record_key, from_run, orphaned, digest, data });
    }

    pub(super) fn store(self, db: &mut Db) -> Result<()> {
        let (staged, published): (Vec<_>, Vec<_>) = self.replaced.into_iter().partition(|(_, staged)| *staged);
        for keys in staged.chunks(KEYS) {
            let keys: Vec<Vec<u8>> = keys.iter().map(|(key, _)| key.clone()).collect();
            remove_staged(db, self.claim, self.set, &keys)?;
        }
        for keys in published.chunks(KEYS) {
            let keys: Vec<Vec<u8>> = keys.iter().map(|(key, _)| key.clone()).collect();
            diesel::update(
                replica_records::table
                    .filter(replica_records::set_id.eq(self.set))
                    .filter(replica_records::record_key.eq_any(keys))
                    .filter(replica_records::to_run.is_null())
                    .filter(replica_records::from_run.lt(self.claim.run.0)),
            )
            .set(replica_records::to_run.eq(self.claim.run.0))
            .execute(db)?;
        }
        insert_rows!(db, &self.rows, |values| diesel::insert_into(replica_records::table).values(values));
        let set_id = self.set.0;
        let seen: Vec<SeenRow> = self.seen.into_iter().map(|record_key| SeenRow { set_id, record_key }).collect();
        insert_rows!(db, &seen, |values| diesel::insert_into(replica_seen::table)
            .values(values)
            .on_conflict_do_nothing());
        Ok(())
    }
}

fn remove_staged(db: &mut Db, claim: &Claim, set: SetId, keys: &[Vec<u8>]) -> Result<usize> {
    Ok(diesel::delete(
        replica_records::table
            .filter(replica_records::set_id.eq(set))
            .filter(replica_records::record_key.eq_any(keys.to_vec()))
            .filter(replica_records::from_run.eq(claim.run.0)),
    )
    .execute(db)?)
}

fn current(db: &mut Db, set: SetId, keys: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, Current>> {
    let mut found = HashMap::with_capacity(keys.len());
    for keys in keys.chunks(KEYS) {
        let rows: Vec<(Vec<u8>, i64, bool, Vec<u8>)> = replica_records::table
            .filter(replica_records::set_id.eq(set))
            .filter(replica_records::record_key.eq_any(keys.to_vec()))
            .filter(replica_records::to_run.is_null())
            .select((
                replica_records::record_key,
                replica_records::from_run,
                replica_records::orphaned,
                replica_records::digest,
            ))
            .load(db)?;
        found.extend(
            rows.into_iter().map(|(key, from_run, orphaned, digest)| (key, Current { from_run, orphaned, digest })),
        );
    }
    Ok(found)
}

/// Which of these keys the run has met without a change.
pub(super) fn seen(db: &mut Db, set: SetId, keys: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>> {
    let mut found = HashSet::new();
    for keys in keys.chunks(KEYS) {
        let rows: Vec<Vec<u8>> = replica_seen::table
            .filter(replica_seen::set_id.eq(set))
            .filter(replica_seen::record_key.eq_any(keys.to_vec()))
            .select(replica_seen::record_key)
            .load(db)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Takes back what this run has staged of these keys: how many were new (or back), and how many changed.
pub fn withdraw(db: &mut Db, claim: &Claim, set: SetId, keys: &[Vec<u8>]) -> Result<Tally> {
    claim.hold(db)?;
    let mut counts = Tally::default();
    for keys in keys.chunks(KEYS) {
        let before: Vec<bool> = replica_records::table
            .filter(replica_records::set_id.eq(set))
            .filter(replica_records::record_key.eq_any(keys.to_vec()))
            .filter(replica_records::to_run.eq(claim.run.0))
            .select(replica_records::orphaned)
            .load(db)?;
        let removed = i64::try_from(remove_staged(db, claim, set, keys)?).unwrap_or(i64::MAX);
        diesel::update(
            replica_records::table
                .filter(replica_records::set_id.eq(set))
                .filter(replica_records::record_key.eq_any(keys.to_vec()))
                .filter(replica_records::to_run.eq(claim.run.0)),
        )
        .set(replica_records::to_run.eq(None::<i64>))
        .execute(db)?;
        let had = i64::try_from(before.len()).unwrap_or(i64::MAX);
        let returned = i64::try_from(before.iter().filter(|orphaned| **orphaned).count()).unwrap_or(i64::MAX);
        counts.updated += had - returned;
        counts.returned += returned;
        counts.inserted += removed - had + returned;
    }
    Ok(counts)
}
