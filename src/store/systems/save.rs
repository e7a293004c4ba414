//! Making, changing, holding and deleting systems.

use diesel::prelude::*;

use super::counts::count;
use super::reach::{InReach, systems as reached};
use super::record::{System, find_to_change, lock};
use super::{hours, lanes, times};
use crate::access::{Grant, Principal, verbs};
use crate::clock::Stamp;
use crate::domain::names::are_same;
use crate::domain::status::{Connection, Overall, Verdict};
use crate::ids::{GroupId, SystemId, SystemKey};
use crate::store::backend::{OneAtATime, alone};
use crate::store::checks;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{system_groups, system_versions, systems};

/// What a person specifies of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub kind: String,
    pub group: GroupId,
    /// The system that it is a part of: one of the same group that is not a part itself.
    pub parent: Option<SystemId>,
    /// What can run at the same time in it.
    pub lanes: &'static [&'static str],
    pub production: bool,
    pub settings: String,
    pub time_zone: String,
    pub schedule: String,
    pub next_due: Option<Stamp>,
    pub timeout_us: i64,
    pub max_attempts: i64,
    /// Its own freshness budget; none: what follows from the schedule.
    pub freshness_us: Option<i64>,
    /// Its own administration page: a URL of http or https.
    pub admin_url: Option<String>,
}

/// Makes a system in a group within reach.
///
/// # Errors
/// [`StoreError::Duplicate`] when the name is taken in the group; [`StoreError::NotFound`] when the group is out of reach,
/// or has no such parent.
pub fn create(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    key: &SystemKey,
    draft: &Draft,
    now: Stamp,
) -> Result<InReach<SystemId>> {
    if !grant.scope().covers(draft.group) {
        return Err(StoreError::NotFound);
    }
    if let Some(parent) = draft.parent {
        lock(db, parent)?;
        // Fails with NotFound.
        let _found: SystemId = reached(grant)
            .filter(systems::id.eq(parent))
            .filter(systems::group_id.eq(draft.group))
            .filter(systems::parent_id.is_null())
            .select(systems::id)
            .first(db)?;
    }
    let id: SystemId = diesel::insert_into(systems::table)
        .values((
            (
                systems::key.eq(key),
                systems::name.eq(&draft.name),
                systems::kind.eq(&draft.kind),
                systems::group_id.eq(draft.group),
                systems::parent_id.eq(draft.parent),
                systems::production.eq(draft.production),
                systems::settings.eq(&draft.settings),
                systems::settings_version.eq(1),
                systems::time_zone.eq(&draft.time_zone),
                systems::schedule.eq(&draft.schedule),
                systems::next_due.eq(draft.next_due),
            ),
            (
                systems::timeout_us.eq(draft.timeout_us),
                systems::max_attempts.eq(draft.max_attempts),
                systems::last_run_no.eq(0),
                systems::connection.eq(Connection::NotChecked),
                systems::synchronization.eq(Verdict::Open),
                systems::overall.eq(Overall::Open),
                systems::overall_since.eq(now),
                systems::failures_in_row.eq(0),
                systems::created_at.eq(now),
                systems::admin_url.eq(&draft.admin_url),
            ),
        ))
        .returning(systems::id)
        .get_result(db)?;
    remember_version(db, id, 1, &draft.settings, grant.principal(), now)?;
    lanes::begin(db, id, draft.lanes)?;
    times::begin(db, id, draft.freshness_us, now)?;
    if draft.parent.is_none() {
        count(db, draft.group, Overall::Open, 1)?;
    }
    Ok(InReach::new(id))
}

/// When a system is due next: for a new one, whose due times are spread by the id that it has only now.
pub fn plan(
    db: &mut Db,
    _grant: &Grant<verbs::SpecifySystems>,
    system: InReach<SystemId>,
    next_due: Option<Stamp>,
) -> Result<()> {
    diesel::update(systems::table.find(*system)).set(systems::next_due.eq(next_due)).execute(db)?;
    Ok(())
}

