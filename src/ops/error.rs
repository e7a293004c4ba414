//! Why a command changed nothing. Every command returns [`OpError`] with its own small enum of refusals; an `Err` rolls its
//! transaction back. Which error goes where:
//!
//! * [`OpError::NotFound`]: no such thing within reach. A page answers 404.
//! * [`OpError::Invalid`]: what was typed. The form is shown again with each message at its field, 422.
//! * [`OpError::Refused`]: not possible in the present state. `web::refusals` and `cli` put it into words, 409.
//! * [`OpError::Busy`]: too many ask at this moment, 429.
//! * [`OpError::Store`]: the database. One that does not work as a whole is a 503 in its own words; anything else is
//!   logged once and shown as a number, 500.
//! * [`OpError::Internal`]: a fault of Syncdesk or of its surroundings; as above, 500.

use std::convert::Infallible;

use super::objection::{Objection, Objections};
use super::passwords::PasswordError;
use crate::store::{RollsBack, StoreError};

/// Nothing was changed. `R` says why this command can refuse; most cannot.
#[derive(Debug, thiserror::Error)]
pub enum OpError<R = Infallible> {
    /// There is no such thing in reach.
    #[error("not found")]
    NotFound,
    /// Fields that cannot be accepted.
    #[error("{}", .0.iter().map(|(_field, objection)| objection.to_string()).collect::<Vec<_>>().join(" "))]
    Invalid(Objections),
    /// Not in the present state.
    #[error("refused")]
    Refused(R),
    /// Too many ask for it at this moment; a second later it may be possible.
    #[error("too many requests right now")]
    Busy,
    /// The database could not do it.
    #[error(transparent)]
    Store(StoreError),
    /// Syncdesk itself could not do it.
    #[error("{0}")]
    Internal(String),
}

/// What commands return.
pub type Result<T, R = Infallible> = std::result::Result<T, OpError<R>>;

impl<R> From<StoreError> for OpError<R> {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl<R> RollsBack for OpError<R> {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::NotFound | Self::Invalid(_) | Self::Refused(_) | Self::Busy | Self::Internal(_) => None,
        }
    }
}

impl<R> From<PasswordError> for OpError<R> {
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

impl<R> OpError<R> {
    /// One field that cannot be accepted.
    #[must_use]
    pub fn field(field: &str, objection: Objection) -> Self {
        Self::Invalid(vec![(field.to_owned(), objection)])
    }

    /// A unique index refused: this field's value is taken.
    pub(super) fn taken(self, field: &str, objection: Objection) -> Self {
        match self {
            Self::Store(StoreError::Duplicate(_)) => Self::field(field, objection),
            other => other,
        }
    }
}
