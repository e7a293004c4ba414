//! The key file: the keys that encrypt credentials, by id, one of them current; the key of the audit chain; the
//! key that signs cookies. What is sealed here opens only with its key and in its own place.
//!
//! Promises: the file is whole at every moment and readable by its owner only; an unknown key id makes a running
//! process look at the file again; a caller that stores something sealed holds [`KeyFile::sealing`] until it is stored,
//! so that no old key is removed under their hands. Not here: credentials themselves (`store`), and the copying
//! of the file to other hosts, which is the operator's.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::SecretString;

use super::key_store::{self, Guard};
use super::keyring::Keyring;

pub use super::key_store::KeyFileError;
pub use super::keyring::{OpenError, shared_context, slot_context};

/// Whether a missing key file may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing is encrypted yet, and this process is the one that keeps the keys.
    Create,
    Refuse,
}

/// The key file of a running process. Cheap to share by reference or `Arc`.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    loaded: RwLock<Arc<Keyring>>,
}

impl KeyFile {
    /// Loads the file, or makes it. Two processes that start at once make one.
    ///
    /// # Errors
    /// It is missing, open to others, broken or unreadable.
    pub fn open(path: &Path, missing: Missing) -> Result<Self, KeyFileError> {
        let keyring = match key_store::load(path) {
            Err(KeyFileError::Missing { .. }) if missing == Missing::Create => {
                key_store::create(path, &Keyring::generate())?;
                key_store::load(path)?
            }
            other => other?,
        };
        Ok(Self { path: path.to_owned(), loaded: RwLock::new(Arc::new(keyring)) })
    }

    /// The keys as last read. For the audit chain and the cookies, whose keys never change.
    #[must_use]
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// To encrypt something with the key that is current now. Keep it until what was sealed is committed: a
    /// rotation waits for it. It blocks for a moment while another process rotates.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn sealing(&self) -> Result<Sealing, KeyFileError> {
        let guard = key_store::share(&self.path)?;
        Ok(Sealing { keyring: self.reload()?, _guard: guard })
    }

    /// What was sealed, if it was sealed for this place.
    ///
    /// # Errors
    /// The key is not there, also after looking at the file again, or the bytes are not what was sealed here.
    pub fn open_sealed(&self, key_id: &str, context: &[u8], sealed: &[u8]) -> Result<SecretString, OpenError> {
        match self.keyring().open(key_id, context, sealed) {
            Err(OpenError::UnknownKey(id)) => {
                self.reload().map_err(|error| OpenError::NoKeyFile(error.to_string()))?.open(&id, context, sealed)
            }
            other => other,
        }
    }

    /// First step of a rotation: adds a key and makes it the current one. The old ones still open what they
    /// sealed. Returns the new key's id; the caller then re-encrypts everything with another id.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn rotate(&self) -> Result<String, KeyFileError> {
        let _alone = key_store::alone(&self.path)?;
        let next = self.reload()?.with_new_key();
        key_store::replace(&self.path, &next)?;
        Ok(self.reload()?.current().to_owned())
    }

    /// Second step: removes every credential key but `current`, the one that [`Self::rotate`] gave. Only when
    /// nothing is sealed with them any more. The keys of the audit chain and of cookies stay. Returns how many
    /// were removed.
    ///
    /// # Errors
    /// The file cannot be read or written, or another rotation has made another key current: what is sealed
    /// with it would be lost.
    pub fn retire_old(&self, current: &str) -> Result<usize, KeyFileError> {
        let _alone = key_store::alone(&self.path)?;
        let keyring = self.reload()?;
        if keyring.current() != current {
            return Err(KeyFileError::OtherRotation);
        }
        let (next, removed) = keyring.with_current_only();
        if removed > 0 {
            key_store::replace(&self.path, &next)?;
            self.reload()?;
        }
        Ok(removed)
    }

    fn reload(&self) -> Result<Arc<Keyring>, KeyFileError> {
        let keyring = Arc::new(key_store::load(&self.path)?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keyring);
        Ok(keyring)
    }
}

/// The current key, which cannot be removed while this exists.
#[derive(Debug)]
pub struct Sealing {
    keyring: Arc<Keyring>,
    _guard: Guard,
}

