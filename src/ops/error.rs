//! Why a use case did not do what it was asked.

use super::obstruction::Obstruction;
use super::passwords::PasswordError;
use crate::ids::GroupId;
use crate::store::StoreError;

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// There is no such thing in reach.
    #[error("not found")]
    NotFound,
    /// What was typed cannot stand: (field, what to do).
    #[error("{}", .0.iter().map(|(_, said)| said.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<(String, String)>),
    /// Not in this state: what is in the way and what to do.
    #[error("{0}")]
    Conflict(String),
    /// The system, which is of this group, is on hold or paused.
    #[error("the system is {}", by.word())]
    Obstructed { by: Obstruction, group: GroupId },
    /// Too many ask for it at this moment; a second later it may be possible.
    #[error("too many people ask for this at this moment")]
    Busy,
    /// The database could not do it.
    #[error(transparent)]
    Store(StoreError),
    /// Syncdesk itself could not do it.
    #[error("{0}")]
    Internal(String),
}

/// What use cases return.
pub type Result<T> = std::result::Result<T, OpError>;

impl From<StoreError> for OpError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl From<PasswordError> for OpError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            PasswordError::NoMemory
            | PasswordError::Failed(_)
            | PasswordError::Encoding(_)
            | PasswordError::NotAHash
            | PasswordError::Ending => Self::Internal(error.to_string()),
        }
    }
}

impl OpError {
    /// One field that cannot stand.
    #[must_use]
    pub fn field(field: &str, said: impl Into<String>) -> Self {
        Self::Invalid(vec![(field.to_owned(), said.into())])
    }
}
