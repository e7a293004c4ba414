//! Sends requests, again where that may help, and never for a run that was stopped.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Url};

use super::refusal::{Place, Refusal, WORDS};
use crate::domain::run::Failure;
use crate::net::client::{Answer, Client, Outgoing};
use crate::net::retry::{Setback, with_patience};
use crate::net::status::retry_after;
use crate::net::trouble::host_of;
use crate::sync::connectors::files::end::EndError;
use crate::sync::stop::{Stop, Stopped};

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    client: Client,
    place: Place,
    /// Asked before each attempt, and listened to while it lasts.
    stop: Option<Stop>,
}

/// A request that can be sent more than once.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<Bytes>,
}

/// Why there is no good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unanswered {
    #[error(transparent)]
    Refused(Refusal),
    #[error("{} at {}", .0.code, .0.stage.title())]
    Failed(Failure),
    #[error("the run was stopped")]
    Stopped(Stopped),
}

impl Sender {
    pub(super) const fn new(client: Client, place: Place) -> Self {
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

    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request until it is answered with a success, or there is no hope.
    pub(super) async fn send(&self, asked: &Asked) -> Result<Answer, Unanswered> {
        self.send_counting(asked, &AtomicU32::new(0)).await
    }

    /// The same, and says in how many attempts: after more than one the first may have been carried out.
    pub(super) async fn send_counting(&self, asked: &Asked, number: &AtomicU32) -> Result<Answer, Unanswered> {
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

    async fn attempt(&self, asked: &Asked) -> Result<Answer, Setback<Unanswered>> {
        let body = if asked.body.is_empty() { Outgoing::Nothing } else { Outgoing::Whole(asked.body.clone()) };
        self.stream(asked, body).await
    }

    /// Sends a request whose body can be read only once. (That of `asked` is left out.)
    pub(super) async fn stream(&self, asked: &Asked, body: Outgoing) -> Result<Answer, Setback<Unanswered>> {
        if let Some(Err(stopped)) = self.stop.as_ref().map(Stop::check) {
            return Err(Setback { error: Unanswered::Stopped(stopped), transient: false, wait: None });
        }
        let mut request = Request::new(asked.method.clone(), asked.url.clone());
        *request.headers_mut() = asked.headers.clone();
        let answer = self.client.send(request, body).await.map_err(|failure| Setback {
            transient: failure.transient,
            error: Unanswered::Failed(failure),
            wait: None,
        })?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let wait = retry_after(&answer.headers);
        let refusal = refusal(answer).await;
        Err(Setback { transient: refusal.is_transient(&self.place), error: Unanswered::Refused(refusal), wait })
    }

    /// What the lack of an answer means.
    pub(super) fn error(&self, unanswered: Unanswered) -> EndError {
        match unanswered {
            Unanswered::Refused(refusal) => refusal.error(&self.place),
            Unanswered::Failed(failure) => failure.into(),
            Unanswered::Stopped(stopped) => stopped.into(),
        }
    }
}

async fn refusal(mut answer: Answer) -> Refusal {
    let host = host_of(&answer.url);
    let body = answer.words(WORDS).await;
    let header = answer.headers.get("x-ms-error-code").and_then(|code| code.to_str().ok());
    Refusal::new(answer.status, header, &body, host, answer.secrets())
}
