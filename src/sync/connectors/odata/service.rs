//! Requests to the service, and their answers: signed in, tried again where that may help, never for a run that
//! was stopped, and never more of an answer than was agreed on.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::ExposeSecret;

use super::codes;
use super::incoming::{Got, Incoming};
use super::request_error::{RequestError, final_one, foreign_version, passing, refused};
use super::settings::{Auth, KEY, Settings};
use super::sign_in::SignIn;
use super::words::refusal;
use crate::domain::run::{PeerFailure, Stage};
use crate::net::Patience;
use crate::net::body::Body;
use crate::net::client::{Answer, Client, Outgoing};
use crate::net::identity::Unfit;
use crate::net::memory::Share;
use crate::net::models::Models;
use crate::net::retry::{RetryableError, with_patience};
use crate::net::trouble::host_of;
use crate::sync::connector::Peer;
use crate::sync::progress::Progress;
use crate::sync::stop::Stop;
use crate::sync::stop::StopReason;

/// Longest `$metadata`, with the documents that it refers to; that of the largest services has some 10 MB.
pub(super) const LONGEST_METADATA: usize = 16 * 1024 * 1024;

/// Longest page. It is read record by record, so that this bounds only how long a service can go on.
pub(super) const LONGEST_PAGE: usize = 64 * 1024 * 1024;

/// Longest part of a refusal that is read for people. Errors of SAP have long details behind their message.
const WORDS: usize = 64 * 1024;

/// Longest part of it that is shown.
const SHOWN: usize = 4 * 1024;

/// Talks to one service. Cheap to clone.
#[derive(Clone)]
pub(super) struct Service(Arc<Inner>);

struct Inner {
    client: Client,
    root: Url,
    headers: HeaderMap,
    sign_in: SignIn,
    /// Asked before each attempt, and listened to while it lasts.
    stop: Option<Stop>,
    progress: Option<Arc<Progress>>,
}

impl Service {
    /// For a run; it ends with it.
    pub(super) fn of_run(
        peer: &Peer,
        settings: &Settings,
        stop: Stop,
        progress: Arc<Progress>,
    ) -> Result<Self, PeerFailure> {
        Self::open(peer, settings, peer.net.patience().attempts, Some((stop, progress)))
    }

    /// For a check: nothing is tried again, so that the answer comes soon and is that of this moment.
    pub(super) fn of_check(peer: &Peer, settings: &Settings) -> Result<Self, PeerFailure> {
        Self::open(peer, settings, 1, None)
    }

