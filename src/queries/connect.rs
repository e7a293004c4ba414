//! Systems that a person is connecting.

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::team_note::TeamNote;
use crate::domain::trial::TrialSort;
use crate::ids::DraftKey;
use crate::store::connect::{drafts, trials};
use crate::store::{Db, Result, StoreError, groups, systems, team_notes};

pub use crate::store::connect::drafts::ConnectDraft;
pub use crate::store::connect::trials::Trial;

type Specify = Grant<verbs::SpecifySystems>;

/// A draft with what was tried with it.
#[derive(Debug)]
pub struct DraftOverview {
    pub draft: ConnectDraft,
    pub check: Option<Trial>,
    pub preview: Option<Trial>,
    /// The notes of the organization on the codes that they ended with, in this order.
    pub notes: [Option<TeamNote>; 2],
    /// The name of the group that the check was for.
    pub group: Option<String>,
}

/// Reads a draft of the person.
///
/// # Errors
/// [`StoreError::NotFound`] when the person has no such draft; otherwise as the store.
pub fn draft_overview(db: &mut Db, grant: &Specify, key: &DraftKey, now: Stamp) -> Result<DraftOverview> {
    let person = grant.principal().person().ok_or(StoreError::NotFound)?;
    let draft = drafts::find(db, person, key, now)?;
    let check = trials::last(db, &draft, TrialSort::Check)?;
    let preview = trials::last(db, &draft, TrialSort::Preview)?;
    let mut note = |trial: Option<&Trial>| {
        let code = trial.and_then(|trial| trial.code.as_deref());
        code.map(|code| team_notes::find(db, code)).transpose().map(Option::flatten)
    };
    let notes = [note(check.as_ref())?, note(preview.as_ref())?];
    let in_reach = groups::in_reach(db, grant)?;
    let of_check = check.as_ref().map(|check| check.group_id);
    let group = in_reach.into_iter().find(|(id, _name)| Some(*id) == of_check).map(|(_id, name)| name);
    Ok(DraftOverview { draft, check, preview, notes, group })
}

/// The drafts of the person, the newest first.
///
/// # Errors
/// As the store.
pub fn open_drafts(db: &mut Db, grant: &Specify, now: Stamp) -> Result<Vec<ConnectDraft>> {
    grant.principal().person().map_or_else(|| Ok(Vec::new()), |person| drafts::of_person(db, person, now))
}

/// Systems whose next run is due in the same minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DueTogether {
    /// All of them, at most [`systems::MOST_DUE`].
    pub count: usize,
    /// The names of the first in reach.
    pub names: Vec<String>,
}

/// Reads which systems are due from `from` until before `to`.
///
/// # Errors
/// As the store.
pub fn due_together(db: &mut Db, grant: &Specify, (from, to): (Stamp, Stamp)) -> Result<DueTogether> {
    Ok(DueTogether {
        count: systems::count_due(db, grant, (from, to))?,
        names: systems::names_due(db, grant, (from, to))?,
    })
}
