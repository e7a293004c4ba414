//! Bulk actions: one command for many things. The request stores what is asked for and returns; Syncdesk carries out each
//! item on its own ([`carry_out`]), so that what was requested completes although the person has left, or the process was
//! restarted. It is independent of the page that has the form.

mod carry_out;

pub use carry_out::carry_out;

use sha2::{Digest, Sha256};

use super::audit::AuditLog;
use super::error::{OpError, Result};
use super::hold::checked_reason;
use super::random;
use crate::access::{Grant, Verb, verbs};
use crate::domain::bulk::BulkAction;
use crate::ids::{BulkKey, PersonId, SystemKey};
use crate::store::bulk::{NewBulk, create};
use crate::store::{self, Store};

/// How many things one action takes: more than a page shows.
pub const MAX_ITEMS: usize = 1_000;

/// Why a bulk action was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkError {
    NothingSelected,
    TooMany,
    /// Something that was selected cannot be a system.
    NoSystem,
}

/// What is requested.
#[derive(Debug, Clone)]
pub struct BulkRequest<'a> {
    pub action: BulkAction,
    /// Of systems. One that is there twice counts once.
    pub keys: Vec<&'a str>,
    pub reason: &'a str,
    /// The same form sent twice is one action.
    pub request_key: &'a str,
    pub audit: AuditLog,
}

/// The permission that each item needs.
#[must_use]
pub const fn verb(action: BulkAction) -> Verb {
    match action {
        BulkAction::Synchronize => Verb::RequestRun,
        BulkAction::Check => Verb::CheckConnection,
        BulkAction::Hold | BulkAction::Release => Verb::HoldSystem,
    }
}

/// Stores a bulk action, whose items are carried out within seconds, with the rights that the person has then. Whether
/// they reach its systems shows then too.
///
/// # Errors
/// [`BulkError`]; [`OpError::Invalid`] for a reason that is missing or too long.
pub async fn request(
    store: &Store,
    _grant: &Grant<verbs::SeeSystem>,
    person: PersonId,
    request: BulkRequest<'_>,
) -> Result<BulkKey, BulkError> {
    let BulkRequest { action, keys, reason, request_key, audit } = request;
    let parsed = keys.into_iter().map(SystemKey::parse).collect::<Option<Vec<SystemKey>>>();
    let mut keys = parsed.ok_or(OpError::Refused(BulkError::NoSystem))?;
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Err(OpError::Refused(BulkError::NothingSelected));
    }
    if keys.len() > MAX_ITEMS {
        return Err(OpError::Refused(BulkError::TooMany));
    }
    let reason = match action {
        BulkAction::Hold => checked_reason(reason)?,
        BulkAction::Synchronize | BulkAction::Check | BulkAction::Release => String::new(),
    };
    let subjects: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let new = NewBulk {
        key: BulkKey::from_random(random::bytes()),
        request: digest(&[&person.to_string(), request_key, action.as_str(), &reason, &subjects.concat()]),
        person,
        address: audit.address,
        action,
        reason,
        subjects,
    };
    store
        .write(move |db| {
            let now = store::now(db)?;
            Ok(create(db, &new, now)?)
        })
        .await
}

/// A digest of several texts.
fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}
