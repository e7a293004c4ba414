//! Systems whose next run is due in a span of time.

use diesel::prelude::*;

use super::reach::{Systems, systems as in_reach};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::systems;

/// Maximum number of systems that are counted.
pub const MOST_DUE: usize = 100;
const COUNTED: i64 = 100;

/// Maximum number of names.
const NAMED: i64 = 5;

/// How many systems there are, in reach or not: at most [`MOST_DUE`].
pub fn count_due(db: &mut Db, _grant: &Grant<verbs::SpecifySystems>, (from, to): (Stamp, Stamp)) -> Result<usize> {
    let due: Vec<Option<Stamp>> = systems::table
        .filter(systems::deleted_at.is_null())
        .filter(systems::next_due.ge(from))
        .filter(systems::next_due.lt(to))
        .limit(COUNTED)
        .select(systems::next_due)
        .load(db)?;
    Ok(due.len())
}

/// The names of the first in reach.
pub fn names_due(db: &mut Db, grant: &impl Systems, (from, to): (Stamp, Stamp)) -> Result<Vec<String>> {
    Ok(in_reach(grant)
        .filter(systems::next_due.ge(from))
        .filter(systems::next_due.lt(to))
        .order((systems::next_due, systems::name))
        .limit(NAMED)
        .select(systems::name)
        .load(db)?)
}
