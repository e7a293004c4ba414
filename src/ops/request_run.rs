//! *Synchronize now*: it cannot lie, and a double click makes no second run.

use std::time::Duration;

use tokio::sync::Notify;

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::obstruction::Obstruction;
use crate::access::{Grant, verbs};
use crate::domain::run::{RunState, Trigger};
use crate::ids::{GroupId, RunNo, SystemKey};
use crate::store::runs::{NewRun, Queued, pull_forward, queue};
use crate::store::systems::{InReach, System};
use crate::store::{self, Db, Store, StoreError, runs, systems};

/// What became of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Started(RunNo),
    /// Queued, and no worker was free within a second.
    WaitsForWorker(RunNo),
    QueuedBehind {
        run: RunNo,
        running: RunNo,
    },
    AlreadyQueued(RunNo),
}

impl Answer {
    #[must_use]
    pub const fn run(&self) -> RunNo {
        match self {
            Self::Started(run)
            | Self::WaitsForWorker(run)
            | Self::QueuedBehind { run, .. }
            | Self::AlreadyQueued(run) => *run,
        }
    }
}

/// How long the answer waits for a worker to take the run.
pub const WAIT: Duration = Duration::from_millis(900);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(40);

/// What is requested.
#[derive(Debug, Clone)]
pub struct Request {
    pub key: SystemKey,
    /// The same key gives the same run.
    pub request_key: String,
    pub audit: AuditLog,
    /// How long the answer may wait for a worker; usually [`WAIT`].
    pub wait: Duration,
}

/// Why no run was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestRunError {
    /// The system, which is of this group, is on hold or paused.
    Obstructed { by: Obstruction, group: GroupId },
    /// Another request was first.
    AnotherWasFirst,
    /// The run of this request was canceled before it began.
    Canceled(RunNo),
}

/// Requests a run in each lane of the system. The same `request_key` gives the same runs.
///
/// # Errors
/// [`RequestRunError`].
pub async fn request_run(
    store: &Store,
    wake: &Notify,
    grant: &Grant<verbs::RequestRun>,
    request: Request,
) -> Result<Vec<Answer>, RequestRunError> {
    let Request { key, request_key, audit, wait } = request;
    let asked = grant.clone();
    let queued = store.write(move |db| queue_here(db, &asked, &key, &request_key, &audit)).await;
    let (system, queued) = queued.map_err(|error| match error {
        // Two requests met in the unique index: the other one is the run.
        OpError::Store(StoreError::Duplicate(_)) => OpError::Refused(RequestRunError::AnotherWasFirst),
        other => other,
    })?;
    wake.notify_one();
    futures_util::future::try_join_all(queued.into_iter().map(|queued| answer(store, &system, queued, wait))).await
}

/// A system, its queued runs, and for each whether it waited and was pulled forward.
pub(super) type QueuedRuns = (InReach<System>, Vec<(Queued, bool)>);

/// Queues a run in each lane of the system, in the transaction of the caller.
pub(super) fn queue_here(
    db: &mut Db,
    grant: &Grant<verbs::RequestRun>,
    key: &SystemKey,
    request_key: &str,
    audit: &AuditLog,
) -> Result<QueuedRuns, RequestRunError> {
    let system = systems::find_to_change(db, grant, key)?;
    if let Some(by) = Obstruction::of(&system) {
        return Err(OpError::Refused(RequestRunError::Obstructed { by, group: system.group_id }));
    }
    let mut queued = Vec::new();
    for (index, lane) in systems::lanes_of(db, &system)?.into_iter().enumerate() {
        let request_key = if index == 0 { request_key.to_owned() } else { format!("{request_key} {lane}") };
        queued.push(queue_lane(db, grant, &system, (lane, request_key), audit)?);
    }
    Ok((system, queued))
}

/// Queues a run in a lane, and whether one that waited was pulled forward.
fn queue_lane(
    db: &mut Db,
    grant: &Grant<verbs::RequestRun>,
    system: &InReach<System>,
    (lane, request_key): (String, String),
    audit: &AuditLog,
) -> Result<(Queued, bool), RequestRunError> {
    let now = store::now(db)?;
    let due = NewRun {
        system: system.as_id(),
        lane,
        request_key: Some(request_key),
        trigger: Trigger::Manual,
        principal: grant.principal().clone(),
        attempt: 1,
        retries_run: None,
        plan_digest: None,
        not_before: now,
    };
    let queued = queue(db, &due, now)?;
    // A retry that waits is pulled forward.
    let is_pulled = match &queued {
        Queued::Already(run) => pull_forward(db, run, Trigger::Manual, grant.principal(), now)?,
        Queued::New { .. } | Queued::Same { .. } => false,
    };
    let changed = match &queued {
        Queued::New { run, .. } => Some(run.no),
        Queued::Already(run) => is_pulled.then_some(run.no),
        Queued::Same { .. } => None,
    };
    if let Some(no) = changed {
        let after = serde_json::json!({ "run": no.0 });
        audit.record(db, Event::of(Action::RequestRun, system).after(after), now)?;
    }
    Ok((queued, is_pulled))
}

/// What became of the request in one lane.
async fn answer(
    store: &Store,
    system: &InReach<System>,
    (queued, is_pulled): (Queued, bool),
    wait: Duration,
) -> Result<Answer, RequestRunError> {
    match queued {
        Queued::New { run, behind: Some(running) } | Queued::Same { run, behind: Some(running) } => {
            Ok(Answer::QueuedBehind { run: run.no, running })
        }
        Queued::Already(run) if is_pulled => started(store, system, run.no, wait).await,
        Queued::Already(run) => Ok(Answer::AlreadyQueued(run.no)),
        Queued::New { run, behind: None } | Queued::Same { run, behind: None } => {
            started(store, system, run.no, wait).await
        }
    }
}

/// Waits a moment for a worker to take the run.
async fn started(
    store: &Store,
    system: &InReach<System>,
    no: RunNo,
    wait: Duration,
) -> Result<Answer, RequestRunError> {
    let look = tokio::time::timeout(wait, async {
        loop {
            let system = system.clone();
            let run = store.read(move |db| runs::find(db, &system, no)).await?;
            if run.state != RunState::Queued {
                return Ok::<_, StoreError>(run.started_at);
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    match look.await {
        Ok(Ok(Some(_at))) => Ok(Answer::Started(no)),
        Ok(Ok(None)) => Err(OpError::Refused(RequestRunError::Canceled(no))),
        Ok(Err(error)) => Err(error.into()),
        Err(_elapsed) => Ok(Answer::WaitsForWorker(no)),
    }
}
