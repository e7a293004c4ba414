//! The one error of the edge: whatever goes wrong below becomes a page that says what to do.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::pages::errors::ErrorPage;
use super::refusals::Explain;
use crate::access::{Missing, Template};
use crate::ids::SystemKey;
use crate::ops::error::OpError;
use crate::ops::obstruction::Obstruction;
use crate::ops::random;
use crate::queries::access::WhoCanAssign;
use crate::queries::{Fault, StoreError};

/// What a handler returns instead of a page. The gate makes the page, because it knows the reader.
#[derive(Debug)]
pub struct WebError(pub ErrorPage);

impl WebError {
    #[must_use]
    pub const fn not_found() -> Self {
        Self(ErrorPage::NotFound)
    }

    #[must_use]
    pub fn forbidden(template: Template) -> Self {
        Self(ErrorPage::Forbidden { template: template.as_str(), help: WhoCanAssign::default() })
    }

    /// Logged once, under an id that the page shows.
    #[must_use]
    pub fn internal(what: impl fmt::Display) -> Self {
        let request_id = request_id();
        log::error!("request {request_id}: {what}");
        Self(ErrorPage::Internal { request_id })
    }

    /// The database as a whole does not work.
    #[must_use]
    pub const fn broken(fault: Fault) -> Self {
        Self(ErrorPage::Database(fault))
    }

    /// Not possible right now.
    #[must_use]
    pub fn conflict(why: impl Into<String>, back: Option<String>) -> Self {
        Self(ErrorPage::Conflict { why: why.into(), back })
    }

    /// The same with a link that leads back to where the reader can go on.
    #[must_use]
    pub fn with_back(self, to: String) -> Self {
        match self.0 {
            ErrorPage::Conflict { why, back: _ } => Self(ErrorPage::Conflict { why, back: Some(to) }),
            ErrorPage::Unprocessable { why, back: _ } => Self(ErrorPage::Unprocessable { why, back: Some(to) }),
            other => Self(other),
        }
    }

    /// Why no run can start; offers a check to people who may check the connection.
    #[must_use]
    pub const fn obstructed(key: SystemKey, by: Obstruction, may_check: bool) -> Self {
        Self(ErrorPage::Obstructed { key, by, may_check })
    }

    /// What was sent makes no sense.
    #[must_use]
    pub fn unprocessable(why: impl Into<String>) -> Self {
        Self(ErrorPage::Unprocessable { why: why.into(), back: None })
    }
}

fn request_id() -> String {
    random::token().chars().take(10).collect()
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            // The store has logged it, and counts.
            StoreError::Broken(fault, _why) => Self::broken(fault),
            StoreError::Collided(why) => {
                log::warn!("a transaction collided with others on every attempt: {why}");
                Self::broken(Fault::Locked)
            }
            StoreError::Duplicate(_) | StoreError::Fenced | StoreError::Newer(_) | StoreError::Database(_) => {
                Self::internal(error)
            }
        }
    }
}

impl<R: Explain> From<OpError<R>> for WebError {
    fn from(error: OpError<R>) -> Self {
        match error {
            OpError::NotFound => Self::not_found(),
            OpError::Invalid(_) => Self::unprocessable(error.to_string()),
            OpError::Refused(refusal) => Self::conflict(refusal.explain(), None),
            OpError::Busy => Self(ErrorPage::TooMany { seconds: 1 }),
            OpError::Store(error) => error.into(),
            OpError::Internal(why) => Self::internal(why),
        }
    }
}

impl From<Missing> for WebError {
    fn from(missing: Missing) -> Self {
        Self::forbidden(missing.0)
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code())
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).finish()
    }
}