impl Sealing {
    /// The key that seals.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.keyring.current()
    }

    /// The id of the current key, and the sealed bytes. See [`slot_context`] for the place.
    #[must_use]
    pub fn seal(&self, context: &[u8], plain: &SecretString) -> (String, Vec<u8>) {
        self.keyring.seal(context, plain)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::mpsc;
    use std::time::Duration;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::ids::SystemId;

    fn file_in(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("keys.toml")
    }

    fn opened(keys: &KeyFile, (id, sealed): &(String, Vec<u8>), context: &[u8]) -> Result<String, OpenError> {
        keys.open_sealed(id, context, sealed).map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn a_missing_file_is_made_only_with_leave() {
        let dir = tempfile::tempdir().unwrap();
        let path = file_in(&dir);
        assert!(matches!(KeyFile::open(&path, Missing::Refuse), Err(KeyFileError::Missing { .. })));
        assert!(!path.exists());
        let made = KeyFile::open(&path, Missing::Create).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = KeyFile::open(&path, Missing::Create).unwrap();
        assert_eq!(made.keyring().current(), again.keyring().current());
        assert_eq!(made.keyring().audit_key(), again.keyring().audit_key());
    }

    #[test]
    fn a_rotation_in_two_steps_reaches_other_processes() {
        let dir = tempfile::tempdir().unwrap();
        let context = slot_context(SystemId(7), "password");
        let secret = SecretString::from("opensesame");
        let here = KeyFile::open(&file_in(&dir), Missing::Create).unwrap();
        let elsewhere = KeyFile::open(&file_in(&dir), Missing::Refuse).unwrap();
        let (audit, web) = (*here.keyring().audit_key(), *here.keyring().web_key());
        let old = here.sealing().unwrap().seal(&context, &secret);

        let new_id = here.rotate().unwrap();
        assert_ne!(new_id, old.0);
        assert_eq!(opened(&here, &old, &context), Ok("opensesame".into()), "both keys open between the steps");
        let new = here.sealing().unwrap().seal(&context, &secret);
        assert_eq!(new.0, new_id);
        assert_eq!(opened(&elsewhere, &new, &context), Ok("opensesame".into()), "an unknown id is looked up");
        assert_eq!(elsewhere.sealing().unwrap().seal(&context, &secret).0, new_id, "sealing takes the newest key");

        assert_eq!(here.retire_old(&new_id).unwrap(), 1);
        assert_eq!(here.retire_old(&new_id).unwrap(), 0);
        assert_eq!(opened(&here, &old, &context), Err(OpenError::UnknownKey(old.0.clone())));
        assert_eq!(opened(&here, &new, &context), Ok("opensesame".into()));
        assert_eq!((*here.keyring().audit_key(), *here.keyring().web_key()), (audit, web));
    }

    #[test]
    fn of_two_rotations_the_first_removes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFile::open(&file_in(&dir), Missing::Create).unwrap();
        let first = keys.rotate().unwrap();
        let sealed = keys.sealing().unwrap().seal(b"", &SecretString::from("opensesame"));
        assert_eq!(sealed.0, first);
        let second = keys.rotate().unwrap();
        assert!(matches!(keys.retire_old(&first), Err(KeyFileError::OtherRotation)));
        assert_eq!(opened(&keys, &sealed, b""), Ok("opensesame".into()));
        assert_eq!(keys.retire_old(&second).unwrap(), 2);
    }

    #[test]
    fn a_rotation_waits_until_a_credential_is_stored() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Arc::new(KeyFile::open(&file_in(&dir), Missing::Create).unwrap());
        let storing = keys.sealing().unwrap();
        let (done, is_done) = mpsc::channel();
        let other = Arc::clone(&keys);
        let rotation = std::thread::spawn(move || done.send(other.rotate().unwrap()).unwrap());
        assert!(is_done.recv_timeout(Duration::from_millis(100)).is_err(), "still waiting");
        drop(storing);
        assert!(is_done.recv_timeout(Duration::from_secs(10)).is_ok());
        rotation.join().unwrap();
    }

    #[test]
    fn two_that_start_at_once_have_the_same_keys() {
        let dir = tempfile::tempdir().unwrap();
        let path = file_in(&dir);
        let ids: Vec<String> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| KeyFile::open(&path, Missing::Create).unwrap().keyring().current().to_owned()))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}
