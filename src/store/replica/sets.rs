//! The head of a replica and its sets.

use diesel::prelude::*;

use crate::ids::{RunId, SetId, SystemId};
use crate::store::backend::unless_duplicate;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::{replica_sets, replicas};

/// A set, as published.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = replica_sets)]
pub struct ReplicaSet {
    pub id: SetId,
    pub name: String,
    pub data_set: String,
    pub active: i64,
    pub orphaned: i64,
    pub read_run: Option<RunId>,
    pub changed_run: Option<RunId>,
    pub state: String,
}

/// The head of a replica.
#[derive(Debug, Clone, Default)]
pub struct Replica {
    pub published: Option<RunId>,
    pub model: String,
    pub sets: Vec<ReplicaSet>,
}

/// Makes room for these sets (name and data set), and tells what there is.
pub fn begin(db: &mut Db, claim: &Claim, sets: &[(String, String)]) -> Result<Replica> {
    claim.hold(db)?;
    // A run that lost its claim may have done it.
    unless_duplicate(db, |db| {
        diesel::insert_into(replicas::table)
            .values((replicas::system_id.eq(claim.system), replicas::model.eq("")))
            .execute(db)?;
        Ok(())
    })?;
    for (name, data_set) in sets {
        let moved = diesel::update(
            replica_sets::table.filter(replica_sets::system_id.eq(claim.system)).filter(replica_sets::name.eq(name)),
        )
        .set(replica_sets::data_set.eq(data_set))
        .execute(db)?;
        if moved == 0 {
            diesel::insert_into(replica_sets::table)
                .values((
                    replica_sets::system_id.eq(claim.system),
                    replica_sets::name.eq(name),
                    replica_sets::data_set.eq(data_set),
                    replica_sets::active.eq(0),
                    replica_sets::orphaned.eq(0),
                    replica_sets::state.eq(""),
                ))
                .execute(db)?;
        }
    }
    of_system(db, claim.system)
}

/// What is kept for the next run of a set is dropped, under the claim.
pub fn forget(db: &mut Db, claim: &Claim, set: SetId) -> Result<()> {
    claim.hold(db)?;
    diesel::update(replica_sets::table.find(set)).set(replica_sets::state.eq("")).execute(db)?;
    Ok(())
}

/// The replica of a system; empty if it has none.
pub(super) fn of_system(db: &mut Db, system: SystemId) -> Result<Replica> {
    let head: Option<(Option<RunId>, String)> =
        replicas::table.find(system).select((replicas::published_run, replicas::model)).first(db).optional()?;
    let Some((published, model)) = head else { return Ok(Replica::default()) };
    let sets = replica_sets::table
        .filter(replica_sets::system_id.eq(system))
        .order(replica_sets::name)
        .select(ReplicaSet::as_select())
        .load(db)?;
    Ok(Replica { published, model, sets })
}

/// The published run of a system; 0 before the first.
pub(super) fn published_run(db: &mut Db, system: SystemId) -> Result<i64> {
    let head: Option<Option<i64>> =
        replicas::table.find(system).select(replicas::published_run).first(db).optional()?;
    Ok(head.flatten().unwrap_or(0))
}
