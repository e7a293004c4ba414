//! Bulk actions: what was requested, and what became of each item.

use crate::access::{Grant, verbs};
use crate::ids::{BulkKey, PersonId, SystemKey};
use crate::store::systems::named;
use crate::store::{Db, Result, bulk};

pub use crate::store::bulk::{Bulk, BulkItem};
pub use crate::store::systems::NamedSystem;

/// A bulk action with its results.
#[derive(Debug)]
pub struct BulkResults {
    pub bulk: Bulk,
    /// In the order in which they are carried out.
    pub items: Vec<BulkItem>,
    /// Those of its systems that the reader reaches now, by name.
    pub systems: Vec<NamedSystem>,
}

/// Reads the results of an action that this person has requested.
///
/// # Errors
/// As the store; [`crate::store::StoreError::NotFound`] also for an action of somebody else.
pub fn bulk_results(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    person: PersonId,
    key: &BulkKey,
) -> Result<BulkResults> {
    let (bulk, items) = bulk::find(db, person, key)?;
    let keys = items.iter().filter_map(|item| SystemKey::parse(&item.subject)).collect();
    let systems = named(db, grant, keys)?;
    Ok(BulkResults { bulk, items, systems })
}

/// The live ones of these systems that are in reach, by name.
///
/// # Errors
/// As the store.
pub fn selected_systems(
    db: &mut Db,
    grant: &Grant<verbs::SeeSystem>,
    keys: Vec<SystemKey>,
) -> Result<Vec<NamedSystem>> {
    let found = named(db, grant, keys)?;
    Ok(found.into_iter().filter(|system| system.deleted_at.is_none()).collect())
}
