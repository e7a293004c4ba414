//! The flip.

use diesel::prelude::*;

use crate::ids::SetId;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::{replica_sets, replicas};

/// A set at the end of a run.
#[derive(Debug, Clone)]
pub struct SetEnd {
    pub set: SetId,
    /// By how much the counts of active and of orphaned records change.
    pub active: i64,
    pub orphaned: i64,
    pub changed: bool,
    pub state: String,
}

/// From here on, all that the run has staged is seen.
pub fn publish(db: &mut Db, claim: &Claim, model: &str, sets: &[SetEnd]) -> Result<()> {
    claim.hold(db)?;
    for end in sets {
        diesel::update(replica_sets::table.find(end.set))
            .set((
                replica_sets::active.eq(replica_sets::active + end.active),
                replica_sets::orphaned.eq(replica_sets::orphaned + end.orphaned),
                replica_sets::read_run.eq(claim.run.0),
                replica_sets::state.eq(&end.state),
            ))
            .execute(db)?;
        if end.changed {
            diesel::update(replica_sets::table.find(end.set))
                .set(replica_sets::changed_run.eq(claim.run.0))
                .execute(db)?;
        }
    }
    diesel::update(replicas::table.find(claim.system))
        .set((replicas::published_run.eq(claim.run.0), replicas::model.eq(model)))
        .execute(db)?;
    Ok(())
}