    fn open(
        peer: &Peer,
        settings: &Settings,
        attempts: u32,
        run: Option<(Stop, Arc<Progress>)>,
    ) -> Result<Self, PeerFailure> {
        let unusable = |which: &str, why: String| PeerFailure::new(Stage::Settings, codes::SETTING).arg(which).arg(why);
        let idle = Duration::from_secs(settings.timeout_seconds);
        for secret in peer.credentials.values() {
            peer.net.secrets().learn(secret.expose_secret());
        }
        for (_name, value) in settings.headers.iter().filter(|(name, _)| is_credential(name)) {
            peer.net.secrets().learn(value);
        }
        let mut net = peer.net.clone().over_http_1().patient(Patience { idle, attempts, ..peer.net.patience() });
        if !settings.proxy.is_empty() {
            let proxy = Url::parse(&settings.proxy).map_err(|error| unusable("proxy", error.to_string()))?;
            net = net.through(&proxy)?;
        }
        if !settings.ca.is_empty() {
            net = net.trusting(settings.ca.as_bytes()).map_err(|words| unusable("certificate authority", words))?;
        }
        if settings.auth == Auth::Certificate {
            let key = peer.credentials.get(KEY).ok_or_else(|| unusable("private key", "none is stored".to_owned()))?;
            net = net.showing(&settings.certificate, key).map_err(|unfit| match unfit {
                Unfit::Certificate(words) => unusable("certificate", words),
                Unfit::Key(words) => unusable("private key", words),
            })?;
        }
        let root = net.address(&format!("{}/", settings.root))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let name = HeaderName::try_from(name).map_err(|error| unusable("header", error.to_string()))?;
            let value = HeaderValue::try_from(value).map_err(|error| unusable("header", error.to_string()))?;
            headers.append(name, value);
        }
        let client = net.client()?;
        let sign_in = SignIn::open(settings, peer, &net)?;
        let (stop, progress) = run.unzip();
        Ok(Self(Arc::new(Inner { client, root, headers, sign_in, stop, progress })))
    }

    pub(super) fn root(&self) -> &Url {
        &self.0.root
    }

    /// The host, for messages.
    pub(super) fn host(&self) -> String {
        host_of(&self.0.root)
    }

    /// Gets a document that describes the service, at most `limit` bytes, which it keeps in `share` beside `others`.
    pub(super) async fn metadata(
        &self,
        url: &Url,
        limit: usize,
        share: &Arc<Share>,
        others: usize,
    ) -> Result<Got, RequestError> {
        let body = |answer| Body::beside(answer, limit, share.clone(), others);
        self.patiently(|| self.whole(url, body)).await
    }

    /// Memory for documents that are kept together.
    pub(super) fn share(&self, limit: usize) -> Share {
        self.0.client.share(limit)
    }

    /// The memory for descriptions of services.
    pub(super) fn models(&self) -> &Models {
        self.0.client.models()
    }

    /// Awaits what may take long, unless the run is stopped.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, StopReason> {
        let Some(stop) = &self.0.stop else { return Ok(work.await) };
        stop.check()?;
        tokio::select! {
            stopped = stop.stopped() => Err(stopped.into()),
            done = work => Ok(done),
        }
    }

    /// Tries until it succeeds, fails for good, was tried often enough, or the run is stopped.
    pub(super) async fn patiently<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RetryableError<RequestError>>>,
    {
        self.unless_stopped(with_patience(self.0.client.patience(), |_number| attempt())).await?
    }

    async fn whole(
        &self,
        url: &Url,
        body: impl FnOnce(Answer) -> Result<Body, PeerFailure>,
    ) -> Result<Got, RetryableError<RequestError>> {
        let Incoming { body, url, foreign_version, secrets, .. } = self.open_at(url, &for_metadata(), body).await?;
        let body = body.whole().await.map_err(passing)?;
        if let Some(progress) = &self.0.progress {
            progress.bytes(body.len() as u64);
        }
        Ok(Got { body, url, foreign_version, secrets })
    }

    /// Asks once for what is at an address of the service; `body` bounds what is read of the answer.
    pub(super) async fn open_at(
        &self,
        url: &Url,
        headers: &HeaderMap,
        body: impl FnOnce(Answer) -> Result<Body, PeerFailure>,
    ) -> Result<Incoming, RetryableError<RequestError>> {
        let (request, token) = self.signed(url, headers).await.map_err(passing)?;
        let mut answer = self.0.client.send(request, Outgoing::Nothing).await.map_err(passing)?;
        if answer.status == StatusCode::UNAUTHORIZED && self.0.sign_in.renew(token.as_ref()).await {
            let (request, renewed) = self.signed(url, headers).await.map_err(passing)?;
            // The same once more would be refused once more.
            if renewed != token {
                answer = self.0.client.send(request, Outgoing::Nothing).await.map_err(passing)?;
            }
        }
        is_about(&answer, url).map_err(passing)?;
        if answer.status == StatusCode::NOT_MODIFIED {
            return Err(final_one(RequestError::NotModified));
        }
        if !answer.status.is_success() {
            return Err(self.refused(answer).await);
        }
        let header = |name: HeaderName| Some(answer.headers.get(name)?.to_str().ok()?.to_owned());
        let (content_type, etag) = (header(CONTENT_TYPE).unwrap_or_default(), header(ETAG));
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let foreign_version = foreign_version(&answer.headers);
        let (url, status, progress) = (answer.url.clone(), answer.status, self.0.progress.clone());
        let secrets = answer.secrets().clone();
        let body = body(answer).map_err(passing)?;
        Ok(Incoming { body, status, media_type, etag, url, foreign_version, secrets, beginning: Vec::new(), progress })
    }

    /// A request, and what it is signed in with.
    async fn signed(&self, url: &Url, headers: &HeaderMap) -> Result<(Request, Option<HeaderValue>), PeerFailure> {
        let mut request = Request::new(Method::GET, url.clone());
        // Compressed answers are read as well; this saves the service the work.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        request.headers_mut().extend(self.0.headers.clone());
        request.headers_mut().extend(headers.clone());
        let token = self.0.sign_in.sign(&mut request).await?;
        Ok((request, token))
    }

    async fn refused(&self, answer: Answer) -> RetryableError<RequestError> {
        let (status, headers) = (answer.status, answer.headers.clone());
        let secrets = answer.secrets().clone();
        let words = match Body::of(answer, WORDS, WORDS) {
            Ok(mut body) => body.words().await,
            Err(unfit) => unfit.foreign_text.unwrap_or_default(),
        };
        refused(status, &headers, self.host(), &secrets.quote(&refusal(&words), SHOWN))
    }
}

/// Fails if a redirect led elsewhere. Services of IIS redirect to small letters.
fn is_about(answer: &Answer, asked: &Url) -> Result<(), PeerFailure> {
    let mut as_answered = asked.clone();
    let path = |url: &Url| url.path().trim_end_matches('/').to_ascii_lowercase();
    if path(asked) == path(&answer.url) {
        as_answered.set_path(answer.url.path());
    }
    answer.is_about(&as_answered)
}

/// Whether a further header carries a credential, by its name. A short value would hide all that is quoted.
fn is_credential(name: &str) -> bool {
    let name = name.to_lowercase();
    ["auth", "cookie", "key", "password", "secret", "token"].iter().any(|word| name.contains(word))
}

/// What `$metadata` is asked with. A service of several versions answers with one that is read.
fn for_metadata() -> HeaderMap {
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/xml")),
        (MAX_VERSION_2, HeaderValue::from_static("2.0")),
        (MAX_VERSION_4, HeaderValue::from_static("4.0")),
    ])
}

/// The header that limits version 2.
pub(super) const MAX_VERSION_2: HeaderName = HeaderName::from_static("maxdataserviceversion");

/// The header that limits version 4.
pub(super) const MAX_VERSION_4: HeaderName = HeaderName::from_static("odata-maxversion");
