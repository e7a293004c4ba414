//! Children of systems. A child is in the group of its parent, so a grant that reaches one of them reaches the other.

use std::collections::HashMap;

use diesel::prelude::*;

use super::reach::{InReach, ids, systems as reached};
use super::record::System;
use crate::access::{Grant, verbs};
use crate::ids::{SystemId, SystemKey};
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::systems;

/// The live children of these systems, worst first and then by name; at most `most` of each.
pub fn children(db: &mut Db, of: &[InReach<SystemId>], most: i64) -> Result<HashMap<SystemId, Vec<InReach<System>>>> {
    let (parent, child) = diesel::alias!(systems as parent, systems as child);
    let first = child
        .filter(child.field(systems::parent_id).eq(parent.field(systems::id).nullable()))
        .filter(child.field(systems::deleted_at).is_null())
        .order((child.field(systems::overall_rank), child.field(systems::name), child.field(systems::key)))
        .limit(most)
        .select(child.field(systems::id));
    let found: Vec<System> = parent
        .inner_join(systems::table.on(systems::id.eq_any(first)))
        .filter(is_in(parent.field(systems::id), ids(of)))
        .order((systems::overall_rank, systems::name, systems::key))
        .select(System::as_select())
        .load(db)?;
    let mut children: HashMap<SystemId, Vec<InReach<System>>> = HashMap::new();
    for child in found {
        if let Some(parent) = child.parent_id {
            children.entry(parent).or_default().push(InReach::new(child));
        }
    }
    Ok(children)
}

/// Locks the children of a system, before the caller locks the system itself: everybody locks them in this order. Returns
/// the keys of those that live.
pub fn lock_children(db: &mut Db, grant: &Grant<verbs::SpecifySystems>, key: &SystemKey) -> Result<Vec<SystemKey>> {
    let found = reached(grant).filter(systems::key.eq(key)).select(systems::id).first(db).optional()?;
    let Some(parent): Option<SystemId> = found else { return Ok(Vec::new()) };
    diesel::update(systems::table.filter(systems::parent_id.eq(parent)))
        .set(systems::last_run_no.eq(systems::last_run_no))
        .execute(db)?;
    let live = systems::table.filter(systems::parent_id.eq(parent)).filter(systems::deleted_at.is_null());
    Ok(live.order(systems::id).select(systems::key).load(db)?)
}
