//! Credentials: sealed for their system and slot, or for their scope; opened only to be used.

use std::sync::Arc;

use secrecy::SecretString;

use super::keyring::{OpenError, shared_context, slot_context};
use super::keys::{KeyFile, KeyFileError, Sealing};
use crate::domain::kind::{SecretRecipient, SecretScope};
use crate::ids::{CredentialKey, GroupId, SystemId};
use crate::store::credentials::{Credential, Sealed};
use crate::store::shared_credentials::{SealedShared, SharedCredential};

/// The keys of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault(Arc<KeyFile>);

impl Vault {
    #[must_use]
    pub fn new(keys: KeyFile) -> Self {
        Self(Arc::new(keys))
    }

    /// The keys themselves, for rotation and the audit chain.
    #[must_use]
    pub fn keys(&self) -> &KeyFile {
        &self.0
    }

    /// What cookies are signed with.
    #[must_use]
    pub fn web_key(&self) -> [u8; 32] {
        *self.0.keyring().web_key()
    }

    /// A credential as it was typed, for whom a system sends it to.
    ///
    /// # Errors
    /// Its key is gone, or it was sealed for another place; a shared one is not for this recipient.
    pub fn open(
        &self,
        credential: &Credential,
        recipient: Option<&SecretRecipient>,
    ) -> Result<SecretString, OpenError> {
        match credential {
            Credential::Own(own) => self.open_own(own),
            Credential::Shared { shared, .. } if recipient.is_some_and(|to| shared.scope().covers(to)) => {
                self.open_shared(shared)
            }
            Credential::Shared { .. } => Err(OpenError::OutOfScope),
        }
    }

    pub(super) fn open_own(&self, own: &Sealed) -> Result<SecretString, OpenError> {
        self.0.open_sealed(&own.key_id, &slot_context(own.system, &own.slot), &own.sealed)
    }

    /// Only a rotation opens one without asking for whom.
    pub(super) fn open_shared(&self, shared: &SharedCredential) -> Result<SecretString, OpenError> {
        let context = shared_context(&shared.key, shared.group_id, &shared.scope());
        self.0.open_sealed(&shared.key_id, &context, &shared.sealed)
    }

    /// To seal credentials: keep it until they are committed, a rotation waits for it.
    ///
    /// # Errors
    /// The key file cannot be read.
    pub fn sealing(&self) -> Result<Sealing, KeyFileError> {
        self.0.sealing()
    }
}

/// A credential sealed for its place.
#[must_use]
pub fn seal(sealing: &Sealing, system: SystemId, slot: &str, secret: &SecretString) -> Sealed {
    let (key_id, sealed) = sealing.seal(&slot_context(system, slot), secret);
    Sealed { system, slot: slot.to_owned(), key_id, sealed }
}

/// A secret sealed for a shared credential of a group and its scope.
#[must_use]
pub fn seal_shared(
    sealing: &Sealing,
    (key, group, scope): (&CredentialKey, GroupId, &SecretScope),
    secret: &SecretString,
) -> SealedShared {
    sealing.seal(&shared_context(key, group, scope), secret)
}
