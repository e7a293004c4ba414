//! How many systems of a group have which overall status.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::reach::{Systems, within};
use super::record::System;
use crate::clock::Stamp;
use crate::domain::status::Overall;
use crate::ids::GroupId;
use crate::store::backend::unless_duplicate;
use crate::store::cached::fixed;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{system_counts, systems};

/// Changes the count of systems by `n`. Last in its transaction, so that the row is held briefly.
pub(super) fn count(db: &mut Db, group: GroupId, overall: Overall, n: i64) -> Result<()> {
    let row = system_counts::table.find((group, overall));
    if diesel::update(row).set(system_counts::n.eq(system_counts::n + n)).execute(db)? == 0 {
        let new = (system_counts::group_id.eq(group), system_counts::overall.eq(overall), system_counts::n.eq(n));
        let inserted =
            unless_duplicate(db, |db| Ok(diesel::insert_into(system_counts::table).values(new).execute(db)?))?;
        if inserted.is_none() {
            diesel::update(row).set(system_counts::n.eq(system_counts::n + n)).execute(db)?;
        }
    }
    Ok(())
}

/// How many systems in reach have a bad status.
pub fn attention(db: &mut Db, grant: &impl Systems) -> Result<i64> {
    let bad = system_counts::table
        .filter(fixed::<Bool>("system_counts.overall IN ('error', 'warning')"))
        .select(fixed::<BigInt>("CAST(coalesce(sum(system_counts.n), 0) AS BIGINT)"))
        .into_boxed();
    Ok(within(grant, bad, system_counts::group_id).first(db)?)
}

/// Notes when the status becomes bad, and when it is OK again.
fn note_turn(db: &mut Db, system: &System, overall: Overall, now: Stamp) -> Result<()> {
    let row = systems::table.find(system.id);
    let none = None::<Stamp>;
    match (system.overall.is_bad(), overall) {
        (false, Overall::Error | Overall::Warning) => {
            diesel::update(row).set((systems::bad_since.eq(now), systems::resolved_at.eq(none))).execute(db)?;
        }
        (true, Overall::Ok) => {
            diesel::update(row)
                .set((
                    systems::resolved_at.eq(now),
                    systems::resolved_from.eq(systems::bad_since),
                    systems::resolved_was.eq(system.overall),
                    systems::bad_since.eq(none),
                ))
                .execute(db)?;
        }
        // Put on hold: nobody knows whether it is resolved.
        (true, Overall::OnHold | Overall::Open) => {
            diesel::update(row).set(systems::bad_since.eq(none)).execute(db)?;
        }
        (true, Overall::Error | Overall::Warning) | (false, Overall::Ok | Overall::OnHold | Overall::Open) => {}
    }
    Ok(())
}

/// Moves the overall status, with its time and the counts, if it changed. Children are not counted: their parent is.
/// Returns whether it changed.
pub(super) fn set_overall(db: &mut Db, system: &System, overall: Overall, now: Stamp) -> Result<bool> {
    if overall == system.overall {
        return Ok(false);
    }
    let moved =
        diesel::update(systems::table.filter(systems::id.eq(system.id)).filter(systems::overall.eq(system.overall)))
            .set((systems::overall.eq(overall), systems::overall_since.eq(now)))
            .execute(db)?;
    if moved == 1 {
        note_turn(db, system, overall, now)?;
    }
    if moved == 1 && system.parent_id.is_none() {
        // In the order of the words, so that two transactions never wait for each other.
        let mut steps = [(system.overall, -1), (overall, 1)];
        steps.sort_by_key(|step| step.0);
        for (word, n) in steps {
            count(db, system.group_id, word, n)?;
        }
    }
    Ok(moved == 1)
}
