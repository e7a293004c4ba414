//! *Check connection*: a person queues a check, and a worker carries it out. A system has at most one open check. A
//! system on hold can be checked too: the result updates its connection and plans nothing.

use std::time::Duration;

use tokio::sync::Notify;

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::domain::run::CheckTrigger;
use crate::ids::{CheckNo, GroupId, SystemKey};
use crate::store::{self, Db, Store, checks, systems};

/// Minimum time between two checks of a system for people with display permissions: each is work for the service.
const PATIENCE: Duration = Duration::from_mins(1);

/// It was checked less than a minute ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSoon {
    /// When the next check is possible, from now.
    pub seconds: u64,
}

/// Queues a check. `looks_only`: people who can neither synchronize nor specify are limited to one check per minute.
///
/// # Errors
/// [`TooSoon`], for people with `looks_only`.
pub async fn check_connection(
    store: &Store,
    wake: &Notify,
    grant: &Grant<verbs::CheckConnection>,
    key: &SystemKey,
    looks_only: impl Fn(GroupId) -> bool + Clone + Send + 'static,
    audit: AuditLog,
) -> Result<CheckNo, TooSoon> {
    let (grant, key) = (grant.clone(), key.clone());
    let queued = store.write(move |db| queue_here(db, &grant, &key, looks_only, &audit)).await?;
    wake.notify_one();
    Ok(queued)
}

/// Queues a check, in the transaction of the caller.
pub(super) fn queue_here(
    db: &mut Db,
    grant: &Grant<verbs::CheckConnection>,
    key: &SystemKey,
    looks_only: impl Fn(GroupId) -> bool,
    audit: &AuditLog,
) -> Result<CheckNo, TooSoon> {
    let now = store::now(db)?;
    let system = systems::find_to_change(db, grant, key)?;
    // One that lies ahead is from before the clock was set back.
    let last = checks::last_by_hand(db, &system)?.filter(|queued_at| *queued_at <= now);
    let asked = last.map(|queued_at| queued_at.plus(PATIENCE));
    if let Some(wait) = asked.filter(|until| *until > now && looks_only(system.group_id)) {
        let seconds = wait.since(now).as_secs() + 1;
        return Err(OpError::Refused(TooSoon { seconds }));
    }
    let (no, new) = checks::queue(db, system.as_id(), CheckTrigger::Manual, &audit.principal, now)?;
    if new {
        let after = serde_json::json!({ "check": no.0 });
        audit.record(db, Event::of(Action::CheckSystem, &system).after(after), now)?;
    }
    Ok(no)
}
