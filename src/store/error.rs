//! What can go wrong in the database, in words that the layers above can act on.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use super::fault::Fault;

/// Why something was not read or stored. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or it is out of reach.
    #[error("not found")]
    NotFound,
    /// Something with this name or key is there already.
    #[error("already exists: {0}")]
    Duplicate(String),
    /// The claim number does not hold any more: another worker has the run.
    #[error("the claim is no longer valid")]
    Fenced,
    /// Postgres took the transaction back in favour of another that wanted the same: it may be tried again at once.
    #[error("another transaction interfered: {0}")]
    Collided(String),
    /// The database as a whole is broken. The text is the database's own.
    #[error("the database is {state}: {1}", state = .0.adjective())]
    Broken(Fault, String),
    /// The database was made by a newer version.
    #[error("{0}")]
    Newer(String),
    #[error("{0}")]
    Database(String),
}

/// What store functions return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// An error that rolls a transaction back: the database's own, or the refusal of a command that ran in it.
pub trait RollsBack: From<StoreError> {
    /// The database's error, unless a command refused.
    fn store_error(&self) -> Option<&StoreError>;
}

impl RollsBack for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl StoreError {
    /// What is wrong with the database as a whole; `None` where the error concerns this call only.
    #[must_use]
    pub const fn fault(&self) -> Option<Fault> {
        match self {
            Self::Broken(fault, _why) => Some(*fault),
            Self::NotFound
            | Self::Duplicate(_)
            | Self::Fenced
            | Self::Collided(_)
            | Self::Newer(_)
            | Self::Database(_) => None,
        }
    }

    /// Whether the same work may succeed a moment later: the database restarts, or somebody holds a lock.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Collided(_) => true,
            Self::Broken(fault, _why) => match fault {
                Fault::Unavailable | Fault::Locked => true,
                Fault::Damaged | Fault::DiskError | Fault::Full | Fault::ReadOnly => false,
            },
            Self::NotFound | Self::Duplicate(_) | Self::Fenced | Self::Newer(_) | Self::Database(_) => false,
        }
    }

    /// Why the database could not be opened.
    pub(super) fn opening(why: String) -> Self {
        Self::Broken(Fault::of_message(&why).unwrap_or(Fault::Unavailable), why)
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => of_kind(kind, info.as_ref()),
            // The connection is of no use any more; why the commit failed says more.
            DieselError::RollbackErrorOnCommit { commit_error, rollback_error: _ } => Self::from(*commit_error),
            other => Self::Database(other.to_string()),
        }
    }
}

/// Diesel gives the kind by the code of the database (SQLSTATE, or SQLite's extended result code) for the few kinds
/// below. It hides every other code, so that the message has to decide: see [`Fault::of_message`].
fn of_kind(kind: DatabaseErrorKind, info: &(dyn DatabaseErrorInformation + Send + Sync)) -> StoreError {
    let why = info.message().to_owned();
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Duplicate(why),
        DatabaseErrorKind::SerializationFailure => StoreError::Collided(why),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            StoreError::Broken(Fault::Unavailable, why)
        }
        DatabaseErrorKind::ReadOnlyTransaction => StoreError::Broken(Fault::ReadOnly, why),
        _ if is_deadlock(&why) => StoreError::Collided(why),
        DatabaseErrorKind::Unknown => match (Fault::of_message(&why), info.hint()) {
            (Some(fault), _hint) => StoreError::Broken(fault, why),
            // Postgres, where a file could be extended in part only.
            (None, Some("Check free disk space.")) => StoreError::Broken(Fault::Full, why),
            (None, _hint) => StoreError::Database(why),
        },
        _ => StoreError::Database(why),
    }
}

/// Postgres 40P01, whose code diesel does not tell.
fn is_deadlock(message: &str) -> bool {
    message.contains("deadlock detected")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: DatabaseErrorKind, message: &str) -> StoreError {
        DieselError::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn kinds_decide_before_messages() {
        use DatabaseErrorKind::{ClosedConnection, ReadOnlyTransaction, UnableToSendCommand, UniqueViolation, Unknown};
        assert_eq!(of(ReadOnlyTransaction, "in jeder Sprache").fault(), Some(Fault::ReadOnly));
        assert_eq!(of(ClosedConnection, "in jeder Sprache").fault(), Some(Fault::Unavailable));
        assert_eq!(of(UnableToSendCommand, "in jeder Sprache").fault(), Some(Fault::Unavailable));
        assert!(matches!(of(UniqueViolation, "database or disk is full"), StoreError::Duplicate(_)));
        assert!(matches!(of(Unknown, "deadlock detected"), StoreError::Collided(_)));
        assert_eq!(of(Unknown, "no such table: runs").fault(), None);
    }

    #[test]
    fn a_commit_that_could_not_be_rolled_back_fails_for_the_first_reason() {
        let error = |message: &str| {
            Box::new(DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())))
        };
        let both = DieselError::RollbackErrorOnCommit {
            commit_error: error("database or disk is full"),
            rollback_error: error("cannot rollback - no transaction is active"),
        };
        assert_eq!(StoreError::from(both).fault(), Some(Fault::Full));
    }

    #[test]
    fn an_error_says_what_is_wrong_and_why() {
        let full = of(DatabaseErrorKind::Unknown, "database or disk is full");
        assert_eq!(full.to_string(), "the database is full: database or disk is full");
        assert_eq!(StoreError::opening("/x: no such file".to_owned()).fault(), Some(Fault::Unavailable));
        assert_eq!(StoreError::opening("/x: file is not a database".to_owned()).fault(), Some(Fault::Damaged));
    }
}
