//! The form of a system: what is stored, and where it can be moved to.

use std::collections::BTreeSet;

use crate::access::{Grant, verbs};
use crate::ids::SystemKey;
use crate::store::systems::{InReach, System, SystemTimes};
use crate::store::{Db, Result, credentials, systems};

/// A system as its form shows it.
#[derive(Debug)]
pub struct SystemToEdit {
    pub system: InReach<System>,
    pub group: String,
    pub watch: SystemTimes,
    /// The slots in which a credential is stored.
    pub stored: BTreeSet<String>,
}

/// Reads a system that the person can change.
///
/// # Errors
/// [`crate::store::StoreError::NotFound`] when it is out of reach; otherwise as the store.
pub fn system_to_edit(db: &mut Db, grant: &Grant<verbs::SpecifySystems>, key: &SystemKey) -> Result<SystemToEdit> {
    let system = systems::find(db, grant, key)?;
    let group = systems::group_of(db, &system)?;
    let watch = systems::times(db, &system)?;
    let stored = credentials::slots(db, &system)?.into_iter().collect();
    Ok(SystemToEdit { system, group, watch, stored })
}
