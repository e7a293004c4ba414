//! Everything that the page of one run shows of it, in two reads.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::comparison::{Comparison, StoredComparison};
use super::progress::{Counters, Totals};
use super::record::Run;
use crate::clock::Stamp;
use crate::domain::message::Counts;
use crate::domain::run::RunState;
use crate::domain::timeline::Timeline;
use crate::ids::{RunId, RunNo, SystemKey};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::messages::StoredTimeline;
use crate::store::schema::{
    braked_plans, replica_records, replica_sets, replicas, run_comparisons, run_progress, run_timelines, runs, systems,
};
use crate::store::systems::{InReach, OfSystem, System, Systems, within};

/// A run with what is stored beside it.
#[derive(Debug)]
pub struct RunDetails {
    pub system: InReach<System>,
    pub run: OfSystem<Run>,
    pub totals: Totals,
    /// The run that it retries, if that is still kept.
    pub retries: Option<RunNo>,
    /// The retry that followed it.
    pub retried_by: Option<RunNo>,
    /// The running run of its lane.
    pub running: Option<RunNo>,
    /// Whether its deletions had to be confirmed.
    pub has_plan: bool,
    /// Whether it changed the published replica; none before its end, and for a system without one.
    pub changed_replica: Option<bool>,
}

type Numbers = (Option<RunNo>, Option<RunNo>, Option<RunNo>);
type Replica = (Option<i64>, bool);

/// A run of a system in reach, live or deleted. One that ended before `kept_since` is not kept any more, although it may
/// still be stored.
///
/// # Errors
/// [`crate::store::StoreError::NotFound`].
pub fn details(
    db: &mut Db,
    grant: &impl Systems,
    (key, no): (&SystemKey, RunNo),
    kept_since: Stamp,
) -> Result<RunDetails> {
    let (earlier, later, running) = diesel::alias!(runs as earlier, runs as later, runs as running);
    let earlier_end = earlier.field(runs::ended_at);
    let is_kept = earlier_end.is_null().or(earlier_end.ge(kept_since));
    let is_retried = earlier.field(runs::id).nullable().eq(runs::retries_run).and(is_kept);
    let is_retry = later.field(runs::retries_run).eq(runs::id.nullable());
    let is_running = running
        .field(runs::system_id)
        .eq(runs::system_id)
        .and(running.field(runs::lane).eq(runs::lane))
        .and(running.field(runs::state).eq(RunState::Running));
    let changed = replica_records::table
        .inner_join(replica_sets::table.on(replica_sets::id.eq(replica_records::set_id)))
        .filter(replica_sets::system_id.eq(runs::system_id))
        .filter(replica_records::from_run.eq(runs::id));
    let query = runs::table
        .inner_join(systems::table.on(systems::id.eq(runs::system_id)))
        .left_join(run_progress::table.on(run_progress::run_id.eq(runs::id)))
        .left_join(braked_plans::table.on(braked_plans::run_id.eq(runs::id)))
        .left_join(replicas::table.on(replicas::system_id.eq(runs::system_id)))
        .left_join(earlier.on(is_retried))
        .left_join(later.on(is_retry))
        .left_join(running.on(is_running))
        .filter(systems::key.eq(key))
        .filter(runs::no.eq(no))
        .filter(runs::ended_at.is_null().or(runs::ended_at.ge(kept_since)))
        .into_boxed();
    let row: (System, Run, Option<Counters>, Option<RunId>, Replica, Numbers) = within(grant, query, systems::group_id)
        .select((
            System::as_select(),
            Run::as_select(),
            Option::<Counters>::as_select(),
            braked_plans::run_id.nullable(),
            (replicas::published_run.nullable(), exists(changed)),
            (earlier.field(runs::no).nullable(), later.field(runs::no).nullable(), running.field(runs::no).nullable()),
        ))
        .first(db)?;
    let (system, run, counters, plan, (published, changed), (retries, retried_by, running)) = row;
    let published = published.filter(|published| *published > 0 && run.state == RunState::Ended);
    Ok(RunDetails {
        system: InReach::new(system),
        changed_replica: published.map(|published| changed && run.id.0 <= published),
        run: OfSystem::new(run),
        totals: counters.map(Totals::from).unwrap_or_default(),
        retries,
        retried_by,
        running,
        has_plan: plan.is_some(),
    })
}

/// When the messages of a run were logged, and what changed since the run before.
#[derive(Debug, Default)]
pub struct RunDigest {
    pub timeline: Option<Timeline>,
    pub comparison: Option<Comparison>,
    /// The run that it was compared with, if that is still kept.
    pub before: Option<ComparedRun>,
}

/// The run before, as a comparison shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRun {
    pub id: OfSystem<RunId>,
    pub ended_at: Option<Stamp>,
    /// Why it ended early, if it did.
    pub end_code: Option<String>,
    pub counts: Counts,
}

/// Reads the digest of a run.
pub fn digest(db: &mut Db, run: &OfSystem<Run>, kept_since: Stamp) -> Result<RunDigest> {
    type Before = (RunId, Option<Stamp>, Option<String>);
    type DetailsRow = (Option<StoredTimeline>, Option<StoredComparison>, Option<Before>, Option<Counters>);
    let before = diesel::alias!(runs as before);
    let end = before.field(runs::ended_at);
    let is_before = before
        .field(runs::system_id)
        .eq(runs::system_id)
        .and(before.field(runs::no).nullable().eq(run_comparisons::before_no.nullable()))
        .and(end.is_null().or(end.ge(kept_since)));
    let (timeline, comparison, before, counters): DetailsRow = runs::table
        .left_join(run_timelines::table.on(run_timelines::run_id.eq(runs::id)))
        .left_join(run_comparisons::table.on(run_comparisons::run_id.eq(runs::id)))
        .left_join(before.on(is_before))
        .left_join(run_progress::table.on(run_progress::run_id.nullable().eq(before.field(runs::id).nullable())))
        .filter(runs::id.eq(run.id))
        .select((
            Option::<StoredTimeline>::as_select(),
            Option::<StoredComparison>::as_select(),
            before.fields((runs::id, runs::ended_at, runs::end_code)).nullable(),
            Option::<Counters>::as_select(),
        ))
        .first(db)?;
    let counts = counters.map(Totals::from).unwrap_or_default().counts;
    Ok(RunDigest {
        timeline: timeline.map(Into::into),
        comparison: comparison.map(Comparison::from),
        before: before.map(|(id, ended_at, end_code)| ComparedRun {
            id: OfSystem::new(id),
            ended_at,
            end_code,
            counts,
        }),
    })
}
