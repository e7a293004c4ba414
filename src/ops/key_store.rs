//! The key file on the disk: written whole or not at all, for its owner's eyes only, by one process at a time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use super::keyring::Keyring;
use super::random;

/// Why there are no keys to work with.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("The key file {} is missing. {hint}", file.display())]
    Missing { file: PathBuf, hint: &'static str },
    #[error("Other users can read the key file {}. Find out who may have read it, then run `chmod 600` on it.", .0.display())]
    Open(PathBuf),
    #[error("The key file {} is not a Syncdesk key file: {reason}.", file.display())]
    Broken { file: PathBuf, reason: &'static str },
    #[error("Another key rotation is in progress, so no key was removed. Try again when it has finished.")]
    OtherRotation,
    #[error("The key file {} cannot be used: {error}.", file.display())]
    Io { file: PathBuf, error: io::Error },
}

/// Held while others must not change the file; released when dropped, or when the process ends.
#[derive(Debug)]
pub(super) struct Guard {
    _file: Option<File>,
}

fn failed(path: &Path) -> impl Fn(io::Error) -> KeyFileError + '_ {
    |error| KeyFileError::Io { file: path.to_owned(), error }
}

/// Reads and checks the file.
pub(super) fn load(path: &Path) -> Result<Keyring, KeyFileError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing { file: path.to_owned(), hint: HINT },
        _ => failed(path)(error),
    })?;
    let mode = file.metadata().map_err(failed(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open(path.to_owned()));
    }
    let text = Zeroizing::new(io::read_to_string(file).map_err(failed(path))?);
    Keyring::parse(&text).map_err(|reason| KeyFileError::Broken { file: path.to_owned(), reason })
}

const HINT: &str = "Restore the key file from its backup: without it, no stored credential can be decrypted. For a \
    new installation, use --create to create one.";

/// Creates the file; keeps one that another process has created first.
pub(super) fn create(path: &Path, keyring: &Keyring) -> Result<(), KeyFileError> {
    let temporary = write_beside(path, keyring).map_err(failed(path))?;
    // A link fails where a file is; a rename would replace it.
    let linked = fs::hard_link(&temporary, path);
    let _ = fs::remove_file(&temporary);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(path)(error)),
        Ok(()) | Err(_) => sync_folder(path).map_err(failed(path)),
    }
}

/// Puts new keys in the place of the old ones. To be called under [`alone`].
pub(super) fn replace(path: &Path, keyring: &Keyring) -> Result<(), KeyFileError> {
    let temporary = write_beside(path, keyring).map_err(failed(path))?;
    if let Err(error) = fs::rename(&temporary, path) {
        let _ = fs::remove_file(&temporary);
        return Err(failed(path)(error));
    }
    sync_folder(path).map_err(failed(path))
}

fn write_beside(path: &Path, keyring: &Keyring) -> io::Result<PathBuf> {
    let temporary = beside(path, &format!(".{:08x}.tmp", u32::from_be_bytes(random::bytes())));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).and_then(|mut file| {
        file.write_all(keyring.to_text().as_bytes())?;
        file.sync_all()
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map(|()| temporary)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Waits until nobody changes the file, and keeps it so. Where the folder cannot be written, as with a mounted
/// secret, nobody can rotate through this process, and there is nothing to hold.
pub(super) fn share(path: &Path) -> Result<Guard, KeyFileError> {
    match lock_file(path) {
        Ok(file) => {
            file.lock_shared().map_err(failed(path))?;
            Ok(Guard { _file: Some(file) })
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
            Ok(Guard { _file: None })
        }
        Err(error) => Err(failed(path)(error)),
    }
}

/// Waits until nobody else uses the file, and keeps them waiting.
pub(super) fn alone(path: &Path) -> Result<Guard, KeyFileError> {
    let file = lock_file(path).map_err(failed(path))?;
    file.lock().map_err(failed(path))?;
    Ok(Guard { _file: Some(file) })
}

/// A separate file: the key file itself is replaced, and a lock would stay with the old one.
fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(beside(path, ".lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.toml");
        create(&path, &Keyring::generate()).unwrap();
        assert!(load(&path).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(load(&path), Err(KeyFileError::Open(_))));
    }

    #[test]
    fn nothing_but_the_file_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.toml");
        let first = Keyring::generate();
        create(&path, &first).unwrap();
        create(&path, &Keyring::generate()).unwrap();
        assert_eq!(load(&path).unwrap().current(), first.current(), "the first one stays");
        let second = Keyring::generate();
        replace(&path, &second).unwrap();
        assert_eq!(load(&path).unwrap().current(), second.current());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_wrong_is_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.toml");
        fs::write(&path, "secret = 'x'").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let said = load(&path).unwrap_err().to_string();
        let expected = "is not a Syncdesk key file: lines are missing.";
        assert_eq!(said, format!("The key file {} {expected}", path.display()));
        assert!(matches!(create(&dir.path().join("no/keys.toml"), &Keyring::generate()), Err(KeyFileError::Io { .. })));
    }
}
