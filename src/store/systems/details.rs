//! Everything that the pages of one system show of it, in one read.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::exists;
use diesel::prelude::*;

use super::lanes::Lane;
use super::reach::{InReach, Systems, within};
use super::record::System;
use super::times::SystemTimes;
use crate::ids::SystemKey;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{credentials, lanes, replicas, system_groups, systems, watches};

/// A system with what is stored beside it.
#[derive(Debug)]
pub struct SystemDetails {
    pub system: InReach<System>,
    /// The name of its group.
    pub group: String,
    pub watch: SystemTimes,
    /// The slots in which it has a credential.
    pub slots: Vec<String>,
    /// Its lanes, by name.
    pub lanes: Vec<Lane>,
    /// The system that it is a part of: key and name.
    pub parent: Option<(SystemKey, String)>,
    pub has_children: bool,
    /// Whether any run has published a replica.
    pub has_replica: bool,
}

/// A row for each credential and lane.
type DetailsRow =
    (System, String, SystemTimes, Option<i64>, Option<String>, Option<Lane>, Option<(SystemKey, String)>, bool);

/// A live system in reach.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none in reach.
pub fn details(db: &mut Db, grant: &impl Systems, key: &SystemKey) -> Result<SystemDetails> {
    let (parent, child) = diesel::alias!(systems as parent, systems as child);
    let has_children = exists(
        child
            .filter(child.field(systems::parent_id).eq(systems::id.nullable()))
            .filter(child.field(systems::deleted_at).is_null()),
    );
    let query = systems::table
        .inner_join(system_groups::table.on(system_groups::id.eq(systems::group_id)))
        .inner_join(watches::table.on(watches::system_id.eq(systems::id)))
        .left_join(replicas::table.on(replicas::system_id.eq(systems::id)))
        .left_join(credentials::table.on(credentials::system_id.eq(systems::id)))
        .left_join(lanes::table.on(lanes::system_id.eq(systems::id)))
        .left_join(parent.on(parent.field(systems::id).nullable().eq(systems::parent_id)))
        .filter(systems::key.eq(key))
        .filter(systems::deleted_at.is_null())
        .into_boxed();
    let rows: Vec<DetailsRow> = within(grant, query, systems::group_id)
        .select((
            System::as_select(),
            system_groups::name,
            SystemTimes::as_select(),
            replicas::published_run.nullable(),
            credentials::slot.nullable(),
            Option::<Lane>::as_select(),
            parent.fields((systems::key, systems::name)).nullable(),
            has_children,
        ))
        .load(db)?;
    let slots: BTreeSet<String> = rows.iter().filter_map(|row| row.4.clone()).collect();
    let lanes: BTreeMap<String, Lane> =
        rows.iter().filter_map(|row| row.5.clone()).map(|lane| (lane.name.clone(), lane)).collect();
    let (system, group, watch, published, _slot, _lane, parent, has_children) =
        rows.into_iter().next().ok_or(StoreError::NotFound)?;
    Ok(SystemDetails {
        system: InReach::new(system),
        group,
        watch,
        slots: slots.into_iter().collect(),
        lanes: lanes.into_values().collect(),
        parent,
        has_children,
        has_replica: published.is_some_and(|run| run > 0),
    })
}
