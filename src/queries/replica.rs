//! The published replica of a system: its entity sets, their records, and one record with its history.

use std::collections::BTreeSet;

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::paging::{Page, PageRequest};
use crate::ids::{RunId, RunNo, SystemKey};
use crate::store::replica::{self, Version};
use crate::store::systems::{self, InReach, System};
use crate::store::{Db, Result, StoreError, runs};

pub use crate::store::replica::{Record, Replica, ReplicaSet, Version as RecordVersion, Which};

/// A system and what it has published.
#[derive(Debug)]
pub struct Published {
    pub system: InReach<System>,
    pub replica: Replica,
}

/// Reads what a system has published.
///
/// # Errors
/// As the store.
pub fn published(db: &mut Db, grant: &Grant<verbs::ReadLogs>, key: &SystemKey) -> Result<Published> {
    let system = systems::find(db, grant, key)?;
    let replica = replica::find(db, grant, &system)?;
    Ok(Published { system, replica })
}

impl Published {
    /// A set that was read, and the run that published it.
    fn set(&self, name: &str) -> Result<(ReplicaSet, RunId)> {
        let set = self.replica.sets.iter().find(|set| set.name == name && set.read_run.is_some());
        set.cloned().zip(self.replica.published).ok_or(StoreError::NotFound)
    }
}

/// Which records of a set are asked for.
#[derive(Debug, Clone, Default)]
pub struct RecordsQuestion {
    /// What their keys begin with.
    pub prefix: String,
    /// `active` or `orphaned`; empty for both.
    pub state: String,
    /// Only what this run brought.
    pub run: Option<RunNo>,
}

/// A set, and which of its records are meant.
#[derive(Debug, Clone)]
pub struct RecordsOfSet {
    pub set: ReplicaSet,
    pub published: RunId,
    pub which: Which,
}

/// Finds the set and the records that a question means.
///
/// # Errors
/// [`StoreError::NotFound`] for an unknown set or state, or an expired run.
pub fn records_of_set(
    db: &mut Db,
    of: &Published,
    (set, question): (&str, &RecordsQuestion),
    kept_since: Stamp,
) -> Result<RecordsOfSet> {
    let (set, published) = of.set(set)?;
    let changed_by = match question.run {
        Some(no) => Some(runs::find_kept(db, &of.system, no, kept_since)?.id),
        None => None,
    };
    let orphaned = match question.state.as_str() {
        "active" => Some(false),
        "orphaned" => Some(true),
        "" => None,
        _ => return Err(StoreError::NotFound),
    };
    let which = Which { prefix: question.prefix.trim().as_bytes().to_vec(), orphaned, changed_by };
    Ok(RecordsOfSet { set, published, which })
}

/// A page of records, by their keys.
///
/// # Errors
/// As the store.
pub fn records(db: &mut Db, of: &RecordsOfSet, request: &PageRequest<Vec<u8>>) -> Result<Page<Record, Vec<u8>>> {
    replica::records(db, &of.set, of.published, &of.which, request)
}

/// A part of the records as a file, and after which key it continues. The system must be in reach still.
///
/// # Errors
/// As the store.
pub fn records_part(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    key: &SystemKey,
    of: &RecordsOfSet,
    request: &PageRequest<Vec<u8>>,
) -> Result<(Vec<Record>, Option<Vec<u8>>)> {
    systems::find(db, grant, key)?;
    Ok(records(db, of, request)?.into_part())
}

/// A record with its versions, newest first.
#[derive(Debug)]
pub struct RecordHistory {
    pub of: Published,
    pub set: ReplicaSet,
    pub versions: Vec<Version>,
    /// There are older ones.
    pub is_cut: bool,
}

/// Reads the newest versions of a record.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such record.
pub fn record_history(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (system, set, key): (&SystemKey, &str, &[u8]),
    (kept_since, limit): (Stamp, i64),
) -> Result<RecordHistory> {
    let of = published(db, grant, system)?;
    let (set, run) = of.set(set)?;
    let (versions, is_cut) = replica::history(db, &set, run, key, kept_since, limit)?;
    if versions.is_empty() {
        return Err(StoreError::NotFound);
    }
    Ok(RecordHistory { of, set, versions, is_cut })
}

/// The sets of a replica.
#[derive(Debug)]
pub struct SetsOverview {
    pub system: InReach<System>,
    /// The run whose changes are asked for.
    pub run: Option<RunNo>,
    /// The run that published the replica, if it is kept.
    pub published: Option<RunNo>,
    pub sets: Vec<SetOverview>,
}

/// A set, with the runs that read and changed it last.
#[derive(Debug)]
pub struct SetOverview {
    pub set: ReplicaSet,
    pub read_by: Option<RunNo>,
    pub changed_by: Option<RunNo>,
    /// How many of its records `run` brought; at most `limit`.
    pub changed: i64,
}

/// Reads the sets; of a run, only those that it changed.
///
/// # Errors
/// As the store.
pub fn sets_overview(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (key, run): (&SystemKey, Option<RunNo>),
    (kept_since, limit): (Stamp, i64),
) -> Result<SetsOverview> {
    let Published { system, replica } = published(db, grant, key)?;
    let run = match run {
        Some(no) => Some(runs::find_kept(db, &system, no, kept_since)?),
        None => None,
    };
    let of_sets = replica.sets.iter().flat_map(|set| [set.read_run, set.changed_run]);
    let ids: BTreeSet<RunId> = of_sets.chain([replica.published]).flatten().collect();
    let numbers = runs::numbers_of(db, &system, ids, kept_since)?;
    let number = |id: Option<RunId>| id.and_then(|id| numbers.get(&id).copied());
    let mut sets = Vec::new();
    for set in replica.sets {
        let changed = match &run {
            Some(run) if Some(run.id) <= replica.published => replica::changed_by(db, &set, run, limit)?,
            Some(_) | None => 0,
        };
        if run.is_none() || changed > 0 {
            let (read_by, changed_by) = (number(set.read_run), number(set.changed_run));
            sets.push(SetOverview { set, read_by, changed_by, changed });
        }
    }
    Ok(SetsOverview { system, run: run.map(|run| run.no), published: number(replica.published), sets })
}