/// Changes a system; a change of its group takes its children along. `false` when somebody else has changed it since
/// `seen_version`.
///
/// # Errors
/// As for [`create`]; also [`StoreError::NotFound`] when a child would leave the group of its parent.
pub fn save(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    system: &InReach<System>,
    draft: &Draft,
    seen_version: i64,
    now: Stamp,
) -> Result<bool> {
    let leaves = draft.group != system.group_id;
    if !grant.scope().covers(draft.group) || (leaves && system.parent_id.is_some()) {
        return Err(StoreError::NotFound);
    }
    let version = seen_version + 1;
    let changed = diesel::update(
        systems::table
            .filter(systems::id.eq(system.id))
            .filter(systems::settings_version.eq(seen_version))
            .filter(systems::deleted_at.is_null()),
    )
    .set((
        systems::name.eq(&draft.name),
        systems::group_id.eq(draft.group),
        systems::production.eq(draft.production),
        systems::settings.eq(&draft.settings),
        systems::settings_version.eq(version),
        systems::time_zone.eq(&draft.time_zone),
        systems::schedule.eq(&draft.schedule),
        systems::next_due.eq(draft.next_due),
        systems::timeout_us.eq(draft.timeout_us),
        systems::max_attempts.eq(draft.max_attempts),
        systems::admin_url.eq(&draft.admin_url),
    ))
    .execute(db)?;
    if changed == 0 {
        return Ok(false);
    }
    remember_version(db, system.id, version, &draft.settings, grant.principal(), now)?;
    if leaves {
        diesel::update(systems::table.filter(systems::parent_id.eq(system.id)))
            .set(systems::group_id.eq(draft.group))
            .execute(db)?;
        count(db, system.group_id, system.overall, -1)?;
        count(db, draft.group, system.overall, 1)?;
    }
    if system.hold_since.is_none() && draft.settings != system.settings {
        times::check_by(db, system.id, now)?;
    }
    times::set_budget(db, system.id, draft.freshness_us)?;
    // A budget that was exceeded under an older schedule restarts with the new one.
    let restart = (draft.schedule != system.schedule && system.silent_since.is_some()).then_some(now);
    times::refresh(db, system.id, restart, now)?;
    if leaves {
        // Last, as when a run ends: others wait for the rows of groups.
        hours::move_group(db, system.id, system.group_id, draft.group, now)?;
    }
    Ok(true)
}

fn remember_version(db: &mut Db, id: SystemId, version: i64, settings: &str, by: &Principal, now: Stamp) -> Result<()> {
    diesel::insert_into(system_versions::table)
        .values((
            system_versions::system_id.eq(id),
            system_versions::version.eq(version),
            system_versions::settings.eq(settings),
            system_versions::at.eq(now),
            done_by!(by => system_versions::principal_kind, system_versions::principal_id, system_versions::principal),
        ))
        .execute(db)?;
    Ok(())
}

/// Puts a system on hold.
pub fn hold(db: &mut Db, grant: &Grant<verbs::HoldSystem>, key: &SystemKey, reason: &str, now: Stamp) -> Result<()> {
    let system: System = reached(grant).filter(systems::key.eq(key)).select(System::as_select()).first(db)?;
    let by = grant.principal();
    diesel::update(systems::table.find(system.id))
        .set((
            systems::hold_reason.eq(reason),
            systems::hold_since.eq(now),
            done_by!(by => systems::hold_by_kind, systems::hold_by_id, systems::hold_by),
        ))
        .execute(db)?;
    times::stop(db, system.id)?;
    checks::withdraw_regular(db, system.id)?;
    times::recompute_status(db, system.id, now)
}

