//! The pages of a set, one after the other: each is read record by record and handed on in batches, so that a page of
//! any size takes the memory of a few batches.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::Ordering;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};
use reqwest::{StatusCode, Url};
use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

use super::super::batch::{Batch, Handed, MOST_BYTES, MOST_HANDED};
use super::super::codes;
use super::super::incoming::Incoming;
use super::super::key::fingerprint;
use super::super::metadata::Version;
use super::super::page::{Nonsense, Page, PageReader};
use super::super::request_error::{RequestError, final_one, passing, unread};
use super::super::service::{LONGEST_PAGE, MAX_VERSION_2, MAX_VERSION_4};
use super::super::split::LONGEST_RECORD;
use super::super::sum::Ended;
use super::super::url_scope::is_within;
use super::SetReader;
use crate::domain::run::{PeerFailure, Stage};
use crate::net::body::Body;
use crate::net::retry::RetryableError;
use crate::net::secrets::cut;
use crate::sync::replica::Reading;
use crate::sync::stop::{StopReason, Stopped};

/// Maximum number of bytes that are held of a page at a time: a record as it comes, and three batches.
const MEMORY: usize = LONGEST_RECORD + 4 * MOST_BYTES + MOST_HANDED;

/// Longest part of a link that is shown.
const MOST_SHOWN: usize = 300;

/// How many bytes of a page are read before a batch may be handed on.
const PART: usize = 4 * 1024;

/// What pages are asked for with.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    /// Of the set as it is in the replica.
    pub(super) etag: Option<String>,
    /// With a link to later changes, if the service has such.
    pub(super) tracking: bool,
}

/// What the reader of pages hands on.
pub(super) enum Step {
    Records(Batch),
    /// A page has ended.
    End(Ended),
}

impl SetReader {
    /// Follows the pages from `first` on.
    pub(super) async fn follow(
        &self,
        first: Url,
        mut ask: Ask,
        reading: Reading,
        out: Sender<Step>,
    ) -> Result<(), RequestError> {
        let mut visited = HashSet::new();
        let (mut next, mut is_first) = (Some(first), true);
        while let Some(url) = next.take() {
            if !visited.insert(fingerprint(url.as_str())) {
                return Err(self.endless().into());
            }
            let page = self.page(&url, &ask, reading, &out).await;
            let ended;
            (ended, next) = page.map_err(|trouble| if is_first { trouble } else { self.halfway(trouble) })?;
            // The etag is that of the first answer.
            (ask.etag, is_first) = (None, false);
            hand_on(&out, Step::End(ended)).await?;
        }
        Ok(())
    }

    /// After the first page a refusal is final: what was staged cannot be read once more.
    pub(super) fn halfway(&self, trouble: RequestError) -> RequestError {
        match trouble {
            RequestError::Refused(..) | RequestError::NotModified => match self.failure(trouble) {
                Ok(failure) => failure.into(),
                Err(halt) => halt.into(),
            },
            other => other,
        }
    }

    /// Reads a page, and once more without what some services do not accept.
    async fn page(
        &self,
        url: &Url,
        ask: &Ask,
        reading: Reading,
        out: &Sender<Step>,
    ) -> Result<(Ended, Option<Url>), RequestError> {
        let handed = Mutex::default();
        let try_it = || self.shared.service.patiently(|| self.attempt(url, ask, reading, &handed, out));
        let wanted_text = self.shared.wants_text();
        match try_it().await {
            Err(RequestError::Refused(status, _)) if wanted_text && matches!(status.as_u16(), 406 | 415) => {
                self.shared.plain_numbers.store(true, Ordering::Relaxed);
                try_it().await
            }
            read => read,
        }
    }

