//! Connecting a system page by page: what was typed is kept as a draft, and a worker tries it before anything is saved.

mod drafts;
mod trials;

pub use drafts::{add, begin, check_fields, discard, save};
pub use trials::{NoFolder, Request, create_folder, request_trial};

use std::collections::BTreeMap;

use super::error::{OpError, Result};
use crate::access::{Grant, verbs};
use crate::ids::PersonId;

/// The text of each input.
pub type Inputs = BTreeMap<String, String>;

/// Drafts belong to people.
fn person<R>(grant: &Grant<verbs::SpecifySystems>) -> Result<PersonId, R> {
    grant.principal().person().ok_or(OpError::NotFound)
}
