//! What a worker tries with the settings of a draft: a check of the connection, or a preview. The rows are its queue.

use std::time::Duration;

use diesel::prelude::*;

use super::drafts::ConnectDraft;
use crate::access::Internal;
use crate::clock::{Stamp, micros};
use crate::domain::run::{RunState, Stage};
use crate::domain::trial::TrialSort;
use crate::ids::{DraftKey, GroupId, TrialId};
use crate::store::backend::{Lockable, db_now, try_lock, unless_duplicate};
use crate::store::checks::CheckResult;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{connect_drafts, connect_trials, system_groups};

/// A trial as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = connect_trials)]
pub struct Trial {
    pub id: TrialId,
    pub draft: DraftKey,
    pub sort: TrialSort,
    pub group_id: GroupId,
    /// JSON, as a system stores them.
    pub settings: String,
    /// The field of a local folder that is created first.
    pub make_folder: Option<String>,
    pub state: RunState,
    pub queued_at: Stamp,
    claim_no: i64,
    pub ended_at: Option<Stamp>,
    pub duration_us: Option<i64>,
    pub ok: Option<bool>,
    pub stage: Option<Stage>,
    pub code: Option<String>,
    /// JSON: arguments of the code's text, and the peer's words.
    pub detail: Option<String>,
    /// JSON: what a preview found.
    pub found: Option<String>,
}

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct NewTrial {
    pub draft: DraftKey,
    pub sort: TrialSort,
    pub group: GroupId,
    pub settings: String,
    pub make_folder: Option<String>,
}

/// Queues a trial instead of the last one of this sort. One that is open and tries the same stays as it is. One that a
/// worker is carrying out keeps its lease: a draft never has two at a time.
pub fn queue(db: &mut Db, new: &NewTrial, now: Stamp) -> Result<()> {
    let last =
        connect_trials::table.filter(connect_trials::draft.eq(&new.draft)).filter(connect_trials::sort.eq(new.sort));
    let open: Option<Trial> = last.select(Trial::as_select()).first(db).optional()?;
    let wanted = (
        connect_trials::group_id.eq(new.group),
        connect_trials::settings.eq(&new.settings),
        connect_trials::make_folder.eq(&new.make_folder),
        connect_trials::state.eq(RunState::Queued),
        connect_trials::queued_at.eq(now),
    );
    let Some(open) = open else {
        let of_draft =
            (connect_trials::draft.eq(&new.draft), connect_trials::sort.eq(new.sort), connect_trials::claim_no.eq(0));
        // Of two requests at the same moment, the first is carried out.
        unless_duplicate(db, |db| {
            Ok(diesel::insert_into(connect_trials::table).values((of_draft, wanted)).execute(db)?)
        })?;
        return Ok(());
    };
    let same = open.settings == new.settings && open.group_id == new.group && open.make_folder == new.make_folder;
    if open.state != RunState::Ended && same {
        return Ok(());
    }
    diesel::update(connect_trials::table.find(open.id))
        .set((
            wanted,
            // Fences off the worker that has it.
            connect_trials::claim_no.eq(connect_trials::claim_no + 1),
            (
                connect_trials::ended_at.eq(None::<Stamp>),
                connect_trials::duration_us.eq(None::<i64>),
                connect_trials::ok.eq(None::<bool>),
                connect_trials::stage.eq(None::<Stage>),
                connect_trials::code.eq(None::<String>),
                connect_trials::detail.eq(None::<String>),
                connect_trials::found.eq(None::<String>),
            ),
        ))
        .execute(db)?;
    Ok(())
}

/// The last trial of this sort of a draft that was found for its person.
pub fn last(db: &mut Db, draft: &ConnectDraft, sort: TrialSort) -> Result<Option<Trial>> {
    Ok(connect_trials::table
        .filter(connect_trials::draft.eq(&draft.key))
        .filter(connect_trials::sort.eq(sort))
        .select(Trial::as_select())
        .first(db)
        .optional()?)
}

