//! Connection checks of a system.

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::team_note::TeamNote;
use crate::ids::{CheckNo, RunNo, SystemKey};
use crate::store::checks::{self, Check};
use crate::store::systems::{self, InReach, System, SystemDetails};
use crate::store::{Db, Result, runs, team_notes};

/// The checks of a system that are kept, newest first.
///
/// # Errors
/// As the store.
pub fn system_checks(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    key: &SystemKey,
) -> Result<(InReach<System>, Vec<Check>)> {
    let system = systems::find(db, grant, key)?;
    let kept = checks::kept(db, &system)?;
    Ok((system, kept))
}

/// What the page of a check shows.
#[derive(Debug)]
pub struct CheckOverview {
    pub details: SystemDetails,
    pub check: Check,
    /// The note of the organization on the code that the check ended with.
    pub note: Option<TeamNote>,
}

/// Reads a check.
///
/// # Errors
/// As the store.
pub fn check_overview(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    (key, no): (&SystemKey, CheckNo),
) -> Result<CheckOverview> {
    let details = systems::details(db, grant, key)?;
    let check = checks::find(db, &details.system, no)?;
    let note = check.code.as_ref().map(|code| team_notes::find(db, code)).transpose()?.flatten();
    Ok(CheckOverview { details, check, note })
}

/// What helps with the connection of a system: its last check that ended, and its last run that decided the status.
///
/// # Errors
/// As the store.
pub fn connection_facts(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    key: &SystemKey,
    kept_since: Stamp,
) -> Result<(InReach<System>, Option<Check>, Option<RunNo>)> {
    let system = systems::find(db, grant, key)?;
    let check = checks::last(db, &system)?;
    let decided = runs::latest(db, &system, kept_since, 0)?.decided;
    Ok((system, check, decided.map(|(run, ..)| run.no)))
}
