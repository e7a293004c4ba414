//! Requests to one share, and what their answers confirm.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::address::{Addresses, Names};
use super::multistatus::Multistatus;
use super::pieces::Body;
use super::response::Status;
use crate::domain::run::PeerFailure;
use crate::net::client::Answer;
use crate::net::trouble;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError};
use crate::sync::connectors::files::remote::bounds::Bounds;
use crate::sync::connectors::files::remote::error_response::HttpErrorResponse;
use crate::sync::connectors::files::remote::sender::{HttpRequest, Sender};

/// Talks to one share. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) sender: Sender,
    pub(super) addresses: Addresses,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) host: String,
    /// An answer to PROPFIND or GET did not show which version of a file it was about.
    pub(super) anonymous: Arc<AtomicBool>,
    /// The path by which the service names the root, if it is another one than that of the settings.
    pub(super) other_root: Arc<OnceLock<OtherRoot>>,
}

/// Another path of the root, as a proxy in front of a service makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherRoot {
    pub(super) names: Names,
    /// As the service writes it.
    pub(super) shown: String,
}

/// What a successful answer to a change says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirmation {
    /// It was made.
    Done,
    /// The answer does not say, such as 202, or 207 without a failure.
    Unclear(StatusCode),
}

/// The methods of WebDAV that HTTP does not have.
pub(super) fn method(name: &'static str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap_or_default()
}

impl Exchange {
    pub(super) fn with(&self, sender: Sender) -> Self {
        Self { sender, ..self.clone() }
    }

    /// A request without a body, signed in.
    pub(super) fn asked(&self, method: Method, url: Url) -> HttpRequest {
        let mut headers = HeaderMap::new();
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        HttpRequest { method, url, headers, body: Vec::new() }
    }

    pub(super) async fn send(&self, asked: &HttpRequest) -> EndpointResult<Answer> {
        self.sender.send(asked).await.map_err(|unanswered| self.sender.error(unanswered))
    }

    /// Sends a request that changes one item. A failure inside an answer 207 is the failure of the request.
    pub(super) async fn change(&self, asked: &HttpRequest) -> EndpointResult<Confirmation> {
        let answer = self.send(asked).await?;
        self.outcome(answer).await
    }

    /// What a successful answer to a change says (RFC 4918, 9.6.1, 9.8.5, 9.9.4 and 13).
    pub(super) async fn outcome(&self, answer: Answer) -> EndpointResult<Confirmation> {
        let status = answer.status;
        match status.as_u16() {
            200 | 201 | 204 => return Ok(Confirmation::Done),
            207 => {}
            _ => return Ok(Confirmation::Unclear(status)),
        }
        let mut responses = Multistatus::new(Body::of(answer, self.sender.client()).reader());
        let mut bounds = Bounds::new(self.sender.client(), &self.host);
        // What cannot be read confirms nothing.
        while let Ok(Some(response)) = responses.next().await {
            bounds.count(response.length()).await?;
            if let Some(failure) = response.failure {
                return Err(self.refused(&failure, &response.href));
            }
        }
        Ok(Confirmation::Unclear(status))
    }

    /// The trouble of an item that a status inside an answer 207 is about.
    fn refused(&self, status: &Status, href: &str) -> EndpointError {
        if status.code == Some(507) {
            let (full, secrets) = (StatusCode::INSUFFICIENT_STORAGE, self.sender.client().secrets());
            let refusal = HttpErrorResponse::new(full, None, &status.words, self.host.clone(), secrets);
            return refusal.error(self.sender.endpoint_name());
        }
        EndpointError::item(status.trouble(), format!("{} for {href}", status.words))
    }

    pub(super) fn nonsense(&self, words: &str) -> PeerFailure {
        trouble::nonsense(self.host.clone(), words)
    }
}

/// Whether an error says that nothing exists there.
pub(super) fn is_missing(error: &EndpointError) -> bool {
    matches!(error, EndpointError::Item { trouble: ItemError::NotFound, .. })
}
