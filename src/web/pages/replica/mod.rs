//! The replica of a system: its sets, their records, and one record with its history.

pub mod export;
mod fields;
pub mod record;
pub mod records;
pub mod sets;

use crate::access::{Grant, Verb, verbs};
use crate::clock::Stamp;
use crate::ids::{RunId, RunNo, SystemKey};
use crate::store::replica::{self, Replica, ReplicaSet, Which};
use crate::store::runs;
use crate::store::systems::{self, InReach, System};
use crate::store::{Db, Result, StoreError};
use crate::web::extract::Viewer;
use crate::web::ui::foreign;
use crate::web::ui::layout::crumbs;
use crate::web::urls::{self, RecordsQuery};
use maud::{Markup, html};

/// A system and what it has published.
struct Found {
    system: InReach<System>,
    replica: Replica,
}

fn find(db: &mut Db, grant: &Grant<verbs::ReadLogs>, key: &SystemKey) -> Result<Found> {
    let (system, _group) = systems::find(db, grant, key)?;
    let replica = replica::find(db, grant, &system)?;
    Ok(Found { system, replica })
}

/// A set of it, and the run up to which it is seen.
fn find_set(found: &Found, name: &str) -> Result<(ReplicaSet, RunId)> {
    let set = found.replica.sets.iter().find(|set| set.name == name && set.read_run.is_some());
    set.cloned().zip(found.replica.published).ok_or(StoreError::NotFound)
}

/// The records that the query means; nothing is found by a run that is not kept any more.
fn which(db: &mut Db, found: &Found, query: &RecordsQuery, kept_since: Stamp) -> Result<Which> {
    let changed_by = match query.run {
        Some(no) => Some(runs::find_kept(db, &found.system, RunNo(no), kept_since)?.0.id),
        None => None,
    };
    let orphaned = match query.state.as_str() {
        "active" => Some(false),
        "orphaned" => Some(true),
        "" => None,
        // Not all records, which nobody asked for.
        _ => return Err(StoreError::NotFound),
    };
    Ok(Which { prefix: query.q.trim().as_bytes().to_vec(), orphaned, changed_by })
}

/// What pages of a replica have above them.
struct Above {
    key: SystemKey,
    name: String,
    /// Whoever only reads logs sees the system's name as plain text.
    may_open: bool,
}

impl Above {
    fn of(system: &System, viewer: &Viewer) -> Self {
        let may_open = viewer.may(&[Verb::SeeSystems, Verb::SeeSettings], system.group_id);
        Self { key: system.key.clone(), name: system.name.clone(), may_open }
    }

    /// The way up; `sets` below the page of sets, `set` below that of a set.
    fn crumbs(&self, sets: bool, set: Option<&str>) -> Markup {
        let mut above = Vec::new();
        if self.may_open {
            above.push((urls::SYSTEMS.to_owned(), "Communication systems"));
            above.push((urls::system(&self.key), self.name.as_str()));
        }
        if sets {
            above.push((urls::replica(&self.key, None), "Replica"));
        }
        if let Some(set) = set {
            above.push((urls::records(&self.key, set, &RecordsQuery::default(), None), set));
        }
        html! {
            @if !self.may_open { p.crumbs { (foreign::name(&self.name)) } }
            @if !above.is_empty() { (crumbs(&above)) }
        }
    }
}
