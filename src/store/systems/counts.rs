//! How many systems of a group have which overall status.

use diesel::prelude::*;

use super::record::System;
use crate::clock::Stamp;
use crate::domain::status::Overall;
use crate::ids::GroupId;
use crate::store::backend::unless_duplicate;
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
