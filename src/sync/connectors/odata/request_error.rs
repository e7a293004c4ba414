//! Why there is no answer, and whether another attempt may bring one.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::codes;
use crate::domain::run::{PeerFailure, Stage};
use crate::net::retry::RetryableError;
use crate::net::status::{failure_of, quote, retry_after};
use crate::net::trouble::may_pass_now;
use crate::sync::stop::StopReason;

/// Why there is none.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The service refuses this request; others may go through. Its own words.
    Refused(StatusCode, String),
    /// It has not changed since the etag that was sent.
    NotModified,
    /// The service or its answer.
    Failed(PeerFailure),
    /// The run was stopped, or its database fails: not the service.
    Halted(StopReason),
}

impl From<PeerFailure> for RequestError {
    fn from(failure: PeerFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StopReason> for RequestError {
    fn from(halt: StopReason) -> Self {
        Self::Halted(halt)
    }
}

impl RequestError {
    /// When nothing can be done about it: the account lacks rights, or with what `otherwise` says.
    pub(super) fn halt(self, host: String, otherwise: impl FnOnce(String) -> PeerFailure) -> StopReason {
        match self {
            Self::Halted(halt) => halt,
            other => other.failure(host, otherwise).map_or_else(|halt| halt, StopReason::Failed),
        }
    }

    /// The same as a failure, unless it is not the service's.
    pub(super) fn failure(
        self,
        host: String,
        otherwise: impl FnOnce(String) -> PeerFailure,
    ) -> Result<PeerFailure, StopReason> {
        Ok(match self {
            Self::Refused(StatusCode::FORBIDDEN, words) => {
                PeerFailure::new(Stage::SignIn, codes::DENIED).arg(host).quoting(words)
            }
            Self::Refused(_, words) => otherwise(words),
            Self::NotModified => otherwise("304 in response to a request without conditions".to_owned()),
            Self::Failed(failure) => failure,
            Self::Halted(halt) => return Err(halt),
        })
    }
}

pub(super) fn final_one(error: RequestError) -> RetryableError<RequestError> {
    RetryableError { error, transient: false, wait: None }
}

/// The service is of a version that is not read.
pub(super) fn unread(version: &str) -> PeerFailure {
    PeerFailure::new(Stage::Content, codes::VERSION).arg(version)
}

pub(super) fn passing(failure: PeerFailure) -> RetryableError<RequestError> {
    RetryableError { transient: may_pass_now(&failure), error: RequestError::Failed(failure), wait: None }
}

/// What a status means that is no success.
pub(super) fn refused(
    status: StatusCode,
    headers: &HeaderMap,
    host: String,
    words: &str,
) -> RetryableError<RequestError> {
    let of_this_request = matches!(status.as_u16(), 400 | 405 | 406 | 501);
    match failure_of(status, host, words) {
        Some(failure) if !of_this_request => RetryableError {
            transient: failure.transient,
            wait: retry_after(headers),
            error: RequestError::Failed(failure),
        },
        Some(_) | None => final_one(RequestError::Refused(status, quote(status, words))),
    }
}

/// The version that an answer says it is of, if that is neither 1, 2 nor 4.
pub(super) fn foreign_version(headers: &HeaderMap) -> Option<String> {
    let names = ["odata-version", "dataserviceversion"];
    let value = names.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    let major = value.trim().split(['.', ';']).next().unwrap_or_default();
    let number: u32 = major.parse().ok()?;
    (number == 3 || number > 4).then(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap())])
    }

    /// A service that asks for a pause gets the one that it asks for, however short.
    #[test]
    fn the_pause_is_the_one_that_was_asked_for() {
        for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
            for seconds in [1, 7, 3_600] {
                let headers = headers("retry-after", &seconds.to_string());
                let setback = refused(status, &headers, "host".to_owned(), "");
                assert_eq!((setback.transient, setback.wait), (true, Some(Duration::from_secs(seconds))));
            }
        }
        let setback = refused(StatusCode::BAD_GATEWAY, &HeaderMap::new(), "host".to_owned(), "");
        assert_eq!((setback.transient, setback.wait), (true, None));
    }

    #[test]
    fn versions_that_are_not_read() {
        for (name, value, foreign) in [
            ("dataserviceversion", "3.0;", Some("3")),
            ("dataserviceversion", " 2.0; NetFx", None),
            ("dataserviceversion", "1.0", None),
            ("odata-version", "4.01", None),
            ("odata-version", "5.0", Some("5")),
            ("odata-version", "", None),
        ] {
            assert_eq!(foreign_version(&headers(name, value)).as_deref(), foreign, "{name}: {value}");
        }
        assert_eq!(foreign_version(&HeaderMap::new()), None);
    }
}
