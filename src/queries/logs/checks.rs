//! The connection checks of all systems in reach.

use crate::access::{Grant, verbs};
use crate::domain::paging::PageRequest;
use crate::ids::GroupId;
use crate::store::check_list::{CheckListCursor, CheckListFilter, CheckListRows, check_list};
use crate::store::{Db, Result, groups};

/// A page of checks.
#[derive(Debug)]
pub struct ConnectionChecks<W> {
    /// The groups in reach, by name.
    pub groups: Vec<(GroupId, String)>,
    /// The fields of the filter that make no sense; nothing is found then.
    pub wrong: Vec<W>,
    pub found: CheckListRows,
}

/// Reads a page. `filter` gets the groups in reach and returns what is wrong with it.
///
/// # Errors
/// As the store.
pub fn connection_checks<W>(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    filter: impl FnOnce(&[(GroupId, String)]) -> (CheckListFilter, Vec<W>),
    request: &PageRequest<CheckListCursor>,
) -> Result<ConnectionChecks<W>> {
    let groups = groups::in_reach(db, grant)?;
    let (filter, wrong) = filter(&groups);
    let found = if wrong.is_empty() { check_list(db, grant, &filter, request)? } else { CheckListRows::none() };
    Ok(ConnectionChecks { groups, wrong, found })
}
