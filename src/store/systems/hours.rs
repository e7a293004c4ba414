//! Results of runs by system and hour, and by group and hour. What was requested more than two days ago is deleted when a
//! new hour begins.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::reach::{InReach, Systems, within};
use crate::clock::Stamp;
use crate::domain::hours::{Day, KEPT, ResultCounts, first_shown, start_of_hour};
use crate::domain::run::RunResult;
use crate::ids::{GroupId, SystemId};
use crate::store::backend::unless_duplicate;
use crate::store::cached::{fixed, is_in};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{group_hours, run_hours, systems};

type Columns = (i64, i64, i64, i64);

const fn counts((completed, warnings, errors, canceled): Columns) -> ResultCounts {
    ResultCounts { completed, warnings, errors, canceled }
}

/// Adds to a row, or inserts it and deletes those that are too old.
macro_rules! add {
    ($name:ident, $table:ident, $owner:ident, $id:ty) => {
        fn $name(db: &mut Db, owner: $id, hour: Stamp, more: ResultCounts, now: Stamp) -> Result<()> {
            let added = (
                $table::completed.eq($table::completed + more.completed),
                $table::warnings.eq($table::warnings + more.warnings),
                $table::errors.eq($table::errors + more.errors),
                $table::canceled.eq($table::canceled + more.canceled),
            );
            let row = $table::table.find((owner, hour));
            if diesel::update(row).set(added).execute(db)? > 0 {
                return Ok(());
            }
            let of_owner = $table::table.filter($table::$owner.eq(owner));
            diesel::delete(of_owner.filter($table::hour.lt(start_of_hour(now.minus(KEPT))))).execute(db)?;
            let new = (
                $table::$owner.eq(owner),
                $table::hour.eq(hour),
                $table::completed.eq(more.completed),
                $table::warnings.eq(more.warnings),
                $table::errors.eq(more.errors),
                $table::canceled.eq(more.canceled),
            );
            let insert = |db: &mut Db| Ok(diesel::insert_into($table::table).values(new).execute(db)?);
            if unless_duplicate(db, insert)?.is_none() {
                diesel::update(row).set(added).execute(db)?;
            }
            Ok(())
        }
    };
}

add!(add_to_system, run_hours, system_id, SystemId);
add!(add_to_group, group_hours, group_id, GroupId);

/// Counts a run that ended. Last in its transaction, as the row of the group is what others wait for.
pub(in crate::store) fn count_run(
    db: &mut Db,
    id: SystemId,
    queued_at: Stamp,
    result: RunResult,
    now: Stamp,
) -> Result<()> {
    let hour = start_of_hour(queued_at);
    if hour < now.minus(KEPT) {
        return Ok(());
    }
    let system = systems::table.find(id).select((systems::group_id, systems::deleted_at));
    let (group, deleted_at): (GroupId, Option<Stamp>) = system.first(db)?;
    let one = ResultCounts::one(result);
    if deleted_at.is_none() {
        add_to_system(db, id, hour, one, now)?;
        judge_day(db, id, now)?;
    }
    add_to_group(db, group, hour, one, now)
}

/// Lets the rank of a system follow from its hours.
pub(super) fn judge_day(db: &mut Db, id: SystemId, now: Stamp) -> Result<()> {
    let bad = run_hours::errors.gt(0).or(run_hours::warnings.gt(0));
    let hours: Vec<(Stamp, Columns)> = run_hours::table
        .filter(run_hours::system_id.eq(id))
        .filter(run_hours::hour.ge(first_shown(now)))
        .filter(bad)
        .select((run_hours::hour, (run_hours::completed, run_hours::warnings, run_hours::errors, run_hours::canceled)))
        .load(db)?;
    let hours: Vec<_> = hours.into_iter().map(|(hour, columns)| (hour, counts(columns))).collect();
    let day = Day::of(&hours, now);
    let stored: (i64, Option<Stamp>) =
        systems::table.find(id).select((systems::day_rank, systems::day_until)).first(db)?;
    // Most days stay as they are.
    if stored != (day.rank, day.until) {
        diesel::update(systems::table.find(id))
            .set((systems::day_rank.eq(day.rank), systems::day_until.eq(day.until)))
            .execute(db)?;
    }
    Ok(())
}

/// A deleted system has no hours; the runs of its group stay counted, as their logs stay.
pub(super) fn forget(db: &mut Db, id: SystemId) -> Result<()> {
    diesel::delete(run_hours::table.filter(run_hours::system_id.eq(id))).execute(db)?;
    Ok(())
}

/// Moves what is counted of a system and its children to another group.
pub(super) fn move_group(db: &mut Db, id: SystemId, from: GroupId, to: GroupId, now: Stamp) -> Result<()> {
    let family = systems::id.eq(id).or(systems::parent_id.eq(id));
    let rows: Vec<(Stamp, Columns)> = run_hours::table
        .inner_join(systems::table.on(systems::id.eq(run_hours::system_id)))
        .filter(family)
        .select((run_hours::hour, (run_hours::completed, run_hours::warnings, run_hours::errors, run_hours::canceled)))
        .load(db)?;
    // In the order of groups and hours, so that two transactions never wait for each other.
    let mut changes: BTreeMap<(i64, i64), ResultCounts> = BTreeMap::new();
    for (hour, columns) in rows {
        for (group, change) in [(from, counts(columns).negative()), (to, counts(columns))] {
            let sum = changes.entry((group.0, hour.0)).or_default();
            *sum = sum.plus(change);
        }
    }
    for ((group, hour), change) in changes {
        add_to_group(db, GroupId(group), Stamp(hour), change, now)?;
    }
    Ok(())
}

/// The hours of these systems that are shown.
pub fn hours_of(db: &mut Db, of: &[InReach<SystemId>], now: Stamp) -> Result<Vec<(SystemId, Stamp, ResultCounts)>> {
    let rows: Vec<(SystemId, Stamp, Columns)> = run_hours::table
        .filter(is_in(run_hours::system_id, super::reach::ids(of)))
        .filter(run_hours::hour.ge(first_shown(now)))
        .select((
            run_hours::system_id,
            run_hours::hour,
            (run_hours::completed, run_hours::warnings, run_hours::errors, run_hours::canceled),
        ))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, hour, columns)| (id, hour, counts(columns))).collect())
}

/// How many runs in reach, requested in or after the hour that begins then, ended with which result.
pub fn results_since(db: &mut Db, grant: &impl Systems, hour: Stamp) -> Result<ResultCounts> {
    use diesel::sql_types::BigInt;
    let query = group_hours::table.filter(group_hours::hour.ge(hour)).into_boxed();
    let columns: Columns = within(grant, query, group_hours::group_id)
        .select((
            fixed::<BigInt>("CAST(coalesce(sum(group_hours.completed), 0) AS BIGINT)"),
            fixed::<BigInt>("CAST(coalesce(sum(group_hours.warnings), 0) AS BIGINT)"),
            fixed::<BigInt>("CAST(coalesce(sum(group_hours.errors), 0) AS BIGINT)"),
            fixed::<BigInt>("CAST(coalesce(sum(group_hours.canceled), 0) AS BIGINT)"),
        ))
        .first(db)?;
    Ok(counts(columns))
}
