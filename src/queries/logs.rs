//! Business logs: the runs of all systems in reach.

use crate::access::{Grant, verbs};
use crate::ids::GroupId;
use crate::store::runs::run_list;
use crate::store::{Db, Result, groups};

pub use crate::store::runs::{RunListCursor, RunListFilter, RunListPage, RunListRow, RunListRows};

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
    (page, limit): (&RunListPage, i64),
) -> Result<BusinessLogs<W>> {
    let groups = groups::within(db, grant.scope())?;
    let (filter, wrong) = filter(&groups);
    let found = if wrong.is_empty() { run_list(db, grant, &filter, page, limit)? } else { RunListRows::default() };
    Ok(BusinessLogs { groups, wrong, found })
}

/// A part of the same as a file, and where the next part begins.
///
/// # Errors
/// As the store.
pub fn business_logs_part(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    filter: &RunListFilter,
    page: &RunListPage,
    limit: i64,
) -> Result<(Vec<RunListRow>, Option<RunListPage>)> {
    let found = run_list(db, grant, filter, page, limit)?;
    let last = found.rows.last().filter(|_| found.beyond.is_some());
    let older = last.map(|row| RunListPage::Older(RunListCursor { system: row.key.clone(), no: row.listed.run.no }));
    Ok((found.rows, older.or(found.go_on.map(RunListPage::Before))))
}

/// The groups in the reach of a grant, by name.
///
/// # Errors
/// As the store.
pub fn groups_in_reach<P: crate::access::Permission>(db: &mut Db, grant: &Grant<P>) -> Result<Vec<(GroupId, String)>> {
    groups::within(db, grant.scope())
}
