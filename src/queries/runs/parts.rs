//! Reading a log in parts, each in its own transaction.

use crate::access::{Grant, verbs};
use crate::domain::message::StoredMessage;
use crate::domain::paging::{Page, PageRequest};
use crate::domain::run::RunState;
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::KeptSince;
use crate::store::messages::{self, Dictionary, MessageFilter};
use crate::store::runs::{self, Run, Totals};
use crate::store::systems::{self, InReach, OfSystem, System};
use crate::store::{Db, Result, StoreError};

/// A part of a log.
#[derive(Debug)]
pub struct LogPart {
    pub page: Page<StoredMessage, Seq>,
    pub run: OfSystem<Run>,
    pub totals: Totals,
}

impl LogPart {
    /// No more rows ever.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.page.next.is_none() && self.run.state == RunState::Ended
    }
}

/// A run whose log is read, of a live or deleted system.
///
/// # Errors
/// [`StoreError::NotFound`] also when the messages of the run are not kept any more.
pub fn run_with_log(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (key, no): (&SystemKey, RunNo),
    kept: KeptSince,
) -> Result<(InReach<System>, OfSystem<Run>)> {
    let system = systems::find_with_runs(db, grant, key)?;
    let run = runs::find(db, &system, no)?;
    if kept.has_messages(&run) { Ok((system, run)) } else { Err(StoreError::NotFound) }
}

/// Reads a part of a log.
///
/// # Errors
/// As the store.
pub fn log_part(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (key, no): (&SystemKey, RunNo),
    words: &Dictionary,
    (filter, request): (&MessageFilter, &PageRequest<Seq>),
) -> Result<LogPart> {
    let system = systems::find_with_runs(db, grant, key)?;
    // The header first: rows that come between the two reads are read next time.
    let run = runs::find(db, &system, no)?;
    let totals = runs::totals(db, run.as_id())?;
    let log = messages::Log { words, grant, run: &run };
    Ok(LogPart { page: messages::page(db, log, filter, request)?, run, totals })
}
