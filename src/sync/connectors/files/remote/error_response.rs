//! What an answer means that is no success: for one item, or for the whole run.

use reqwest::StatusCode;

use crate::domain::run::{PeerFailure, Stage};
use crate::net::secrets::Secrets;
use crate::net::status;
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, ItemError, Which};

/// Maximum length of a quoted response, in bytes.
pub(super) const WORDS: usize = 4 * 1024;

/// The end that something happened at, for messages.
#[derive(Debug, Clone)]
pub(super) struct EndpointName {
    pub(super) which: Which,
    pub(super) address: String,
}

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", status::quote(*status, words))]
pub(super) struct HttpErrorResponse {
    pub(super) status: StatusCode,
    /// The service's own code, such as `NoSuchKey`; empty where there is none.
    pub(super) code: String,
    pub(super) words: String,
    pub(super) host: String,
}

/// Codes of S3 and Azure that say that the signature, not the item, was refused.
const SIGN_IN: &[&str] = &[
    "AccountIsDisabled",
    "AccountProblem",
    "AuthenticationFailed",
    "AuthorizationFailure",
    "AuthorizationHeaderMalformed",
    "AuthorizationProtocolMismatch",
    "AuthorizationSourceIPMismatch",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidAuthenticationInfo",
    "InvalidSecurity",
    "InvalidToken",
    "NoAuthenticationInformation",
    "NotSignedUp",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];

/// … that the bucket or container is not there.
const NO_BUCKET: &[&str] = &["ContainerBeingDeleted", "ContainerNotFound", "InvalidBucketName", "NoSuchBucket"];

/// … that there is no room.
const FULL: &[&str] = &["InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"];

/// … that it is asked too much, whatever the status.
const LIMIT: &[&str] =
    &["OperationAborted", "RequestLimitExceeded", "ServerBusy", "ServiceUnavailable", "SlowDown", "TooManyRequests"];

/// … that something took too long.
const SLOW: &[&str] = &["OperationTimedOut", "RequestTimeout"];

impl HttpErrorResponse {
    /// From the status, the body, and the code that a header tells.
    pub(super) fn new(status: StatusCode, header: Option<&str>, body: &str, host: String, secrets: &Secrets) -> Self {
        let code = header.or_else(|| within(body, "Code")).unwrap_or_default().trim().to_owned();
        let said = within(body, "Message").or_else(|| within(body, "title")).map(str::trim);
        let words = match (code.as_str(), said) {
            ("", Some(said)) => said.to_owned(),
            ("", None) => body.trim().to_owned(),
            (code, None | Some("")) => code.to_owned(),
            (code, Some(said)) => format!("{code}: {said}"),
        };
        Self { status, code, words: secrets.quote(&words, WORDS), host }
    }

    fn is(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }

    fn failure(&self, stage: Stage, code: &'static str) -> PeerFailure {
        PeerFailure::new(stage, code).arg(self.host.as_str()).quoting(self.to_string())
    }

    /// Whether the whole run fails by it, and not only one item.
    fn of_whole(&self, place: &EndpointName) -> Option<PeerFailure> {
        if self.is(SIGN_IN) {
            return Some(self.failure(Stage::SignIn, codes::PEER_SIGN_IN));
        }
        if self.is(NO_BUCKET) {
            return Some(place.no_root("there is no such bucket or container").quoting(self.to_string()));
        }
        if self.is(FULL) || self.status == StatusCode::INSUFFICIENT_STORAGE {
            let full = PeerFailure::new(Stage::Content, codes::FULL);
            return Some(full.arg(place.which.as_str()).quoting(self.to_string()));
        }
        if self.is(LIMIT) {
            return Some(self.failure(Stage::Protocol, codes::PEER_LIMIT).transient());
        }
        if self.is(SLOW) {
            return Some(self.failure(Stage::Protocol, codes::PEER_SLOW).transient());
        }
        match self.status.as_u16() {
            // A service may dislike one name or one method for one item.
            400 | 405 => None,
            // It stumbled, perhaps only over this item: see `strikes`.
            500 => Some(self.failure(Stage::Content, codes::PEER_AWAY).transient()),
            _ => status::failure_of(self.status, self.host.clone(), &self.words),
        }
    }

    /// Whether it may pass.
    pub(super) fn is_transient(&self, place: &EndpointName) -> bool {
        self.of_whole(place).is_some_and(|failure| failure.transient)
    }

    /// What it means.
    pub(super) fn error(&self, place: &EndpointName) -> EndpointError {
        if let Some(failure) = self.of_whole(place) {
            return failure.into();
        }
        let trouble = match (self.code.as_str(), self.status.as_u16()) {
            ("KeyTooLongError", _) | (_, 414) => ItemError::TooLong,
            ("InvalidUri" | "InvalidResourceName" | "OutOfRangeInput", _) => ItemError::Name,
            (_, 403) => ItemError::Denied,
            (_, 404 | 410) => ItemError::NotFound,
            (_, 304 | 412 | 416) => ItemError::Changed,
            (_, _) => ItemError::Other,
        };
        EndpointError::item(trouble, self)
    }
}

