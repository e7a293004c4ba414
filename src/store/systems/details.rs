//! Everything that the pages of one system show of it, in one read.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::reach::{InReach, Systems};
use super::record::System;
use super::times::SystemTimes;
use crate::access::Scope;
use crate::ids::SystemKey;
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{credentials, replicas, system_groups, systems, watches};

/// A system with what is stored beside it.
#[derive(Debug)]
pub struct SystemDetails {
    pub system: InReach<System>,
    /// The name of its group.
    pub group: String,
    pub watch: SystemTimes,
    /// The slots in which it has a credential.
    pub slots: Vec<String>,
    /// Whether any run has published a replica.
    pub has_replica: bool,
}

/// A row for each credential.
type DetailsRow = (System, String, SystemTimes, Option<i64>, Option<String>);

/// A live system in reach.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none in reach.
pub fn details(db: &mut Db, grant: &impl Systems, key: &SystemKey) -> Result<SystemDetails> {
    let query = systems::table
        .inner_join(system_groups::table.on(system_groups::id.eq(systems::group_id)))
        .inner_join(watches::table.on(watches::system_id.eq(systems::id)))
        .left_join(replicas::table.on(replicas::system_id.eq(systems::id)))
        .left_join(credentials::table.on(credentials::system_id.eq(systems::id)))
        .filter(systems::key.eq(key))
        .filter(systems::deleted_at.is_null())
        .into_boxed();
    let query = match grant.reach() {
        Scope::All => query,
        Scope::Groups(groups) => query.filter(is_in(systems::group_id, groups.clone())),
    };
    let rows: Vec<DetailsRow> = query
        .select((
            System::as_select(),
            system_groups::name,
            SystemTimes::as_select(),
            replicas::published_run.nullable(),
            credentials::slot.nullable(),
        ))
        .load(db)?;
    let slots: BTreeSet<String> = rows.iter().filter_map(|row| row.4.clone()).collect();
    let (system, group, watch, published, _slot) = rows.into_iter().next().ok_or(StoreError::NotFound)?;
    Ok(SystemDetails {
        system: InReach::new(system),
        group,
        watch,
        slots: slots.into_iter().collect(),
        has_replica: published.is_some_and(|run| run > 0),
    })
}
