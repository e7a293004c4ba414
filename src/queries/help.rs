//! Help on codes: notes of the organization, which everybody who is signed in can read, and where a code was seen, which
//! is limited to the reader's reach.

pub use crate::store::team_notes::{all as notes, find as note};

use std::collections::HashMap;

use crate::access::{Actor, verbs};
use crate::clock::Stamp;
use crate::ids::{CheckNo, RunNo, SystemKey};
use crate::store::seen::{self, LOOK};
use crate::store::{Db, Result};

/// Maximum number of systems that are named.
const SYSTEMS: usize = 10;

/// Where a code was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenLately {
    /// The one that had it last comes first.
    pub systems: Vec<SeenIn>,
    /// Not all runs or checks with the code were looked at: at most this many.
    pub looked_at_most: Option<i64>,
}

/// A system where a code was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenIn {
    pub key: SystemKey,
    pub name: String,
    /// The last time, and there.
    pub at: Stamp,
    pub last: LastSeen,
    pub runs: i64,
    pub checks: i64,
}

/// Where it was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastSeen {
    Run(RunNo),
    Check(CheckNo),
}

/// Where a code was seen since then: in runs whose log the reader may read, and in checks of systems that they may see.
///
/// # Errors
/// As the store.
pub fn seen_lately(db: &mut Db, reader: &Actor, code: &str, since: Stamp) -> Result<SeenLately> {
    let runs = reader.authorize::<verbs::ReadLogs>().ok();
    let checks = reader.authorize::<verbs::SeeSystem>().ok();
    let (runs, more_runs) = runs.map(|grant| seen::runs_with(db, &grant, code, since)).transpose()?.unwrap_or_default();
    let (checks, more_checks) =
        checks.map(|grant| seen::checks_with(db, &grant, code, since)).transpose()?.unwrap_or_default();
    let runs = runs.into_iter().map(|run| (run.key, run.name, run.at, LastSeen::Run(run.no)));
    let checks = checks.into_iter().map(|check| (check.key, check.name, check.at, LastSeen::Check(check.no)));
    let mut by_system: HashMap<SystemKey, SeenIn> = HashMap::new();
    for (key, name, at, last) in runs.chain(checks) {
        let new = || SeenIn { key: key.clone(), name, at, last, runs: 0, checks: 0 };
        let system = by_system.entry(key.clone()).or_insert_with(new);
        match last {
            LastSeen::Run(_) => system.runs += 1,
            LastSeen::Check(_) => system.checks += 1,
        }
        if at > system.at {
            (system.at, system.last) = (at, last);
        }
    }
    let mut systems: Vec<SeenIn> = by_system.into_values().collect();
    systems.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.key.cmp(&other.key)));
    systems.truncate(SYSTEMS);
    Ok(SeenLately { systems, looked_at_most: (more_runs || more_checks).then_some(LOOK) })
}
