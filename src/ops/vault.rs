//! Credentials: sealed for their system and slot, opened only to be used.

use std::sync::Arc;

use secrecy::SecretString;

use super::keyring::{OpenError, slot_context};
use super::keys::{KeyFile, KeyFileError, Sealing};
use crate::ids::SystemId;
use crate::store::credentials::Sealed;

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

    /// A credential as it was typed.
    ///
    /// # Errors
    /// Its key is gone, or it was sealed for another place.
    pub fn open(&self, credential: &Sealed) -> Result<SecretString, OpenError> {
        let context = slot_context(credential.system, &credential.slot);
        self.0.open_sealed(&credential.key_id, &context, &credential.sealed)
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
