//! Writing and removing the team note on a code.

use serde_json::{Value, json};

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::objection::Objection;
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::team_note::{MAX_ADVICE, Placing, TeamNote, can_be_code, tidy};
use crate::store::{Store, team_notes};

/// What was typed, and when what it replaces was written.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    pub advice: &'a str,
    pub placing: &'a str,
    pub seen: Option<Stamp>,
}

/// Why a note was neither written nor removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamNoteError {
    /// Somebody else has written this since the form was opened, or removed it.
    ChangedSince(Option<TeamNote>),
    NoNote,
}

/// Writes the team note on a code, replacing an existing one. Writing the same text again changes nothing.
///
/// # Errors
/// [`TeamNoteError::ChangedSince`]; [`OpError::NotFound`] for what cannot be a code; [`OpError::Invalid`] for advice that is empty or too long, or a
/// placing that there is not.
pub async fn write(
    store: &Store,
    grant: &Grant<verbs::ManagePortal>,
    code: &str,
    draft: Draft<'_>,
    audit: AuditLog,
    now: Stamp,
) -> Result<(), TeamNoteError> {
    if !can_be_code(code) {
        return Err(OpError::NotFound);
    }
    let advice = tidy(draft.advice);
    let mut wrong = Vec::new();
    if advice.is_empty() {
        wrong.push(("advice".to_owned(), Objection::NoAdvice));
    }
    let length = advice.chars().count();
    if length > MAX_ADVICE {
        wrong.push(("advice".to_owned(), Objection::AdviceTooLong { most: MAX_ADVICE, length }));
    }
    let placing = Placing::parse(draft.placing);
    if placing.is_none() {
        wrong.push(("placing".to_owned(), Objection::NoPlacing));
    }
    let Some(placing) = placing.filter(|_placing| wrong.is_empty()) else { return Err(OpError::Invalid(wrong)) };
    let note = TeamNote {
        code: code.to_owned(),
        advice,
        placing,
        written_by: audit.principal.name().to_owned(),
        written_at: now,
    };
    let (grant, seen) = (grant.clone(), draft.seen);
    let written = store.write(move |db| {
        let before = team_notes::find(db, &note.code)?;
        if before.as_ref().map(to_json) == Some(to_json(&note)) {
            return Ok(());
        }
        if before.as_ref().map(|before| before.written_at) != seen {
            return Err(OpError::Refused(TeamNoteError::ChangedSince(before)));
        }
        team_notes::set(db, &grant, &note)?;
        let advised = Event::new(Action::AdviseOnCode, &note.code).after(to_json(&note));
        let advised = before.as_ref().map(to_json).into_iter().fold(advised, Event::before);
        Ok(audit.record(db, advised, now)?)
    });
    written.await
}

/// Removes the team note on a code.
///
/// # Errors
/// [`TeamNoteError::NoNote`].
pub async fn remove(
    store: &Store,
    grant: &Grant<verbs::ManagePortal>,
    code: &str,
    audit: AuditLog,
    now: Stamp,
) -> Result<(), TeamNoteError> {
    let (grant, code) = (grant.clone(), code.to_owned());
    let removed = store.write(move |db| {
        let Some(before) = team_notes::find(db, &code)? else { return Err(OpError::Refused(TeamNoteError::NoNote)) };
        team_notes::remove(db, &grant, &code)?;
        Ok(audit.record(db, Event::new(Action::RemoveAdvice, &code).before(to_json(&before)), now)?)
    });
    removed.await
}

fn to_json(note: &TeamNote) -> Value {
    json!({ "advice": note.advice, "placing": note.placing.as_str() })
}
