//! The lanes of a system: status and streak of each. What the system shows follows from all of them.

use diesel::prelude::*;

use super::reach::InReach;
use super::record::System;
use crate::access::Internal;
use crate::clock::Stamp;
use crate::domain::kind::MAIN_LANE;
use crate::domain::status::{EndedRun, RunHistory, Verdict, after_run, of_lanes};
use crate::ids::SystemId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{lanes, systems};

/// A lane as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = lanes)]
pub struct Lane {
    #[diesel(column_name = lane)]
    pub name: String,
    pub synchronization: Verdict,
    pub last_attempt_at: Option<Stamp>,
    pub last_success_at: Option<Stamp>,
    pub failures_in_row: i64,
}

impl Lane {
    const fn history(&self) -> RunHistory {
        RunHistory {
            verdict: self.synchronization,
            last_success_at: self.last_success_at,
            failures_in_row: self.failures_in_row,
        }
    }
}

/// A new system has the lanes of its kind, in which nothing has run.
pub(super) fn begin(db: &mut Db, id: SystemId, names: &[&str]) -> Result<()> {
    for name in names {
        let new = (lanes::system_id.eq(id), lanes::lane.eq(*name), lanes::synchronization.eq(Verdict::Open));
        diesel::insert_into(lanes::table).values((new, lanes::failures_in_row.eq(0))).execute(db)?;
    }
    Ok(())
}

/// The lanes of a system, by name.
fn all(db: &mut Db, id: SystemId) -> Result<Vec<Lane>> {
    Ok(lanes::table.filter(lanes::system_id.eq(id)).order(lanes::lane).select(Lane::as_select()).load(db)?)
}

/// The names of the lanes of a system: *Synchronize now* and the schedule queue a run in each.
pub fn lanes_of(db: &mut Db, system: &InReach<System>) -> Result<Vec<String>> {
    names(db, system.id)
}

/// The same for the schedule.
pub fn lanes_to_queue(db: &mut Db, _schedule: Internal, id: SystemId) -> Result<Vec<String>> {
    names(db, id)
}

fn names(db: &mut Db, id: SystemId) -> Result<Vec<String>> {
    let names: Vec<String> =
        lanes::table.filter(lanes::system_id.eq(id)).order(lanes::lane).select(lanes::lane).load(db)?;
    Ok(if names.is_empty() { vec![MAIN_LANE.to_owned()] } else { names })
}

/// A run has started: an attempt, never a success.
pub(in crate::store) fn note_attempt(db: &mut Db, id: SystemId, lane: &str, now: Stamp) -> Result<()> {
    diesel::update(lanes::table.find((id, lane))).set(lanes::last_attempt_at.eq(now)).execute(db)?;
    diesel::update(systems::table.find(id)).set(systems::last_attempt_at.eq(now)).execute(db)?;
    Ok(())
}

/// Moves a lane on after a run, and the system with it. Returns what the system has now.
pub(super) fn moved(
    db: &mut Db,
    system: &System,
    name: &str,
    run: EndedRun,
    progress_at: Option<Stamp>,
) -> Result<RunHistory> {
    let mut known = all(db, system.id)?;
    if !known.iter().any(|lane| lane.name == name) {
        begin(db, system.id, &[name])?;
        known = all(db, system.id)?;
    }
    let mut histories = Vec::with_capacity(known.len());
    for lane in &known {
        if lane.name != name {
            histories.push(lane.history());
            continue;
        }
        let after = after_run(lane.history(), run);
        diesel::update(lanes::table.find((system.id, name)))
            .set((
                lanes::synchronization.eq(after.verdict),
                lanes::last_success_at.eq(after.last_success_at),
                lanes::failures_in_row.eq(after.failures_in_row),
            ))
            .execute(db)?;
        histories.push(after);
    }
    if let Some(at) = progress_at {
        diesel::update(lanes::table.find((system.id, name))).set(lanes::last_progress_at.eq(at)).execute(db)?;
    }
    let after = of_lanes(&histories);
    diesel::update(systems::table.find(system.id))
        .set((
            systems::synchronization.eq(after.verdict),
            systems::last_success_at.eq(after.last_success_at),
            systems::failures_in_row.eq(after.failures_in_row),
            systems::last_progress_at.eq(progress_at.or(system.last_progress_at)),
        ))
        .execute(db)?;
    Ok(after)
}