/// Whether any trial waits to be carried out: a look before the write.
pub fn any_open(db: &mut Db) -> Result<bool> {
    let open = connect_trials::table
        .filter(connect_trials::state.ne(RunState::Ended))
        .filter(connect_trials::lease_until.is_null().or(connect_trials::lease_until.lt(db_now(db)?)));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(db)?)
}

/// Claims the trial that has waited longest; one whose worker is gone is taken again.
pub fn claim_next(db: &mut Db, _worker: Internal, lease: Duration) -> Result<Option<Trial>> {
    let now = db_now(db)?;
    let open: Vec<Trial> = connect_trials::table
        .filter(connect_trials::state.ne(RunState::Ended))
        .filter(connect_trials::lease_until.is_null().or(connect_trials::lease_until.lt(now)))
        .order(connect_trials::id)
        .limit(8)
        .select(Trial::as_select())
        .load(db)?;
    for mut trial in open {
        if !try_lock(db, Lockable::Trial(trial.id))? {
            continue;
        }
        let free = connect_trials::table.find(trial.id).filter(connect_trials::claim_no.eq(trial.claim_no));
        let taken = diesel::update(free.filter(connect_trials::state.ne(RunState::Ended)))
            .set((
                connect_trials::state.eq(RunState::Running),
                connect_trials::claim_no.eq(trial.claim_no + 1),
                connect_trials::lease_until.eq(now.plus(lease)),
            ))
            .execute(db)?;
        if taken == 1 {
            trial.claim_no += 1;
            return Ok(Some(trial));
        }
    }
    Ok(None)
}

/// The draft of a claimed trial, and the name of the group.
pub fn subject(db: &mut Db, trial: &Trial) -> Result<(ConnectDraft, String)> {
    let draft = connect_drafts::table.find(&trial.draft).select(ConnectDraft::as_select()).first(db)?;
    let group = system_groups::table.find(trial.group_id).select(system_groups::name).first(db)?;
    Ok((draft, group))
}

/// Ends a trial.
///
/// # Errors
/// [`StoreError::Fenced`] when it was replaced, deleted, or taken by another worker.
pub fn finish(db: &mut Db, trial: &Trial, result: &CheckResult, found: Option<&str>) -> Result<()> {
    let now = db_now(db)?;
    let claimed = connect_trials::table.find(trial.id).filter(connect_trials::claim_no.eq(trial.claim_no));
    let ended = diesel::update(claimed.filter(connect_trials::state.ne(RunState::Ended)))
        .set((
            connect_trials::state.eq(RunState::Ended),
            connect_trials::lease_until.eq(None::<Stamp>),
            connect_trials::ended_at.eq(now),
            connect_trials::duration_us.eq(micros(result.took)),
            connect_trials::ok.eq(result.ok),
            connect_trials::stage.eq(result.stage),
            connect_trials::code.eq(result.code),
            connect_trials::detail.eq(&result.detail),
            connect_trials::found.eq(found),
        ))
        .execute(db)?;
    if ended == 1 { Ok(()) } else { Err(StoreError::Fenced) }
}

/// Lets the trial begin that has replaced this one.
pub fn give_back(db: &mut Db, trial: &Trial) -> Result<()> {
    let next = connect_trials::table.find(trial.id).filter(connect_trials::state.eq(RunState::Queued));
    diesel::update(next).set(connect_trials::lease_until.eq(None::<Stamp>)).execute(db)?;
    Ok(())
}

/// Shortens leases that end later than two leases from now, which a clock gave that was set back since.
pub fn shorten_leases(db: &mut Db, _worker: Internal, lease: Duration) -> Result<usize> {
    let now = db_now(db)?;
    let wrong = connect_trials::table
        .filter(connect_trials::state.ne(RunState::Ended))
        .filter(connect_trials::lease_until.gt(now.plus(lease * 2)));
    Ok(diesel::update(wrong).set(connect_trials::lease_until.eq(now.plus(lease))).execute(db)?)
}
