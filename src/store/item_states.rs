//! Baselines: what each item was after its last good transfer.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::backend::insert_rows;
use super::connection::Db;
use super::error::Result;
use super::runs::Claim;
use super::schema::{item_states, systems};
use super::systems::{InReach, System};
use crate::access::Internal;
use crate::domain::items::Baseline;
use crate::ids::SystemId;

/// The next baselines after a key.
pub fn page(db: &mut Db, claim: &Claim, after: Option<&[u8]>, limit: i64) -> Result<Vec<Baseline>> {
    let mut query = item_states::table
        .filter(item_states::system_id.eq(claim.system))
        .filter(item_states::lane.eq(&claim.lane))
        .order(item_states::item_key)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(item_states::item_key.gt(after.to_vec()));
    }
    let rows: Vec<(Vec<u8>, String)> = query.select((item_states::item_key, item_states::state)).load(db)?;
    Ok(rows.into_iter().map(|(key, state)| Baseline { key, state }).collect())
}

/// A row of the table.
#[derive(Insertable)]
#[diesel(table_name = item_states)]
struct ItemStateRow {
    system_id: i64,
    lane: String,
    item_key: Vec<u8>,
    state: String,
    run_id: i64,
}

/// Sets or forgets baselines, under the claim. Each key at most once.
pub fn store(db: &mut Db, claim: &Claim, changes: Vec<(Vec<u8>, Option<String>)>) -> Result<()> {
    claim.hold(db)?;
    let mut rows = Vec::with_capacity(changes.len());
    for (item_key, state) in changes {
        match state {
            None => {
                diesel::delete(item_states::table.find((claim.system, &claim.lane, item_key))).execute(db)?;
            }
            Some(state) => rows.push(ItemStateRow {
                system_id: claim.system.0,
                lane: claim.lane.clone(),
                item_key,
                state,
                run_id: claim.run.0,
            }),
        }
    }
    insert_rows!(db, &rows, |values| diesel::insert_into(item_states::table)
        .values(values)
        .on_conflict((item_states::system_id, item_states::lane, item_states::item_key))
        .do_update()
        .set((
            item_states::state.eq(excluded(item_states::state)),
            item_states::run_id.eq(excluded(item_states::run_id))
        )));
    Ok(())
}

/// Forgets every baseline of a system: its ends were changed, so what was true of the old ones says nothing.
pub fn forget_all(db: &mut Db, system: &InReach<System>) -> Result<()> {
    diesel::delete(item_states::table.filter(item_states::system_id.eq(system.id))).execute(db)?;
    Ok(())
}

/// Maximum number of baselines per transaction.
const BASELINES: i64 = 5_000;

/// Deletes baselines of deleted systems, which no run needs any more: some of them. `false` when nothing is left to
/// delete.
pub fn delete_of_deleted(db: &mut Db, _upkeep: Internal) -> Result<bool> {
    let of_system = item_states::table.filter(item_states::system_id.eq(systems::id));
    let system: Option<SystemId> = systems::table
        .filter(systems::deleted_at.is_not_null())
        .filter(exists(of_system))
        .select(systems::id)
        .first(db)
        .optional()?;
    let Some(system) = system else { return Ok(false) };
    let lane: String = item_states::table
        .filter(item_states::system_id.eq(system))
        .order(item_states::lane)
        .select(item_states::lane)
        .first(db)?;
    let all = item_states::table.filter(item_states::system_id.eq(system)).filter(item_states::lane.eq(lane));
    let beyond: Option<Vec<u8>> = all
        .clone()
        .order(item_states::item_key)
        .select(item_states::item_key)
        .offset(BASELINES)
        .first(db)
        .optional()?;
    match beyond {
        Some(key) => diesel::delete(all.filter(item_states::item_key.lt(key))).execute(db)?,
        None => diesel::delete(all).execute(db)?,
    };
    Ok(true)
}
