//! Reading a log in parts, each in its own transaction.

use crate::access::{Grant, Verb, verbs};
use crate::clock::Stamp;
use crate::domain::message::StoredMessage;
use crate::domain::run::RunState;
use crate::ids::{RunNo, SystemKey};
use crate::queries::AccessRecheck;
use crate::store::messages::{self, Cursor, Dictionary, MessageFilter};
use crate::store::runs::{self, Run, Totals};
use crate::store::systems::{self, InReach, System};
use crate::store::{Db, Result, StoreError};

/// A part of a log.
#[derive(Debug)]
pub struct LogPart {
    pub rows: Vec<StoredMessage>,
    pub run: Run,
    pub totals: Totals,
    /// No more rows now, in the direction that was read.
    pub at_end: bool,
}

impl LogPart {
    /// No more rows ever.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.at_end && self.run.state == RunState::Ended
    }
}

/// A run whose log is read, of a live or deleted system.
///
/// # Errors
/// As the store.
pub fn run_with_log(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (key, no): (&SystemKey, RunNo),
) -> Result<(InReach<System>, Run)> {
    let system = systems::find_with_runs(db, grant, key)?;
    let (run, _totals) = runs::find(db, &system, no)?;
    Ok((system, run))
}

/// Reads up to `limit` messages.
///
/// # Errors
/// [`StoreError::NotFound`] when the reader has lost the session, the account, or the right.
pub fn log_part(
    db: &mut Db,
    (grant, standing, now): (&Grant<verbs::ReadLogs>, &AccessRecheck, Stamp),
    (key, no): (&SystemKey, RunNo),
    words: &Dictionary,
    (filter, cursor, limit): (&MessageFilter, Cursor, i64),
) -> Result<LogPart> {
    let system = systems::find_with_runs(db, grant, key)?;
    // The header first: rows that come between the two reads are read next time.
    let (run, totals) = runs::find(db, &system, no)?;
    let log = messages::Log { words, grant, run: run.id };
    let page = messages::page(db, log, filter, cursor, limit)?;
    // Checked last, so that nothing is sent that was written after the right had ended.
    if !standing.actor(db, now)?.may(&[Verb::ReadLogs], system.group_id) {
        return Err(StoreError::NotFound);
    }
    Ok(LogPart { at_end: !page.more, rows: page.rows, run, totals })
}
