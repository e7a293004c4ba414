//! Writing and removing the house's advice for a code.

use serde_json::{Value, json};

use super::audit::Who;
use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::house_note::{HouseNote, MAX_ADVICE, Placing, can_be_code, tidy};
use crate::store::{Store, house_notes};

/// What was typed, and when what it replaces was written.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    pub advice: &'a str,
    pub placing: &'a str,
    pub seen: Option<Stamp>,
}

/// Writes the house's advice for a code, over what was there. To write the same again changes nothing.
///
/// # Errors
/// [`OpError::Conflict`] when somebody else has written since; [`OpError::NotFound`] for what cannot be a code; [`OpError::Invalid`] for advice that is empty or too long, or a
/// placing that there is not.
pub async fn write(
    store: &Store,
    grant: &Grant<verbs::ManagePortal>,
    code: &str,
    draft: Draft<'_>,
    who: Who,
    now: Stamp,
) -> Result<()> {
    if !can_be_code(code) {
        return Err(OpError::NotFound);
    }
    let advice = tidy(draft.advice);
    let mut wrong = Vec::new();
    if advice.is_empty() {
        wrong.push(("advice".to_owned(), "Write what to do; to take the advice back, remove it.".to_owned()));
    }
    let length = advice.chars().count();
    if length > MAX_ADVICE {
        wrong.push(("advice".to_owned(), format!("At most {MAX_ADVICE} characters; these are {length}.")));
    }
    let placing = Placing::parse(draft.placing);
    if placing.is_none() {
        wrong.push(("placing".to_owned(), "Choose one of the two.".to_owned()));
    }
    let Some(placing) = placing.filter(|_placing| wrong.is_empty()) else { return Err(OpError::Invalid(wrong)) };
    let note = HouseNote { code: code.to_owned(), advice, placing, written_by: who.principal.clone(), written_at: now };
    let (grant, seen) = (grant.clone(), draft.seen);
    let written = store.write(move |db| {
        let before = house_notes::find(db, &note.code)?;
        if before.as_ref().map(told) == Some(told(&note)) {
            return Ok(None);
        }
        if before.as_ref().map(|before| before.written_at) != seen {
            return Ok(Some(meanwhile(before.as_ref())));
        }
        house_notes::set(db, &grant, &note)?;
        who.did(db, "code.advise", (None, None), &note.code, (before.as_ref().map(told), Some(told(&note))), now)?;
        Ok(None)
    });
    match written.await? {
        None => Ok(()),
        Some(why) => Err(OpError::Conflict(why)),
    }
}

/// What somebody else has done since the form was opened.
fn meanwhile(theirs: Option<&HouseNote>) -> String {
    theirs.map_or("Meanwhile the advice was removed. Save again to put yours there.".to_owned(), |theirs| {
        format!(
            "Meanwhile {} has written: “{}” Save again to put yours in its place.",
            theirs.written_by, theirs.advice
        )
    })
}

/// Removes the house's advice for a code.
///
/// # Errors
/// [`OpError::Conflict`] when there is none (any more).
pub async fn remove(store: &Store, grant: &Grant<verbs::ManagePortal>, code: &str, who: Who, now: Stamp) -> Result<()> {
    let (grant, code) = (grant.clone(), code.to_owned());
    let removed = store.write(move |db| {
        let Some(before) = house_notes::find(db, &code)? else { return Ok(false) };
        house_notes::remove(db, &grant, &code)?;
        who.did(db, "code.unadvise", (None, None), &code, (Some(told(&before)), None), now)?;
        Ok(true)
    });
    if removed.await? {
        Ok(())
    } else {
        Err(OpError::Conflict("The house has no advice of its own for this code.".to_owned()))
    }
}

fn told(note: &HouseNote) -> Value {
    json!({ "advice": note.advice, "placing": note.placing.as_str() })
}
