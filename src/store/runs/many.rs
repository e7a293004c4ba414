//! Open and recent runs of many systems at a time, for lists.

use std::collections::HashMap;

use diesel::prelude::*;

use super::open::open_runs;
use super::progress::{Counters, Totals};
use super::record::Run;
use crate::clock::Stamp;
use crate::domain::run::{EndReason, RunResult};
use crate::ids::{RunNo, SystemId};
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{run_progress, runs, systems};
use crate::store::systems::{InReach, System, ids};

/// The open runs of a system, in the order of their numbers, with how far they are.
pub type Open = Vec<(Run, Totals)>;

#[diesel::dsl::auto_type(no_type_alias)]
fn in_order() -> _ {
    runs::table.left_join(run_progress::table.on(run_progress::run_id.eq(runs::id))).order((runs::system_id, runs::no))
}

fn with_totals((run, counters): (Run, Option<Counters>)) -> (Run, Totals) {
    (run, counters.map(Totals::from).unwrap_or_default())
}

/// The open runs of these systems.
pub fn open_of(db: &mut Db, of: &[InReach<SystemId>]) -> Result<HashMap<SystemId, Open>> {
    let rows: Vec<(Run, Option<Counters>)> = in_order()
        .filter(open_runs!(is_in(runs::system_id, ids(of))))
        .select((Run::as_select(), Option::<Counters>::as_select()))
        .load(db)?;
    let mut open: HashMap<SystemId, Open> = HashMap::new();
    for row in rows {
        open.entry(row.0.system_id).or_default().push(with_totals(row));
    }
    Ok(open)
}

/// The open runs of one system.
pub fn open_in(db: &mut Db, system: &InReach<System>) -> Result<Open> {
    let rows: Vec<(Run, Option<Counters>)> = in_order()
        .filter(open_runs!(runs::system_id.eq(system.id)))
        .select((Run::as_select(), Option::<Counters>::as_select()))
        .load(db)?;
    Ok(rows.into_iter().map(with_totals).collect())
}

/// A run as the strip of a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentRun {
    pub lane: String,
    /// None while it is open.
    pub result: Option<RunResult>,
    pub ended_at: Option<Stamp>,
    pub errors: i64,
    /// Why it ended in error.
    pub code: Option<String>,
    pub no: RunNo,
    pub end_reason: Option<EndReason>,
}

/// The last `most` runs of each of these systems, oldest first, without those that ended before `kept_since`. Numbers
/// of runs have no gaps, so the last ones are known without sorting.
pub fn recent_of(
    db: &mut Db,
    of: &[InReach<SystemId>],
    most: i64,
    kept_since: Stamp,
) -> Result<HashMap<SystemId, Vec<RecentRun>>> {
    type Reason = (Option<String>, Option<EndReason>);
    type RecentRow = (SystemId, RunNo, String, Option<RunResult>, Option<Stamp>, Option<i64>, Reason);
    let rows: Vec<RecentRow> = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .left_join(run_progress::table.on(run_progress::run_id.eq(runs::id)))
        .filter(is_in(systems::id, ids(of)))
        .filter(runs::no.gt(systems::last_run_no - most))
        .filter(runs::ended_at.is_null().or(runs::ended_at.ge(kept_since)))
        .order((runs::system_id, runs::no))
        .select((
            runs::system_id,
            runs::no,
            runs::lane,
            runs::result,
            runs::ended_at,
            run_progress::n_error.nullable(),
            (runs::end_code, runs::end_reason),
        ))
        .load(db)?;
    let mut recent: HashMap<SystemId, Vec<RecentRun>> = HashMap::new();
    for (system, no, lane, result, ended_at, errors, (code, end_reason)) in rows {
        let run = RecentRun { no, lane, result, ended_at, errors: errors.unwrap_or(0), code, end_reason };
        recent.entry(system).or_default().push(run);
    }
    Ok(recent)
}
