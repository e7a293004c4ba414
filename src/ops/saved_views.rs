//! Saving, renaming, choosing and deleting the views of the list of systems that somebody has saved. They are nobody
//! else's, so the audit log has no entries about them.

use super::error::{OpError, Result};
use super::objection::{Objection, name_objection};
use super::random;
use crate::access::{Grant, verbs};
use crate::domain::names::are_same;
use crate::ids::{PersonId, ViewKey};
use crate::store::saved_views::{self as views, SavedView};
use crate::store::{self, Db, Store};

/// How many views a person has at most.
pub const MAX_VIEWS: usize = 20;

/// The person has as many views as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyViews;

/// What becomes of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewChange {
    Rename(String),
    /// The list shows it where its address says nothing.
    MakeDefault,
    MakeOrdinary,
    Delete,
}

/// Saves a view under a name.
///
/// # Errors
/// [`OpError::Invalid`] for a name that is empty, too long or taken; [`TooManyViews`].
pub async fn save(
    store: &Store,
    _grant: &Grant<verbs::SeeSystem>,
    person: PersonId,
    name: &str,
    query: &str,
) -> Result<(), TooManyViews> {
    let key = ViewKey::from_random(random::bytes());
    let view = SavedView { key, name: name.trim().to_owned(), query: query.to_owned(), is_default: false };
    store
        .write(move |db| {
            let known = views::of_person_to_change(db, person)?;
            check_name(&view.name, &known, None)?;
            if known.len() >= MAX_VIEWS {
                return Err(OpError::Refused(TooManyViews));
            }
            let now = store::now(db)?;
            Ok(views::create(db, person, &view, now)?)
        })
        .await
}

/// Changes a view of this person.
///
/// # Errors
/// [`OpError::NotFound`] when they have no such view; [`OpError::Invalid`] for a name as for [`save`].
pub async fn change(
    store: &Store,
    _grant: &Grant<verbs::SeeSystem>,
    person: PersonId,
    key: &ViewKey,
    change: ViewChange,
) -> Result<()> {
    let key = key.clone();
    store.write(move |db| change_here(db, person, &key, &change)).await
}

fn change_here(db: &mut Db, person: PersonId, key: &ViewKey, change: &ViewChange) -> Result<()> {
    let known = views::of_person_to_change(db, person)?;
    if !known.iter().any(|view| view.key == *key) {
        return Err(OpError::NotFound);
    }
    Ok(match change {
        ViewChange::Rename(name) => {
            let name = name.trim();
            check_name(name, &known, Some(key))?;
            views::rename(db, person, key, name)
        }
        ViewChange::MakeDefault => views::set_default(db, person, Some(key)),
        ViewChange::MakeOrdinary => views::set_default(db, person, None),
        ViewChange::Delete => views::delete(db, person, key),
    }?)
}

/// Whether a view can have this name beside the other views of the person.
fn check_name<R>(name: &str, known: &[SavedView], except: Option<&ViewKey>) -> Result<(), R> {
    let is_taken = || known.iter().any(|view| Some(&view.key) != except && are_same(&view.name, name));
    match name_objection(name, Objection::NoViewName) {
        Some(objection) => Err(OpError::field("name", objection)),
        None if is_taken() => Err(OpError::field("name", Objection::ViewNameTaken)),
        None => Ok(()),
    }
}
