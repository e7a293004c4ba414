//! What can go wrong in the database, in words that the layers above can act on.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why something was not read or stored. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or it is out of reach.
    #[error("not found")]
    NotFound,
    /// Something with this name or key is there already.
    #[error("already there: {0}")]
    Duplicate(String),
    /// The claim number does not hold any more: another worker has the run.
    #[error("the claim does not hold any more")]
    Fenced,
    /// Postgres took the transaction back in favour of another that wanted the same: it may be tried again at once.
    #[error("another transaction came between: {0}")]
    Collided(String),
    /// Another transaction holds a lock for too long: perhaps of a process that is frozen.
    #[error("the database is locked by another transaction: {0}")]
    Locked(String),
    /// The database's disk or quota is full.
    #[error("the database is full: {0}")]
    Full(String),
    /// No connection to be had in time.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The database was made by a newer version.
    #[error("{0}")]
    Newer(String),
    #[error("{0}")]
    Database(String),
}

impl StoreError {
    /// Whether the same work may succeed a moment later: the database restarts, or somebody holds a lock.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Collided(_) | Self::Locked(_) | Self::Unreachable(_) => true,
            Self::NotFound | Self::Duplicate(_) | Self::Fenced | Self::Full(_) | Self::Newer(_) | Self::Database(_) => {
                false
            }
        }
    }
}

/// What store functions return.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Duplicate(info.message().to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unreachable(info.message().to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
                Self::Collided(info.message().to_owned())
            }
            DieselError::DatabaseError(_, info) if is_deadlock(info.message()) => {
                Self::Collided(info.message().to_owned())
            }
            DieselError::DatabaseError(_, info) if is_locked(info.message()) => Self::Locked(info.message().to_owned()),
            DieselError::DatabaseError(_, info) if is_full(info.message()) => Self::Full(info.message().to_owned()),
            other => Self::Database(other.to_string()),
        }
    }
}

/// Postgres 40P01, whose code diesel does not tell.
fn is_deadlock(message: &str) -> bool {
    message.contains("deadlock detected")
}

/// SQLite: "database is locked" (also "database table is locked"); Postgres 55P03 of `lock_timeout`.
fn is_locked(message: &str) -> bool {
    message.contains("is locked") || message.contains("due to lock timeout")
}

/// SQLite: "database or disk is full"; Postgres 53100: "could not extend file … No space left on device".
fn is_full(message: &str) -> bool {
    message.contains("disk is full") || message.contains("No space left")
}
