//! Sends requests, again where that may help, and never for a run that was stopped.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Url};

use super::error_response::{EndpointName, HttpErrorResponse, WORDS};
use crate::domain::run::PeerFailure;
use crate::net::client::{Answer, Client, Outgoing};
use crate::net::retry::{RetryableError, with_patience};
use crate::net::status::retry_after;
use crate::net::trouble::host_of;
use crate::sync::connectors::files::endpoint::EndpointError;
use crate::sync::stop::{Stop, Stopped};

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    client: Client,
    place: EndpointName,
    /// Asked before each attempt, and listened to while it lasts.
    stop: Option<Stop>,
}

/// A request that can be sent more than once.
#[derive(Debug, Clone)]
pub(super) struct HttpRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<Bytes>,
}

/// Why there is no good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unanswered {
    #[error(transparent)]
    Refused(HttpErrorResponse),
    #[error("{} at {}", .0.code, .0.stage.title())]
    Failed(PeerFailure),
    #[error("the run was stopped")]
    Stopped(Stopped),
}

impl Sender {
    pub(super) const fn new(client: Client, place: EndpointName) -> Self {
        Self { client, place, stop: None }
    }

    /// For the requests of one transfer: they end with the run.
    pub(super) fn until(&self, stop: Stop) -> Self {
        Self { stop: Some(stop), ..self.clone() }
    }

    /// For a check: nothing is tried again, so that the answer comes soon and is that of this moment.
    pub(super) fn once(&self) -> Self {
        Self { client: self.client.trying(1), ..self.clone() }
    }

    pub(super) const fn endpoint_name(&self) -> &EndpointName {
        &self.place
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request until it is answered with a success, or there is no hope.
    pub(super) async fn send(&self, asked: &HttpRequest) -> Result<Answer, Unanswered> {
        self.send_counting(asked, &AtomicU32::new(0)).await
    }

    /// The same, and says in how many attempts: after more than one the first may have been carried out.
    pub(super) async fn send_counting(&self, asked: &HttpRequest, number: &AtomicU32) -> Result<Answer, Unanswered> {
        let attempts = with_patience(self.client.patience(), |attempt| {
            number.store(attempt, Ordering::Relaxed);
            self.attempt(asked)
        });
        let Some(stop) = &self.stop else { return attempts.await };
        tokio::select! {
            biased;
            stopped = stop.stopped() => Err(Unanswered::Stopped(stopped)),
            answer = attempts => answer,
        }
    }

    async fn attempt(&self, asked: &HttpRequest) -> Result<Answer, RetryableError<Unanswered>> {
        let body = if asked.body.is_empty() { Outgoing::Nothing } else { Outgoing::Whole(asked.body.clone()) };
        self.stream(asked, body).await
    }

    /// Sends a request whose body can be read only once. (The body of `asked` is ignored.)
    pub(super) async fn stream(
        &self,
        asked: &HttpRequest,
        body: Outgoing,
    ) -> Result<Answer, RetryableError<Unanswered>> {
        if let Some(Err(stopped)) = self.stop.as_ref().map(Stop::check) {
            return Err(RetryableError { error: Unanswered::Stopped(stopped), transient: false, wait: None });
        }
        let mut request = Request::new(asked.method.clone(), asked.url.clone());
        *request.headers_mut() = asked.headers.clone();
        let answer = self.client.send(request, body).await.map_err(|failure| RetryableError {
            transient: failure.transient,
            error: Unanswered::Failed(failure),
            wait: None,
        })?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let wait = retry_after(&answer.headers);
        let refusal = refusal(answer).await;
        Err(RetryableError { transient: refusal.is_transient(&self.place), error: Unanswered::Refused(refusal), wait })
    }

    /// What the lack of an answer means.
    pub(super) fn error(&self, unanswered: Unanswered) -> EndpointError {
        match unanswered {
            Unanswered::Refused(refusal) => refusal.error(&self.place),
            Unanswered::Failed(failure) => failure.into(),
            Unanswered::Stopped(stopped) => stopped.into(),
        }
    }
}

async fn refusal(mut answer: Answer) -> HttpErrorResponse {
    let host = host_of(&answer.url);
    let body = answer.words(WORDS).await;
    let header = answer.headers.get("x-ms-error-code").and_then(|code| code.to_str().ok());
    HttpErrorResponse::new(answer.status, header, &body, host, answer.secrets())
}
