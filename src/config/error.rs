//! Why the program cannot start with these settings: help to print, or one sentence.

use std::path::PathBuf;

/// What stands between the command line and a [`super::Config`].
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Help, the version, or a command line that cannot be read: `clap::Error::exit` prints it.
    #[error(transparent)]
    Usage(clap::Error),
    /// A setting whose text does not fit. `place` is where it was read.
    #[error("{place}: {reason}.")]
    Setting { place: String, reason: String },
    #[error("{0} is not a setting of Syncdesk. `syncdesk --help` lists all settings.")]
    UnknownVariable(String),
    #[error("{0} is not UTF-8.")]
    NotUtf8(String),
    #[error("The settings file {} cannot be read: {reason}.", file.display())]
    UnreadableFile { file: PathBuf, reason: String },
    #[error("`{key}` in {} is not a setting of Syncdesk. `syncdesk --help` lists all settings.", file.display())]
    UnknownKey { file: PathBuf, key: String },
    #[error("With Postgres, --key-file (SYNCDESK_KEY_FILE) is required: every process needs the same keys.")]
    NoKeyFile,
    #[error("The folder {} for local files contains {}, which must not be readable by systems.", root.display(), inside.display())]
    RootTooWide { root: PathBuf, inside: PathBuf },
    #[error("The folder {} for local files is in the data folder {}: only files/GROUP is allowed there, and only for \
    that group.", root.display(), data_dir.display())]
    RootInData { root: PathBuf, data_dir: PathBuf },
    #[error("The folder {} for local files is on, or contains, {}, which belongs to the kernel.", root.display(), mount.display())]
    RootOfKernel { root: PathBuf, mount: PathBuf },
    #[error("The settings file {} has database_url, which can contain a password, and other users can read the file. \
    Run `chmod 600` on it, and change the password if someone may have read it.", .0.display())]
    OpenFile(PathBuf),
    #[error("The folders {} and {} for local files overlap: each group needs a separate folder.", root.display(), other.display())]
    RootsOverlap { root: PathBuf, other: PathBuf },
    #[error("{0} contains link-local or metadata addresses, which connectors must never reach.")]
    NeverAllowed(ipnet::IpNet),
    #[error("The data folder {} cannot be used: {reason}.", folder.display())]
    DataFolder { folder: PathBuf, reason: String },
}
