//! Business logs: the runs of all systems in reach, their messages, and connection checks.

mod checks;
mod messages;

use crate::access::{Grant, verbs};
use crate::domain::paging::PageRequest;
use crate::ids::GroupId;
use crate::store::runs::run_list;
use crate::store::{Db, Result, groups};

pub use checks::{ConnectionChecks, connection_checks};
pub use messages::{FoundMessage, FoundMessages, MessagesCursor, MessagesQuestion, messages_across};

pub use crate::store::check_list::{CheckListCursor, CheckListFilter, CheckListRow, CheckListRows};
pub use crate::store::runs::{RunListCursor, RunListFilter, RunListRow, RunListRows};

/// A page of the runs of all systems.
#[derive(Debug)]
pub struct BusinessLogs<W> {
    /// The groups in reach, by name.
    pub groups: Vec<(GroupId, String)>,
    /// The fields of the filter that make no sense; nothing is found then.
    pub wrong: Vec<W>,
    pub found: RunListRows,
}

/// Reads a page. `filter` gets the groups in reach, by whose names readers filter, and returns what is wrong with it.
///
/// # Errors
/// As the store.
pub fn business_logs<W>(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    filter: impl FnOnce(&[(GroupId, String)]) -> (RunListFilter, Vec<W>),
    request: &PageRequest<RunListCursor>,
) -> Result<BusinessLogs<W>> {
    let groups = groups::in_reach(db, grant)?;
    let (filter, wrong) = filter(&groups);
    let found = if wrong.is_empty() { run_list(db, grant, &filter, request)? } else { RunListRows::none() };
    Ok(BusinessLogs { groups, wrong, found })
}

/// A part of the same as a file, and after which run it continues.
///
/// # Errors
/// As the store.
pub fn business_logs_part(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    filter: &RunListFilter,
    request: &PageRequest<RunListCursor>,
) -> Result<(Vec<RunListRow>, Option<RunListCursor>)> {
    Ok(run_list(db, grant, filter, request)?.page.into_part())
}
