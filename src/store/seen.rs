//! Where a code was seen lately: in the messages of runs, and as what checks failed with. A bounded look back.

use diesel::prelude::*;

use super::cached::is_in;
use super::connection::{Db, DbBackend};
use super::error::Result;
use super::messages::find_code;
use super::schema::{checks, run_counts, runs, systems};
use super::systems::within;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::ids::{CheckId, CheckNo, RunId, RunNo, SystemKey};

/// Maximum number of runs, and of checks, that are looked at, of all systems.
pub const LOOK: i64 = 500;

/// A run or a check in reach with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<No> {
    pub key: SystemKey,
    pub name: String,
    pub no: No,
    /// When it was requested.
    pub at: Stamp,
}

/// The runs since `since` that logged a code, newest first; whether older ones were not looked at.
pub fn runs_with(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    code: &str,
    since: Stamp,
) -> Result<(Vec<Seen<RunNo>>, bool)> {
    let Some(code) = find_code(db, code)? else { return Ok((Vec::new(), false)) };
    let newest = run_counts::table.filter(run_counts::code.eq(code)).order(run_counts::run_id.desc());
    let mut ids: Vec<RunId> = newest.limit(LOOK).select(run_counts::run_id).load(db)?;
    let is_full = i64::try_from(ids.len()).unwrap_or(i64::MAX) >= LOOK;
    // A run has one count for each category and item type.
    ids.dedup();
    let query = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .filter(is_in(runs::id, ids))
        .filter(runs::queued_at.ge(since))
        .order((runs::queued_at.desc(), runs::id.desc()))
        .select((systems::key, systems::name, runs::no, runs::queued_at))
        .into_boxed::<DbBackend>();
    let rows: Vec<(SystemKey, String, RunNo, Stamp)> = within(grant, query, systems::group_id).load(db)?;
    Ok((rows.into_iter().map(|(key, name, no, at)| Seen { key, name, no, at }).collect(), is_full))
}

/// The same of connection checks of live systems.
pub fn checks_with(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    code: &str,
    since: Stamp,
) -> Result<(Vec<Seen<CheckNo>>, bool)> {
    let newest = checks::table.filter(checks::code.eq(code)).filter(checks::queued_at.ge(since));
    let newest = newest.order((checks::queued_at.desc(), checks::id.desc())).limit(LOOK);
    let ids: Vec<CheckId> = newest.select(checks::id).load(db)?;
    let is_full = i64::try_from(ids.len()).unwrap_or(i64::MAX) >= LOOK;
    let query = checks::table
        .inner_join(systems::table.on(systems::id.eq(checks::system_id)))
        .filter(is_in(checks::id, ids))
        .filter(systems::deleted_at.is_null())
        .order((checks::queued_at.desc(), checks::id.desc()))
        .select((systems::key, systems::name, checks::no, checks::queued_at))
        .into_boxed::<DbBackend>();
    let rows: Vec<(SystemKey, String, CheckNo, Stamp)> = within(grant, query, systems::group_id).load(db)?;
    Ok((rows.into_iter().map(|(key, name, no, at)| Seen { key, name, no, at }).collect(), is_full))
}
