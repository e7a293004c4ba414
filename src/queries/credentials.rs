//! The list of shared credentials.

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::kind::SecretScope;
use crate::domain::paging::{Page, PageRequest};
use crate::ids::CredentialKey;
use crate::store::shared_credentials::{self, SharedCursor};
use crate::store::{Db, Result};

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCredential {
    pub key: CredentialKey,
    pub name: String,
    /// The name of its group.
    pub group: String,
    pub scope: SecretScope,
    pub changed_at: Stamp,
    pub changed_by: String,
    /// How many systems use it.
    pub systems: i64,
}

/// Reads a page of the shared credentials in reach, by name.
///
/// # Errors
/// As the store.
pub fn shared_credential_list(
    db: &mut Db,
    grant: &Grant<verbs::SetCredentials>,
    request: &PageRequest<SharedCursor>,
) -> Result<Page<ListedCredential, SharedCursor>> {
    let page = shared_credentials::list(db, grant, request)?;
    let keys: Vec<CredentialKey> = page.rows.iter().map(|(shared, _group)| shared.key.clone()).collect();
    let uses = shared_credentials::uses(db, grant, &keys)?;
    let listed = |(shared, group)| {
        let shared: shared_credentials::SharedCredential = shared;
        ListedCredential {
            scope: shared.scope(),
            systems: uses.get(&shared.key).copied().unwrap_or(0),
            key: shared.key,
            name: shared.name,
            group,
            changed_at: shared.changed_at,
            changed_by: shared.changed_by,
        }
    };
    Ok(page.map(|rows| rows.into_iter().map(listed).collect()))
}