    async fn attempt(
        &self,
        url: &Url,
        ask: &Ask,
        reading: Reading,
        handed: &Mutex<Handed>,
        out: &Sender<Step>,
    ) -> Result<(Ended, Option<Url>), RetryableError<RequestError>> {
        let mut handed = handed.lock().await;
        handed.again();
        let body = |answer| Body::of(answer, LONGEST_PAGE, MEMORY);
        let mut answer = self.shared.service.open_at(url, &self.headers(ask), body).await?;
        if let Some(version) = &answer.foreign_version {
            return Err(final_one(unread(version).into()));
        }
        // 203: a proxy has changed it on the way, and what it has is read.
        if !matches!(answer.status, StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION) {
            let why = format!("its status is {}", answer.status.as_u16());
            return Err(self.not_understood(Nonsense::Words(why), &mut answer).await);
        }
        if !answer.media_type.is_empty() && !answer.media_type.contains("json") {
            let why = format!("it is of the type “{}”", answer.media_type);
            return Err(self.not_understood(Nonsense::Words(why), &mut answer).await);
        }
        let mut reader = PageReader::new(self.shared.version);
        let (mut batch, mut absent) = (Batch::default(), BTreeSet::new());
        while let Some(piece) = answer.piece().await.map_err(passing)? {
            let piece = piece.to_vec();
            for part in piece.chunks(PART) {
                if let Err(why) = reader.take(part, &mut |record| batch.add(&self.model, record)) {
                    return Err(self.not_understood(why, &mut answer).await);
                }
                if batch.is_full() {
                    absent.extend(batch.absent.keys().cloned());
                    handed.pass(&mut batch, reading);
                    hand_on(out, Step::Records(std::mem::take(&mut batch))).await.map_err(final_one)?;
                }
            }
            // Two more batches are on their way to the replica.
            answer.holds(reader.held() + 3 * batch.bytes() + handed.bytes()).await.map_err(passing)?;
        }
        let page = match reader.end() {
            Ok(page) => page,
            Err(why) => return Err(self.not_understood(why, &mut answer).await),
        };
        let Page {
            next,
            delta,
            count,
            error,
            unknown,
            of,
            parts,
            is_of_changes,
            mut unclear,
            more,
            counted,
            records,
            ..
        } = page;
        if let Some(words) = error {
            let words = answer.hidden(&words);
            return Err(final_one(self.nonsense("it reports an error instead of records").quoting(words).into()));
        }
        if let Some(other) = of.iter().find(|name| *name != self.name() && self.shared.names.contains(*name)) {
            return Err(final_one(self.nonsense(format!("it belongs to the entity set {other}")).into()));
        }
        // The rest of each record would be deleted from the replica.
        absent.extend(batch.absent.keys().cloned());
        let is_cut =
            |part: &&Vec<String>| absent.iter().any(|name| !part.contains(name) && !part.contains(&"*".to_owned()));
        if let Some(part) = parts.iter().find(is_cut) {
            return Err(final_one(
                self.nonsense(format!("it has only some of the properties: {}", part.join(", "))).into(),
            ));
        }
        if reading == Reading::Whole && is_of_changes {
            unclear.insert("its context describes changes or a single record".to_owned());
        }
        let follow = |link: Option<&String>| {
            let url = link.map(|link| self.link(&answer.url, link)).transpose();
            url.map_err(|mut failure| {
                failure.args.iter_mut().for_each(|arg| *arg = answer.hidden(arg));
                final_one(failure.into())
            })
        };
        let next = follow(next.as_ref())?;
        follow(delta.as_ref())?;
        let hidden = |all: BTreeSet<String>| all.iter().map(|one| answer.hidden(one)).collect();
        let (unclear, more) = (hidden(unclear), hidden(more));
        let counted = counted.map(|(count, name)| (count, answer.hidden(&name)));
        handed.pass(&mut batch, reading);
        hand_on(out, Step::Records(batch)).await.map_err(final_one)?;
        let was_reread = handed.was_reread();
        // They are stored: one with a credential in it is not.
        let delta = delta.filter(|link| !answer.reveals(link));
        let etag = answer.etag.clone().filter(|etag| !answer.reveals(etag));
        Ok((Ended { rows: records, count, delta, etag, unknown, unclear, more, counted, was_reread }, next))
    }

    /// What records are asked for with.
    fn headers(&self, ask: &Ask) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self.shared.version {
            Version::V2 => {
                headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
                headers.insert(MAX_VERSION_2, HeaderValue::from_static("2.0"));
            }
            Version::V4 => {
                // Large numbers as text: programs between the service and us may drop digits of others.
                let accept = if self.shared.wants_text() {
                    "application/json;odata.metadata=minimal;IEEE754Compatible=true"
                } else {
                    "application/json;odata.metadata=minimal"
                };
                headers.insert(ACCEPT, HeaderValue::from_static(accept));
                headers.insert(MAX_VERSION_4, HeaderValue::from_static("4.0"));
                let size = format!("odata.maxpagesize={}", self.shared.settings.page_size);
                let prefer = if ask.tracking { format!("odata.track-changes, {size}") } else { size };
                headers.extend(HeaderValue::try_from(prefer).map(|prefer| (HeaderName::from_static("prefer"), prefer)));
            }
        }
        let etag = ask.etag.as_ref().and_then(|etag| HeaderValue::try_from(etag).ok());
        headers.extend(etag.map(|etag| (IF_NONE_MATCH, etag)));
        headers
    }

    /// A link from an answer that came from `base`; it must not lead out of the service.
    pub(super) fn link(&self, base: &Url, link: &str) -> Result<Url, PeerFailure> {
        let url = base.join(link).map_err(|error| self.nonsense(format!("a link in it is not valid: {error}")))?;
        let root = self.shared.service.root();
        if is_within(root, &url) {
            return Ok(url);
        }
        let failure = PeerFailure::new(Stage::Content, codes::ASTRAY).arg(self.name());
        if url.origin() != root.origin() {
            return Err(failure.arg(origin(&url)).arg(origin(root)));
        }
        let whole = |url: &Url| cut(&format!("{}{}", origin(url), url.path()), MOST_SHOWN);
        Err(failure.arg(whole(&url)).arg(whole(root)))
    }

    async fn not_understood(&self, why: Nonsense, answer: &mut Incoming) -> RetryableError<RequestError> {
        let failure = match why {
            Nonsense::Version(version) => unread(version),
            Nonsense::Words(why) => self.nonsense(answer.hidden(&why)),
        };
        final_one(failure.quoting(answer.beginning().await).into())
    }

    pub(super) fn nonsense(&self, why: impl Into<String>) -> PeerFailure {
        PeerFailure::new(Stage::Content, codes::ANSWER).arg(self.name()).arg(why)
    }
}

/// Scheme, host and port, each of them, also where the port is the usual one.
fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", url.scheme())
}

/// Fails when staging has stopped, which reports its own reason.
async fn hand_on(out: &Sender<Step>, step: Step) -> Result<(), RequestError> {
    out.send(step).await.map_err(|_closed| RequestError::Halted(StopReason::Stopped(Stopped::LeaseLost)))
}
