//! The list of systems: one page with what each row shows, in a fixed number of statements.

use std::collections::HashMap;

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::paging::{Page, PageRequest};
use crate::domain::run::{EndReason, RunResult};
use crate::domain::status::Overall;
use crate::ids::{GroupId, RunNo, SystemId};
use crate::store::runs::{Open, RecentRun};
use crate::store::systems::{Family, InReach, Listed, System, SystemCursor, SystemFilter};
use crate::store::{Db, Result, runs, systems};

/// How many runs the strip of a row shows.
const RECENT: i64 = 24;

/// How many children stand below a system.
const CHILDREN: i64 = 5;

/// A page of the list.
#[derive(Debug)]
pub struct SystemList {
    pub page: Page<ListedSystem, SystemCursor>,
    /// How many systems in reach have each overall status.
    pub counts: HashMap<Overall, i64>,
    /// The groups in reach, by name.
    pub groups: Vec<(GroupId, String)>,
}

/// A row of the list, with its children.
#[derive(Debug)]
pub struct ListedSystem {
    pub member: Member,
    /// The name of the system that it is a part of.
    pub parent: Option<String>,
    /// The first of its children, worst first.
    pub children: Vec<Member>,
    pub has_more_children: bool,
}

/// A system as the list shows it.
#[derive(Debug)]
pub struct Member {
    pub system: InReach<System>,
    /// The name of its group.
    pub group: String,
    pub open: Open,
    /// The last runs that ended, with their results, oldest first.
    pub recent: Vec<(RunNo, RunResult)>,
    /// Of the run that the verdict comes from: how many errors it has, and why it ended in error.
    pub errors: i64,
    pub code: Option<String>,
    /// The run, if the deletion limit stopped it: its plan waits for a person.
    pub braked: Option<RunNo>,
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
    request: &PageRequest<SystemCursor>,
    kept_since: Stamp,
) -> Result<SystemList> {
    let (groups, counts) = systems::groups_and_counts(db, grant)?;
    let filter = filter(&groups);
    let page = systems::list(db, grant, &filter, request)?;
    let listed: Vec<InReach<SystemId>> = page.rows.iter().map(|listed| listed.system.as_id()).collect();
    let mut children = match filter.family {
        Family::Parents => systems::children(db, &listed, CHILDREN + 1)?,
        Family::ChildrenOf(_) | Family::All => HashMap::new(),
    };
    let ids: Vec<InReach<SystemId>> =
        listed.into_iter().chain(children.values().flatten().map(InReach::as_id)).collect();
    let mut open = runs::open_of(db, &ids)?;
    let mut recent = runs::recent_of(db, &ids, RECENT, kept_since)?;
    let mut member = |system: InReach<System>| {
        let recent = recent.remove(&system.id).unwrap_or_default();
        let judged = judged_by(&recent);
        Member {
            open: open.remove(&system.id).unwrap_or_default(),
            errors: judged.map_or(0, |run| run.errors),
            code: judged.and_then(|run| run.code.clone()),
            braked: judged.filter(|run| run.end_reason == Some(EndReason::Brake)).map(|run| run.no),
            recent: results(&recent),
            group: group_name(&groups, &system),
            system,
        }
    };
    let mut row = |Listed { system, parent }: Listed| {
        let mut below = children.remove(&system.id).unwrap_or_default();
        let most = usize::try_from(CHILDREN).unwrap_or(usize::MAX);
        let has_more_children = below.len() > most;
        below.truncate(most);
        let children = below.into_iter().map(&mut member).collect();
        ListedSystem { member: member(system), parent, children, has_more_children }
    };
    let page = page.map(|rows| rows.into_iter().map(&mut row).collect());
    Ok(SystemList { page, counts, groups })
}

fn group_name(groups: &[(GroupId, String)], system: &System) -> String {
    groups.iter().find(|(id, _name)| *id == system.group_id).map(|(_id, name)| name.clone()).unwrap_or_default()
}

/// A part of the list as a file, and after which row it continues.
///
/// # Errors
/// As the store.
pub fn system_list_part(
    db: &mut Db,
    grant: &Grant<verbs::Export>,
    filter: &SystemFilter,
    request: &PageRequest<SystemCursor>,
) -> Result<(Vec<Listed>, Option<SystemCursor>)> {
    Ok(systems::list(db, grant, filter, request)?.into_part())
}

/// The verdict comes from the worst of the last runs of each lane that ended and were not canceled.
fn judged_by(recent: &[RecentRun]) -> Option<&RecentRun> {
    let mut last: HashMap<&str, &RecentRun> = HashMap::new();
    for run in recent.iter().filter(|run| run.result.is_some_and(|result| result != RunResult::Canceled)) {
        last.insert(&run.lane, run);
    }
    last.into_values().min_by_key(|run| run.result)
}

fn results(recent: &[RecentRun]) -> Vec<(RunNo, RunResult)> {
    recent.iter().filter_map(|run| Some((run.no, run.result?))).collect()
}