/// Releases a system from hold; `next_due` is when its schedule resumes.
pub fn release(
    db: &mut Db,
    grant: &Grant<verbs::HoldSystem>,
    key: &SystemKey,
    next_due: Option<Stamp>,
    now: Stamp,
) -> Result<()> {
    let system: System = reached(grant).filter(systems::key.eq(key)).select(System::as_select()).first(db)?;
    diesel::update(systems::table.find(system.id))
        .set((
            systems::hold_reason.eq(None::<String>),
            systems::hold_since.eq(None::<Stamp>),
            (
                systems::hold_by_kind.eq(None::<String>),
                systems::hold_by_id.eq(None::<i64>),
                systems::hold_by.eq(None::<String>),
            ),
            systems::next_due.eq(next_due),
        ))
        .execute(db)?;
    times::check_by(db, system.id, now)?;
    times::refresh(db, system.id, Some(now), now)
}

/// Deletes a system softly: its runs and their logs stay until retention ends. Its children are deleted by the caller,
/// before it.
pub fn delete(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    key: &SystemKey,
    now: Stamp,
) -> Result<InReach<System>> {
    let system = find_to_change(db, grant, key)?;
    diesel::update(systems::table.find(system.id))
        .set((systems::deleted_at.eq(now), systems::next_due.eq(None::<Stamp>), systems::day_until.eq(None::<Stamp>)))
        .execute(db)?;
    times::stop(db, system.id)?;
    checks::withdraw_all(db, system.id)?;
    hours::forget(db, system.id)?;
    match system.parent_id {
        Some(parent) => times::follow_children(db, parent, now)?,
        None => count(db, system.group_id, system.overall, -1)?,
    }
    Ok(system)
}

/// The name of another live system of the same group and parent that is this one, or differs from it only in the case of letters. A name
/// that a system has already is its own, also beside such a one of an earlier version. Anyone else who asks waits until
/// this transaction has ended: the index knows exact names only.
pub fn taken_name(
    db: &mut Db,
    (group, parent): (GroupId, Option<SystemId>),
    name: &str,
    except: Option<&InReach<System>>,
) -> Result<Option<String>> {
    alone(db, OneAtATime::Territory)?;
    let siblings = systems::table.filter(systems::group_id.eq(group)).into_boxed();
    let siblings = match parent {
        Some(parent) => siblings.filter(systems::parent_id.eq(parent)),
        None => siblings.filter(systems::parent_id.is_null()),
    };
    let found: Vec<(SystemId, String)> = siblings
        .filter(systems::deleted_at.is_null())
        .order(systems::id)
        .select((systems::id, systems::name))
        .load(db)?;
    let except = except.map(|system| system.id);
    let is_kept = found.iter().any(|(id, known)| Some(*id) == except && known == name);
    let mut others = found.into_iter().filter(|(id, _name)| Some(*id) != except);
    Ok(others.find(|(_id, known)| !is_kept && are_same(known, name)).map(|(_id, known)| known))
}

/// Another system, for the check that no two write to one place.
#[derive(Debug, Queryable)]
pub struct Neighbour {
    pub name: String,
    /// The name of its group.
    pub group: String,
    pub kind: String,
    /// JSON.
    pub settings: String,
}

/// Every live system except one, the oldest first. Anyone else who asks waits until this transaction has ended: on
/// Postgres two that ask at the same time would find nobody.
pub fn neighbours(
    db: &mut Db,
    _grant: &Grant<verbs::SpecifySystems>,
    except: Option<&InReach<System>>,
) -> Result<Vec<Neighbour>> {
    alone(db, OneAtATime::Territory)?;
    let mut query = systems::table
        .inner_join(system_groups::table.on(system_groups::id.eq(systems::group_id)))
        .filter(systems::deleted_at.is_null())
        .order(systems::id)
        .into_boxed();
    if let Some(system) = except {
        query = query.filter(systems::id.ne(system.id));
    }
    Ok(query.select((systems::name, system_groups::name, systems::kind, systems::settings)).load(db)?)
}
