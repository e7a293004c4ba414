//! The overview: which systems need somebody, how the last day was, and what comes next. All of it is read from maintained
//! rows or by an index, in a fixed number of statements.

use std::collections::HashMap;

use super::systems::{Family, Sort, SystemFilter, SystemList, system_list};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::hours::ResultCounts;
use crate::domain::paging::{PageRequest, Start};
use crate::ids::SystemId;
use crate::store::runs::waiting_retries;
use crate::store::systems::{InReach, OverviewLimits, overview as first_systems};
use crate::store::{Db, Result, systems};

pub use crate::store::runs::WaitingRetry;
pub use crate::store::systems::OverviewSystem;

/// How many systems with a bad status it names; the list has all of them.
const NAMED: i64 = 20;
const LIMITS: OverviewLimits = OverviewLimits { worst_days: 20, due: 10, ages: 5, paused: 10, resolved: 10 };

/// From when parts of the overview count.
#[derive(Debug, Clone, Copy)]
pub struct OverviewTimes {
    pub now: Stamp,
    /// The hour with which today begins.
    pub today: Stamp,
    pub yesterday: Stamp,
    pub kept_since: Stamp,
}

/// The overview.
#[derive(Debug)]
pub struct Overview {
    /// The systems with the worst status.
    pub worst: SystemList,
    /// The results of the runs that were requested today.
    pub today: ResultCounts,
    /// The worst days first.
    pub days: Vec<SystemDay>,
    /// By when they are due.
    pub due: Vec<OverviewSystem>,
    /// By when they become silent.
    pub ages: Vec<OverviewSystem>,
    /// By when they are due.
    pub retries: Vec<WaitingRetry>,
    /// The newest first.
    pub paused: Vec<OverviewSystem>,
    /// Those resolved since yesterday, the newest first.
    pub resolved: Vec<OverviewSystem>,
}

/// The last 24 hours of a system.
#[derive(Debug)]
pub struct SystemDay {
    pub system: OverviewSystem,
    /// Hours with runs.
    pub hours: HashMap<Stamp, ResultCounts>,
}

/// Reads it. Runs are counted within the reach of `logs`, so that a reader of logs finds there what is counted.
///
/// # Errors
/// As the store.
pub fn overview(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    logs: Option<&Grant<verbs::ReadLogs>>,
    times: OverviewTimes,
) -> Result<Overview> {
    let by_status = SystemFilter { family: Family::Parents, sort: Sort::Status, ..SystemFilter::default() };
    let worst = system_list(db, grant, |_groups| by_status, &PageRequest::new(Start::First, NAMED), times.kept_since)?;
    let today = match logs {
        Some(logs) => systems::results_since(db, logs, times.today)?,
        None => systems::results_since(db, grant, times.today)?,
    };
    let found = first_systems(db, grant, LIMITS)?;
    let ids: HashMap<SystemId, InReach<SystemId>> = found.iter().map(|(id, system)| (system.id, *id)).collect();
    let all: Vec<OverviewSystem> = found.into_iter().map(|(_id, system)| system).collect();
    let days = first(all.iter(), LIMITS.worst_days, |system| (system.day_rank, system.name.clone()));
    let shown: Vec<InReach<SystemId>> = days.iter().filter_map(|system| ids.get(&system.id).copied()).collect();
    let mut hours: HashMap<SystemId, HashMap<Stamp, ResultCounts>> = HashMap::new();
    for (system, hour, counts) in systems::hours_of(db, &shown, times.now)? {
        hours.entry(system).or_default().insert(hour, counts);
    }
    let free = |system: &&OverviewSystem| system.hold_since.is_none() && system.paused_since.is_none();
    let since_yesterday = |system: &&OverviewSystem| system.resolved.at.is_some_and(|at| at >= times.yesterday);
    Ok(Overview {
        worst,
        today,
        days: days
            .into_iter()
            .map(|system| SystemDay { hours: hours.remove(&system.id).unwrap_or_default(), system })
            .collect(),
        due: first(all.iter().filter(free).filter(|system| system.next_due.is_some()), LIMITS.due, |system| {
            system.next_due
        }),
        ages: first(all.iter().filter(|system| system.freshness.due.is_some()), LIMITS.ages, |system| {
            system.freshness.due
        }),
        retries: waiting_retries(db, grant, LIMITS.paused)?,
        paused: first(all.iter().filter(|system| system.paused_since.is_some()), LIMITS.paused, |system| {
            std::cmp::Reverse(system.paused_since)
        }),
        resolved: first(all.iter().filter(since_yesterday), LIMITS.resolved, |system| {
            std::cmp::Reverse(system.resolved.at)
        }),
    })
}

/// The first systems of an order.
fn first<'a, K: Ord>(
    systems: impl Iterator<Item = &'a OverviewSystem>,
    most: i64,
    key: impl Fn(&OverviewSystem) -> K,
) -> Vec<OverviewSystem> {
    let mut systems: Vec<OverviewSystem> = systems.cloned().collect();
    systems.sort_by_cached_key(key);
    systems.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    systems
}