impl EndpointName {
    /// The root is not there.
    pub(super) fn no_root(&self, why: &str) -> PeerFailure {
        PeerFailure::new(Stage::Content, codes::ROOT).arg(self.address.as_str()).arg(why)
    }

    /// The settings lead nowhere.
    pub(super) fn unusable(&self, why: &str) -> PeerFailure {
        PeerFailure::new(Stage::Settings, codes::ROOT).arg(self.address.as_str()).arg(why)
    }
}

/// The text of the first element of this name, without prefix and attributes.
fn within<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> EndpointName {
        EndpointName { which: Which::Destination, address: "s3+http://files.example/bucket/".into() }
    }

    fn error(status: u16, code: &str) -> EndpointError {
        let body = format!("<Error><Code>{code}</Code><Message>as it is</Message></Error>");
        let status = StatusCode::from_u16(status).unwrap();
        HttpErrorResponse::new(status, None, &body, "files.example".into(), &Secrets::default()).error(&place())
    }

    /// By hand: status, the service's code, our code, transient.
    const WHOLE: &[(u16, &str, &str, bool)] = &[
        (401, "", "PEER-SIGN-IN", false),
        (403, "SignatureDoesNotMatch", "PEER-SIGN-IN", false),
        (403, "InvalidAccessKeyId", "PEER-SIGN-IN", false),
        (403, "AuthenticationFailed", "PEER-SIGN-IN", false),
        (403, "AuthorizationFailure", "PEER-SIGN-IN", false),
        (403, "RequestTimeTooSkewed", "PEER-SIGN-IN", false),
        (400, "ExpiredToken", "PEER-SIGN-IN", false),
        (404, "NoSuchBucket", "FILE-ROOT", false),
        (404, "ContainerNotFound", "FILE-ROOT", false),
        (507, "", "FILE-FULL", false),
        (403, "QuotaExceeded", "FILE-FULL", false),
        (503, "SlowDown", "PEER-LIMIT", true),
        (503, "", "PEER-LIMIT", true),
        (429, "", "PEER-LIMIT", true),
        (409, "OperationAborted", "PEER-LIMIT", true),
        (400, "RequestTimeout", "PEER-SLOW", true),
        (500, "InternalError", "PEER-AWAY", true),
        (500, "OperationTimedOut", "PEER-SLOW", true),
        (502, "", "PEER-AWAY", true),
        (301, "PermanentRedirect", "PEER-NONSENSE", false),
        (501, "NotImplemented", "PEER-NONSENSE", false),
    ];

    const ITEM: &[(u16, &str, ItemError)] = &[
        (403, "AccessDenied", ItemError::Denied),
        (403, "", ItemError::Denied),
        (404, "NoSuchKey", ItemError::NotFound),
        (404, "", ItemError::NotFound),
        (412, "PreconditionFailed", ItemError::Changed),
        (416, "InvalidRange", ItemError::Changed),
        (414, "", ItemError::TooLong),
        (400, "KeyTooLongError", ItemError::TooLong),
        (400, "InvalidUri", ItemError::Name),
        (400, "", ItemError::Other),
        (409, "", ItemError::Other),
        (423, "", ItemError::Other),
    ];

    #[test]
    fn what_fails_the_run() {
        for (status, theirs, ours, transient) in WHOLE {
            let EndpointError::Whole(failure) = error(*status, theirs) else { panic!("{status} {theirs}") };
            assert_eq!((failure.code, failure.transient), (*ours, *transient), "{status} {theirs}");
            assert!(failure.foreign_text.unwrap().contains("as it is"), "{status} {theirs}");
        }
    }

    #[test]
    fn what_concerns_one_item() {
        for (status, theirs, trouble) in ITEM {
            let EndpointError::Item { trouble: found, words } = error(*status, theirs) else {
                panic!("{status} {theirs}")
            };
            assert_eq!(found, *trouble, "{status} {theirs}");
            assert!(words.starts_with(&status.to_string()) && words.contains("as it is"), "{words}");
        }
    }

    #[test]
    fn words_come_from_wherever_there_are_some() {
        let said = |header, body: &str| {
            HttpErrorResponse::new(StatusCode::FORBIDDEN, header, body, String::new(), &Secrets::default()).words
        };
        assert_eq!(said(None, "just text"), "just text");
        assert_eq!(said(Some("BlobNotFound"), ""), "BlobNotFound");
        assert_eq!(said(None, "<E><Code>A</Code><Message>b</Message></E>"), "A: b");
        assert_eq!(said(None, "<E><Code>A</Code></E>"), "A");
        assert_eq!(said(None, "<html><title>404 Not Found</title><p>…</html>"), "404 Not Found");
        assert_eq!(said(None, ""), "");
    }
}
