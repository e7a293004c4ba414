//! The views of the list of systems that a person has saved.

use crate::access::{Grant, verbs};
use crate::ids::PersonId;
use crate::store::{Db, Result};

pub use crate::store::saved_views::SavedView;

/// The views of the reader, by name.
///
/// # Errors
/// As the store.
pub fn saved_views(db: &mut Db, _grant: &Grant<verbs::SeeSystem>, reader: PersonId) -> Result<Vec<SavedView>> {
    crate::store::saved_views::of_person(db, reader)
}
