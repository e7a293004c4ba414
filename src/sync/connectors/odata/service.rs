//! Requests to the service, and their answers: signed in, tried again where that may help, never for a run that
//! was stopped, and never more of an answer than was agreed on.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::ExposeSecret;

use super::codes;
use super::page::refusal;
use super::settings::{Auth, KEY, Settings};
use super::sign_in::SignIn;
use crate::domain::run::{Failure, Stage};
use crate::net::client::{Answer, Client, Outgoing};
use crate::net::identity::Unfit;
use crate::net::retry::{Setback, with_patience};
use crate::net::secrets::Secrets;
use crate::net::status::{failure_of, quote, retry_after};
use crate::net::{Patience, trouble};
use crate::sync::connector::{Halt, Peer};
use crate::sync::progress::Progress;
use crate::sync::stop::{Stop, Stopped};

/// `$metadata` is at most so long; that of the largest services has some 10 MB.
pub(super) const LONGEST_METADATA: usize = 64 * 1024 * 1024;

/// A page is at most so long.
pub(super) const LONGEST_PAGE: usize = 16 * 1024 * 1024;

/// How much of a refusal is read for people.
const WORDS: usize = 4 * 1024;

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

/// A good answer.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) body: Bytes,
    pub(super) content_type: String,
    pub(super) etag: Option<String>,
    /// After redirects.
    pub(super) url: Url,
    secrets: Secrets,
}

impl Got {
    /// The beginning of the answer, for people.
    pub(super) fn beginning(&self) -> String {
        self.secrets.quote(&String::from_utf8_lossy(self.body.get(..4_000).unwrap_or(&self.body)), 1_000)
    }

    /// Words of the answer, for people.
    pub(super) fn hidden(&self, words: &str) -> String {
        self.secrets.quote(words, WORDS)
    }

    /// Whether a credential can be read out of a part of the answer.
    pub(super) fn reveals(&self, part: &str) -> bool {
        self.secrets.are_in(part)
    }
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The service refuses this request; others may go through. Its own words.
    Refused(StatusCode, String),
    /// It has not changed since the etag that was sent.
    NotModified,
    Whole(Failure),
    Stopped(Stopped),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Whole(failure)
    }
}

impl Service {
    /// For a run; it ends with it.
    pub(super) fn of_run(
        peer: &Peer,
        settings: &Settings,
        stop: Stop,
        progress: Arc<Progress>,
    ) -> Result<Self, Failure> {
        Self::open(peer, settings, peer.net.patience().attempts, Some((stop, progress)))
    }

    /// For a check: nothing is tried again, so that the answer comes soon and is that of this moment.
    pub(super) fn of_check(peer: &Peer, settings: &Settings) -> Result<Self, Failure> {
        Self::open(peer, settings, 1, None)
    }

    fn open(
        peer: &Peer,
        settings: &Settings,
        attempts: u32,
        run: Option<(Stop, Arc<Progress>)>,
    ) -> Result<Self, Failure> {
        let unusable = |which: &str, why: String| Failure::new(Stage::Settings, codes::SETTING).arg(which).arg(why);
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
            let key = peer.credentials.get(KEY).ok_or_else(|| unusable("private key", "there is none".to_owned()))?;
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
        trouble::host_of(&self.0.root)
    }

    /// Gets what is at an address of the service, at most `limit` bytes.
    pub(super) async fn get(&self, url: &Url, headers: &HeaderMap, limit: usize) -> Result<Got, Trouble> {
        with_patience(self.0.client.patience(), |_number| self.attempt(url, headers, limit)).await
    }

    async fn attempt(&self, url: &Url, headers: &HeaderMap, limit: usize) -> Result<Got, Setback<Trouble>> {
        let work = self.try_once(url, headers, limit);
        let Some(stop) = &self.0.stop else { return work.await };
        stop.check().map_err(|stopped| final_one(Trouble::Stopped(stopped)))?;
        tokio::select! {
            stopped = stop.stopped() => Err(final_one(Trouble::Stopped(stopped))),
            done = work => done,
        }
    }

