//! The flip.

use diesel::prelude::*;

use crate::domain::replica::Finished;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::Claim;
use crate::store::schema::{replica_sets, replicas};

/// From here on, all that the run has staged is seen.
pub fn publish(db: &mut Db, claim: &Claim, model: &str, sets: &[Finished]) -> Result<()> {
    claim.hold(db)?;
    for Finished { set, tally, state } in sets {
        diesel::update(replica_sets::table.find(set))
            .set((
                replica_sets::active.eq(replica_sets::active + tally.inserted - tally.orphaned),
                replica_sets::orphaned.eq(replica_sets::orphaned + tally.orphaned - tally.returned),
                replica_sets::read_run.eq(claim.run.0),
                replica_sets::state.eq(state),
            ))
            .execute(db)?;
        if tally.changed() {
            diesel::update(replica_sets::table.find(set)).set(replica_sets::changed_run.eq(claim.run.0)).execute(db)?;
        }
    }
    diesel::update(replicas::table.find(claim.system))
        .set((replicas::published_run.eq(claim.run.0), replicas::model.eq(model)))
        .execute(db)?;
    Ok(())
}
