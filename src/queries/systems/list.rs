//! The list of systems: one page with what each row shows, in a fixed number of statements.

use std::collections::HashMap;

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::run::RunResult;
use crate::domain::status::Overall;
use crate::ids::{GroupId, SystemId};
use crate::store::runs::{Open, RecentRun};
use crate::store::systems::{Listed, Page, SystemCursor, SystemFilter};
use crate::store::{Db, Result, groups, runs, systems};

/// How many runs the strip of a row shows.
const RECENT: i64 = 22;

/// A page of the list.
#[derive(Debug)]
pub struct SystemList {
    pub rows: Vec<ListedSystem>,
    /// How many systems in reach have each overall status.
    pub counts: HashMap<Overall, i64>,
    /// The groups in reach, by name.
    pub groups: Vec<(GroupId, String)>,
    /// The next row in the direction that was read.
    pub beyond: Option<SystemCursor>,
    /// The search has examined [`systems::WINDOW`] systems, up to this place, and continues behind it.
    pub searched_to: Option<SystemCursor>,
}

/// A system as the list shows it.
#[derive(Debug)]
pub struct ListedSystem {
    pub listed: Listed,
    pub open: Open,
    /// Results of the last runs, oldest first.
    pub recent: Vec<RunResult>,
    /// Errors of the run that the verdict comes from.
    pub errors: i64,
}

/// Reads a page. `filter` gets the groups in reach, by whose names readers filter. Runs that ended before `kept_since`
/// are not shown.
///
/// # Errors
/// As the store.
pub fn system_list(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    filter: impl FnOnce(&[(GroupId, String)]) -> SystemFilter,
    (page, limit): (&Page, i64),
    kept_since: Stamp,
) -> Result<SystemList> {
    let groups = groups::within(db, grant.scope())?;
    let found = systems::list(db, grant, &filter(&groups), page, limit)?;
    let counts = systems::counts(db, grant)?;
    let ids: Vec<SystemId> = found.rows.iter().map(|listed| listed.system.id).collect();
    let mut open = runs::open_of(db, &ids)?;
    let mut recent = runs::recent_of(db, &ids, RECENT, kept_since)?;
    let rows = found.rows.into_iter().map(|listed| {
        let id = listed.system.id;
        let recent = recent.remove(&id).unwrap_or_default();
        ListedSystem {
            open: open.remove(&id).unwrap_or_default(),
            errors: errors_of(&recent),
            recent: results(&recent),
            listed,
        }
    });
    let (beyond, searched_to) = (found.beyond, found.searched_to);
    Ok(SystemList { rows: rows.collect(), counts, groups, beyond, searched_to })
}

/// A part of the list as a file, and where the next part begins.
///
/// # Errors
/// As the store.
pub fn system_list_part(
    db: &mut Db,
    grant: &Grant<verbs::Export>,
    filter: &SystemFilter,
    page: &Page,
    limit: i64,
) -> Result<(Vec<Listed>, Option<Page>)> {
    let found = systems::list(db, grant, filter, page, limit)?;
    let last = found.rows.last().filter(|_| found.beyond.is_some()).map(|row| row.place.clone());
    let next = last.or(found.searched_to).map(Page::After);
    Ok((found.rows, next))
}

/// The verdict comes from the last run that ended and was not canceled.
fn errors_of(recent: &[RecentRun]) -> i64 {
    let decides = |run: &&RecentRun| run.result.is_some_and(|result| result != RunResult::Canceled);
    recent.iter().rev().find(decides).map_or(0, |run| run.errors)
}

fn results(recent: &[RecentRun]) -> Vec<RunResult> {
    recent.iter().filter_map(|run| run.result).collect()
}