    async fn try_once(&self, url: &Url, headers: &HeaderMap, limit: usize) -> Result<Got, Setback<Trouble>> {
        let (request, token) = self.signed(url, headers).await.map_err(passing)?;
        let mut answer = self.0.client.send(request, Outgoing::Nothing).await.map_err(passing)?;
        if answer.status == StatusCode::UNAUTHORIZED && self.0.sign_in.renew(token.as_ref()).await {
            let (request, renewed) = self.signed(url, headers).await.map_err(passing)?;
            // The same once more would be refused once more.
            if renewed != token {
                answer = self.0.client.send(request, Outgoing::Nothing).await.map_err(passing)?;
            }
        }
        if answer.status == StatusCode::NOT_MODIFIED {
            return Err(final_one(Trouble::NotModified));
        }
        if !answer.status.is_success() {
            return Err(self.refused(answer).await);
        }
        let header = |name: HeaderName| Some(answer.headers.get(name)?.to_str().ok()?.to_owned());
        let (content_type, etag) = (header(CONTENT_TYPE).unwrap_or_default(), header(ETAG));
        let url = answer.url.clone();
        let body = answer.whole(limit).await.map_err(passing)?;
        if let Some(progress) = &self.0.progress {
            progress.bytes(body.len() as u64);
        }
        Ok(Got { body, content_type, etag, url, secrets: self.0.client.secrets().clone() })
    }

    /// A request, and what it is signed in with.
    async fn signed(&self, url: &Url, headers: &HeaderMap) -> Result<(Request, Option<HeaderValue>), Failure> {
        let mut request = Request::new(Method::GET, url.clone());
        request.headers_mut().extend(self.0.headers.clone());
        request.headers_mut().extend(headers.clone());
        let token = self.0.sign_in.sign(&mut request).await?;
        Ok((request, token))
    }

    async fn refused(&self, mut answer: Answer) -> Setback<Trouble> {
        let status = answer.status;
        let wait = retry_after(&answer.headers);
        let words = answer.words(WORDS).await;
        let words = answer.secrets().quote(&refusal(&words), WORDS);
        let of_this_request = matches!(status.as_u16(), 400 | 405 | 406 | 501);
        match failure_of(status, self.host(), &words) {
            Some(failure) if !of_this_request => {
                Setback { transient: failure.transient, wait, error: Trouble::Whole(failure) }
            }
            Some(_) | None => final_one(Trouble::Refused(status, quote(status, &words))),
        }
    }
}

/// Whether a further header carries a credential, by its name. A short value would hide all that is quoted.
fn is_credential(name: &str) -> bool {
    let name = name.to_lowercase();
    ["auth", "cookie", "key", "password", "secret", "token"].iter().any(|word| name.contains(word))
}

fn final_one(error: Trouble) -> Setback<Trouble> {
    Setback { error, transient: false, wait: None }
}

fn passing(failure: Failure) -> Setback<Trouble> {
    Setback { transient: failure.transient, error: Trouble::Whole(failure), wait: None }
}

/// What `$metadata` is asked with.
pub(super) fn for_metadata() -> HeaderMap {
    HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/xml"))])
}

impl Trouble {
    /// When nothing can be done about it: the account lacks rights, or with what `otherwise` says.
    pub(super) fn halt(self, host: String, otherwise: impl FnOnce(String) -> Failure) -> Halt {
        match self {
            Self::Refused(StatusCode::FORBIDDEN, words) => {
                Halt::Failed(Failure::new(Stage::SignIn, codes::DENIED).arg(host).quoting(words))
            }
            Self::Refused(_, words) => Halt::Failed(otherwise(words)),
            Self::NotModified => Halt::Failed(otherwise("304 to a request without conditions".to_owned())),
            Self::Whole(failure) => Halt::Failed(failure),
            Self::Stopped(stopped) => Halt::Stopped(stopped),
        }
    }
}
