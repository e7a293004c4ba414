//! Requests of WebDAV and their answers.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use tokio_util::io::StreamReader;

use super::address::{Addresses, Place, place_of};
use super::multistatus::{ASKED, Multistatus, Told};
use crate::domain::run::Failure;
use crate::net::client::Answer;
use crate::net::retry::{Setback, with_patience};
use crate::net::trouble;
use crate::sync::connectors::files::end::{EndError, EndResult};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::bounds::Bounds;
use crate::sync::connectors::files::remote::sender::{Asked, Sender, Unanswered};

/// How deep PROPFIND looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Itself,
    Children,
}

/// Talks to one share. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) sender: Sender,
    pub(super) addresses: Addresses,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) host: String,
    /// An answer to PROPFIND or GET did not show which version of a file it was about.
    pub(super) anonymous: Arc<AtomicBool>,
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
    pub(super) fn asked(&self, method: Method, url: Url) -> Asked {
        let mut headers = HeaderMap::new();
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Asked { method, url, headers, body: Vec::new() }
    }

    pub(super) async fn send(&self, asked: &Asked) -> EndResult<Answer> {
        self.sender.send(asked).await.map_err(|unanswered| self.sender.error(unanswered))
    }

    /// Sends a request to which some statuses are good answers as well.
    pub(super) async fn send_or(&self, asked: &Asked, good: &[StatusCode]) -> EndResult<Option<StatusCode>> {
        match self.sender.send(asked).await {
            Ok(_answer) => Ok(None),
            Err(Unanswered::Refused(refusal)) if good.contains(&refusal.status) => Ok(Some(refusal.status)),
            Err(unanswered) => Err(self.sender.error(unanswered)),
        }
    }

    /// What is told of an item; [`crate::sync::connectors::files::end::Trouble::NotFound`] if nothing is there.
    pub(super) async fn look(&self, path: &ItemPath, folder: bool) -> EndResult<Told> {
        let url = self.addresses.of(path, folder)?;
        let told = self.tell(&url, Depth::Itself).await?;
        let itself = told.into_iter().find(|(place, _)| *place == Place::Itself);
        itself.map(|(_, told)| told).ok_or_else(|| self.nonsense("the answer is about something else").into())
    }

    /// What PROPFIND tells.
    pub(super) async fn tell(&self, url: &Url, depth: Depth) -> EndResult<Vec<(Place, Told)>> {
        let mut asked = self.asked(method("PROPFIND"), url.clone());
        let header = if depth == Depth::Itself { "0" } else { "1" };
        asked.headers.insert("depth", HeaderValue::from_static(header));
        asked.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
        asked.body = vec![Bytes::from_static(ASKED.as_bytes())];
        // What breaks off is asked for again; until the answer begins the sender does that.
        with_patience(self.sender.client().patience(), |_number| async {
            let final_one = |error| Setback { error, transient: false, wait: None };
            let answer = self.send(&asked).await.map_err(final_one)?;
            let read = self.read(answer, url, depth).await;
            read.map_err(|failure| Setback { transient: failure.transient, error: failure.into(), wait: None })
        })
        .await
    }

    async fn read(&self, answer: Answer, url: &Url, depth: Depth) -> Result<Vec<(Place, Told)>, Failure> {
        if answer.status != StatusCode::MULTI_STATUS {
            return Err(self.nonsense(&format!("the answer to PROPFIND is {}", answer.status)));
        }
        // A redirect may have added the slash of a folder, or led to another place altogether.
        let asked_for = if answer.url.path().trim_end_matches('/') == url.path().trim_end_matches('/') {
            url.clone()
        } else {
            answer.url.clone()
        };
        let broken = Broken::default();
        let mut answers = Multistatus::new(StreamReader::new(Box::pin(pieces(answer, broken.clone()))));
        let (mut told, mut bounds) = (Vec::new(), Bounds::new(self.sender.client(), &self.host));
        loop {
            match answers.next().await {
                Ok(Some(one)) => {
                    bounds.count(one.length()).await?;
                    if !one.folder && one.etag.is_none() {
                        self.anonymous.store(true, Ordering::Relaxed);
                    }
                    if one.is_good() {
                        told.push((place_of(&one.href, &asked_for), one));
                    }
                }
                Ok(None) => {
                    // A single item is not kept.
                    if depth == Depth::Children {
                        bounds.keep();
                    }
                    return Ok(told);
                }
                Err(words) => return Err(broken.take().unwrap_or_else(|| self.nonsense(&words))),
            }
        }
    }

    pub(super) fn nonsense(&self, words: &str) -> Failure {
        trouble::nonsense(self.host.clone(), words)
    }
}

/// Why a body could not be read to its end.
#[derive(Debug, Clone, Default)]
struct Broken(Arc<Mutex<Option<Failure>>>);

impl Broken {
    fn keep(&self, failure: Failure) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    fn take(&self) -> Option<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn pieces(answer: Answer, broken: Broken) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(Some((answer, broken)), |state| async {
        let (mut answer, broken) = state?;
        match answer.piece().await {
            Ok(Some(piece)) => Some((Ok(piece), Some((answer, broken)))),
            Ok(None) => None,
            Err(failure) => {
                broken.keep(failure);
                Some((Err(io::Error::other("the answer breaks off")), None))
            }
        }
    })
}

/// Whether an error says that nothing is there.
pub(super) fn is_missing(error: &EndError) -> bool {
    use crate::sync::connectors::files::end::Trouble;
    matches!(error, EndError::Item { trouble: Trouble::NotFound, .. })
}
