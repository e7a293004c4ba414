//! The stored verdict of a system.

use diesel::prelude::*;

use super::record::{System, lock};
use super::{lanes, times};
use crate::clock::Stamp;
use crate::domain::cadence::Cadence;
use crate::domain::run::RunResult;
use crate::domain::status::{self, ConnectionHistory, EndedRun};
use crate::ids::SystemId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::systems;

/// Whether a system is on hold or deleted, and so nothing more may be planned for it. Nobody can change that until the
/// transaction ends.
pub(in crate::store) fn is_held(db: &mut Db, id: SystemId) -> Result<bool> {
    let system = locked(db, id)?;
    Ok(system.hold_since.is_some() || system.deleted_at.is_some())
}

fn locked(db: &mut Db, id: SystemId) -> Result<System> {
    lock(db, id)?;
    Ok(systems::table.find(id).select(System::as_select()).first(db)?)
}

/// What the system needs to know of a run that ended, besides its result.
#[derive(Debug, Clone, Copy)]
pub struct RunEnd<'a> {
    pub lane: &'a str,
    /// The settings that the run used; none: it used none.
    pub settings_version: Option<i64>,
    /// When a check is due because the connection is to blame.
    pub check_at: Option<Stamp>,
    pub progress_at: Option<Stamp>,
    pub cadence: &'a Cadence,
}

/// What follows for the system from the end of a run. A failure of the connection asks for a check; a success with the
/// present settings counts as a successful check, so it clears a connection error and ends a pause.
pub(in crate::store) fn after_run(db: &mut Db, id: SystemId, run: EndedRun, end: RunEnd<'_>) -> Result<()> {
    let system = locked(db, id)?;
    if system.deleted_at.is_some() {
        return Ok(());
    }
    let after = lanes::moved(db, &system, end.lane, run, end.progress_at)?;
    if system.hold_since.is_none()
        && let Some(check) = end.check_at
    {
        times::check_by(db, id, check)?;
    }
    match run.result {
        RunResult::Completed | RunResult::CompletedWithWarnings => {
            // A run that began before the settings were changed says nothing about the new ones.
            if end.settings_version == Some(system.settings_version) {
                set_connection(db, &system, true, end.cadence, run.at)?;
            }
            times::succeeded(db, id, after.last_success_at, run.at)
        }
        RunResult::Error | RunResult::Canceled => times::recompute_status(db, id, run.at),
    }
}

/// What follows for the system from the end of a connection check.
pub(in crate::store) fn after_check(db: &mut Db, id: SystemId, ok: bool, cadence: &Cadence, at: Stamp) -> Result<()> {
    let system = locked(db, id)?;
    if system.deleted_at.is_some() {
        return Ok(());
    }
    set_connection(db, &system, ok, cadence, at)
}

/// Stores what a check, or a run that counts as one, found; plans the next check, or the pause.
fn set_connection(db: &mut Db, system: &System, ok: bool, cadence: &Cadence, at: Stamp) -> Result<()> {
    let before = ConnectionHistory {
        connection: system.connection,
        since: system.connection_since,
        checked_at: system.checked_at,
    };
    let after = status::after_check(before, ok, at);
    diesel::update(systems::table.find(system.id))
        .set((
            systems::connection.eq(after.connection),
            systems::connection_since.eq(after.since),
            systems::checked_at.eq(after.checked_at),
        ))
        .execute(db)?;
    times::after_check(db, system, cadence, at)
}
