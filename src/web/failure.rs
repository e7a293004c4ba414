//! The one error of the edge: whatever goes wrong below becomes a page that says what to do.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::pages::errors::Trouble;
use super::refusals::Explain;
use crate::access::{Missing, Template};
use crate::ids::SystemKey;
use crate::ops::error::OpError;
use crate::ops::obstruction::Obstruction;
use crate::ops::random;
use crate::queries::{Fault, StoreError};

/// What a handler returns instead of a page. The gate makes the page, because it knows the reader.
#[derive(Debug)]
pub struct Failure(pub Trouble);

impl Failure {
    #[must_use]
    pub const fn not_found() -> Self {
        Self(Trouble::NotFound)
    }

    #[must_use]
    pub const fn forbidden(template: Template) -> Self {
        Self(Trouble::Forbidden { template: template.as_str() })
    }

    /// Logged once, under an id that the page shows.
    #[must_use]
    pub fn internal(what: impl fmt::Display) -> Self {
        let request_id = request_id();
        log::error!("request {request_id}: {what}");
        Self(Trouble::Internal { request_id })
    }

    /// The database as a whole does not work.
    #[must_use]
    pub const fn broken(fault: Fault) -> Self {
        Self(Trouble::Database(fault))
    }

    /// Not possible as things are.
    #[must_use]
    pub fn conflict(why: impl Into<String>, back: Option<String>) -> Self {
        Self(Trouble::Conflict { why: why.into(), back })
    }

    /// The same with a link that leads back to where the reader can go on.
    #[must_use]
    pub fn with_back(self, to: String) -> Self {
        match self.0 {
            Trouble::Conflict { why, back: _ } => Self(Trouble::Conflict { why, back: Some(to) }),
            Trouble::Unprocessable { why, back: _ } => Self(Trouble::Unprocessable { why, back: Some(to) }),
            other => Self(other),
        }
    }

    /// What stands in the way of a system; for whoever may check its connection with that way out.
    #[must_use]
    pub const fn obstructed(key: SystemKey, by: Obstruction, may_check: bool) -> Self {
        Self(Trouble::Obstructed { key, by, may_check })
    }

    /// What was sent makes no sense.
    #[must_use]
    pub fn unprocessable(why: impl Into<String>) -> Self {
        Self(Trouble::Unprocessable { why: why.into(), back: None })
    }
}

fn request_id() -> String {
    random::token().chars().take(10).collect()
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            // The store has logged it, and counts.
            StoreError::Broken(fault, _why) => Self::broken(fault),
            StoreError::Collided(why) => {
                log::warn!("a transaction lost against others each time: {why}");
                Self::broken(Fault::Locked)
            }
            StoreError::Duplicate(_) | StoreError::Fenced | StoreError::Newer(_) | StoreError::Database(_) => {
                Self::internal(error)
            }
        }
    }
}

impl<R: Explain> From<OpError<R>> for Failure {
    fn from(error: OpError<R>) -> Self {
        match error {
            OpError::NotFound => Self::not_found(),
            OpError::Invalid(_) => Self::unprocessable(error.to_string()),
            OpError::Refused(refusal) => Self::conflict(refusal.explain(), None),
            OpError::Busy => Self(Trouble::TooMany { seconds: 1 }),
            OpError::Store(error) => error.into(),
            OpError::Internal(why) => Self::internal(why),
        }
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        Self::forbidden(missing.0)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code())
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).finish()
    }
}
