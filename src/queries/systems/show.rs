//! One system: what it is, how it is, and a page of its runs.

use crate::access::{Actor, Grant, verbs};
use crate::clock::Stamp;
use crate::domain::paging::{Page, PageRequest};
use crate::domain::run::RunResult;
use crate::ids::{RunNo, SystemKey};
use crate::queries::{KeptSince, RunFailure, run_failure};
use crate::store::checks::{self, Check};
use crate::store::plans::Braked;
use crate::store::runs::{self, ListedRun, Open, Run, Totals};
use crate::store::systems::{self, InReach, OfSystem, System, SystemDetails};
use crate::store::{Db, Result};

/// How many results of the connection the strip shows.
const RESULTS: usize = 24;
/// How many checks are read: as many, and one that is open.
const CHECKS: i64 = 25;
/// How many of the last runs are drawn.
const RUNS: i64 = 30;
/// How many children the page shows; the list has all.
const CHILDREN: usize = 50;
const CHILDREN_READ: i64 = 51;

/// What the page of a system shows.
#[derive(Debug)]
pub struct SystemOverview {
    pub details: SystemDetails,
    /// Its first children, worst first.
    pub children: Vec<InReach<System>>,
    pub has_more_children: bool,
    pub open: Open,
    /// Newest first.
    pub runs: Page<ListedRun, RunNo>,
    /// The run that the verdict comes from.
    pub decided: Option<(OfSystem<Run>, Totals)>,
    /// The newest run that began.
    pub begun: Option<Run>,
    /// Why `decided` failed, if it did.
    pub failure: Option<RunFailure>,
    /// Whether `decided` has a plan that a person can confirm.
    pub awaits_confirmation: bool,
    pub open_check: Option<Check>,
    /// The last check that ended.
    pub check: Option<Check>,
    /// Whether the connection worked, each time that it was seen, oldest first: a run that succeeded counts as a check.
    pub connection_results: Vec<bool>,
    /// The last runs, whatever page of them is shown, newest first.
    pub recent: Vec<(Run, Totals)>,
}

/// Reads a system in reach, with a page of its runs.
///
/// # Errors
/// As the store.
pub fn system_overview(
    db: &mut Db,
    (grant, reader): (&Grant<verbs::SeeSystem>, &Actor),
    key: &SystemKey,
    request: &PageRequest<RunNo>,
    (kept, now): (KeptSince, Stamp),
) -> Result<SystemOverview> {
    let details = systems::details(db, grant, key)?;
    let group = details.system.group_id;
    let open = runs::open_in(db, &details.system)?;
    let runs = runs::list(db, &details.system, request, kept.runs_since)?;
    let latest = runs::latest(db, &details.system, kept.runs_since, RUNS)?;
    let failure = match &latest.decided {
        Some((run, ..)) => run_failure(db, reader, group, run, kept)?,
        None => None,
    };
    let waits = |plan: &Braked| plan.confirmed_at.is_none() && plan.expires_at > now;
    let awaits_confirmation =
        latest.decided.as_ref().is_some_and(|(_run, _totals, plan)| plan.as_ref().is_some_and(waits));
    let mut checks = checks::recent(db, &details.system, CHECKS)?;
    let open_check = checks.first().is_some_and(|check| check.ok.is_none()).then(|| checks.remove(0));
    let children = children(db, &details)?;
    Ok(SystemOverview {
        details,
        has_more_children: children.len() > CHILDREN,
        children: children.into_iter().take(CHILDREN).collect(),
        open,
        runs,
        decided: latest.decided.map(|(run, totals, _plan)| (run, totals)),
        begun: latest.begun,
        failure,
        awaits_confirmation,
        open_check,
        connection_results: connection_results(&checks, &latest.recent),
        check: checks.into_iter().next(),
        recent: latest.recent,
    })
}

/// What checks found and runs showed of the connection, oldest first.
fn connection_results(checks: &[Check], runs: &[(Run, Totals)]) -> Vec<bool> {
    let succeeded =
        |run: &Run| matches!(run.result, Some(RunResult::Completed | RunResult::CompletedWithWarnings)).then_some(true);
    let checks = checks.iter().filter_map(|check| Some((check.ended_at?, check.ok?)));
    let runs = runs.iter().filter_map(|(run, _totals)| Some((run.ended_at?, succeeded(run)?)));
    let mut results: Vec<(Stamp, bool)> = checks.chain(runs).collect();
    results.sort_unstable();
    let surplus = results.len().saturating_sub(RESULTS);
    results.into_iter().skip(surplus).map(|(_at, ok)| ok).collect()
}

/// One more than are shown says that there are more.
fn children(db: &mut Db, of: &SystemDetails) -> Result<Vec<InReach<System>>> {
    if !of.has_children {
        return Ok(Vec::new());
    }
    Ok(systems::children(db, &[of.system.as_id()], CHILDREN_READ)?.remove(&of.system.id).unwrap_or_default())
}
