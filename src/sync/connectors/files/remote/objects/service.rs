//! Requests that read: listings and objects. They are sent by ourselves, because what OpenDAL returns has lost what a
//! listing must not lose: keys that are no paths, sizes and times that are missing, metadata.

use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use http::header::{HOST, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqsign_core::Signer;
use reqwest::{Method, StatusCode, Url};

use super::keys::Rules;
use super::page::{self, Page};
use crate::domain::run::PeerFailure;
use crate::net::client::Answer;
use crate::net::listings::Listed;
use crate::net::retry::{RetryableError, with_patience};
use crate::net::trouble;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts};
use crate::sync::connectors::files::remote::facts;
use crate::sync::connectors::files::remote::sender::{HttpRequest, Sender};

/// What keys and values of queries keep as they are (`encodeURIComponent` of ECMA-262), and `/`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'/');

/// Bytes of the longest page of a listing. A page of Azure has 1,000 names at most, each with 8 KiB of metadata.
const LONGEST_PAGE: usize = 32 * 1024 * 1024;

/// Maximum length of a shown error response, in bytes.
const QUOTED: usize = 400;

/// The version of Azure's protocol.
const AZURE_VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-ms-version"), HeaderValue::from_static("2022-11-02"));

/// How requests are signed.
#[derive(Debug, Clone)]
pub(super) enum Signing {
    S3(Signer<reqsign_aws_v4::Credential>),
    Azure(Signer<reqsign_azure_storage::Credential>),
}

/// A bucket or container that is read. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) sender: Sender,
    /// The URL of the bucket or container, without a trailing slash.
    pub(super) bucket: Url,
    pub(super) signing: Signing,
    /// Whether listings show etags, once an object was listed.
    pub(super) etags: Arc<OnceLock<bool>>,
}

/// What is asked for of a listing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// What the keys begin with.
    pub(super) prefix: &'a str,
    /// One level only: longer keys are shown as common prefixes.
    pub(super) one_level: bool,
    /// Maximum number of keys on the page; `None` for the service's default.
    pub(super) most: Option<u32>,
}

impl Service {
    pub(super) fn with(&self, sender: Sender) -> Self {
        Self { sender, ..self.clone() }
    }

    pub(super) const fn rules(&self) -> Rules {
        match self.signing {
            Signing::S3(_) => Rules::S3,
            Signing::Azure(_) => Rules::Azure,
        }
    }

    /// A page of a listing, and the memory that it takes; `token` is that of the page before.
    pub(super) async fn page(&self, wanted: Wanted<'_>, token: Option<&str>) -> EndpointResult<(Page, Listed)> {
        let mut url = self.bucket.clone();
        url.set_query(Some(&self.query(wanted, token)));
        // What breaks off is asked for again; until the answer begins the sender does that.
        with_patience(self.sender.client().patience(), |_number| async {
            let final_one = |error| RetryableError { error, transient: false, wait: None };
            let asked = self.asked(Method::GET, &url, HeaderMap::new()).await.map_err(final_one)?;
            let answer = self.send(&asked).await.map_err(final_one)?;
            self.read(answer).await
        })
        .await
    }

    fn query(&self, wanted: Wanted<'_>, token: Option<&str>) -> String {
        let (first, limit, next) = match self.rules() {
            Rules::S3 => ("list-type=2", "max-keys", "continuation-token"),
            Rules::Azure => ("restype=container&comp=list&include=metadata", "maxresults", "marker"),
        };
        let most = match (wanted.most, self.rules()) {
            (Some(most), _) => Some(most),
            // With their metadata the 5,000 that Azure sends otherwise would be too long.
            (None, Rules::Azure) => Some(1_000),
            (None, Rules::S3) => None,
        };
        let mut query = first.to_owned();
        let mut add = |name: &str, value: &str| {
            query.extend(["&", name, "="]);
            query.extend(utf8_percent_encode(value, ESCAPED));
        };
        if !wanted.prefix.is_empty() {
            add("prefix", wanted.prefix);
        }
        if wanted.one_level {
            add("delimiter", "/");
        }
        if let Some(most) = most {
            add(limit, &most.to_string());
        }
        if let Some(token) = token {
            add(next, token);
        }
        query
    }

    async fn read(&self, mut answer: Answer) -> Result<(Page, Listed), RetryableError<EndpointError>> {
        let transient = |failure: PeerFailure| RetryableError {
            transient: trouble::may_pass_now(&failure),
            error: failure.into(),
            wait: None,
        };
        let mut memory = self.sender.client().listings().begin();
        let whole = memory.whole(&mut answer, LONGEST_PAGE).await.map_err(transient)?;
        let page = page::read(&whole, self.rules()).map_err(|words| transient(self.confused(&words)))?;
        if let Some(listed) = page.objects.first() {
            self.etags.get_or_init(|| listed.facts.etag.is_some());
        }
        Ok((page, memory))
    }

    /// Whether listings show etags; looks for that of an object if none was listed so far.
    pub(super) async fn lists_etags(&self, key: &str) -> bool {
        if self.etags.get().is_none() {
            // What cannot be listed now is found out by the next object.
            let _ = self.page(Wanted { prefix: key, one_level: false, most: Some(1) }, None).await;
        }
        self.etags.get().copied().unwrap_or(true)
    }

    /// The head of an object: its facts, and whether its metadata marks it as a folder.
    pub(super) async fn head(&self, key: &str) -> EndpointResult<(Facts, bool)> {
        let answer = self.object(Method::HEAD, key, HeaderMap::new()).await?;
        let folder = answer.headers.get(format!("x-ms-meta-{}", page::IS_FOLDER)).is_some_and(|value| {
            self.rules() == Rules::Azure && value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"true")
        });
        Ok((facts::of_headers(&answer.headers), folder))
    }

    /// The answer to GET or HEAD of an object.
    pub(super) async fn object(&self, method: Method, key: &str, headers: HeaderMap) -> EndpointResult<Answer> {
        let mut url = self.bucket.clone();
        let path = format!("{}/{}", url.path().trim_end_matches('/'), utf8_percent_encode(key, ESCAPED));
        url.set_path(&path);
        let wanted =
            if headers.contains_key(http::header::RANGE) { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        let asked = self.asked(method, &url, headers).await?;
        let answer = self.send(&asked).await?;
        if answer.status == wanted {
            return Ok(answer);
        }
        Err(self.nonsense(&format!("the response is {} instead of {wanted}", answer.status)))
    }

    /// The service answered something that it must not. The words can quote it.
    pub(super) fn nonsense(&self, words: &str) -> EndpointError {
        self.confused(words).into()
    }

    fn confused(&self, words: &str) -> PeerFailure {
        trouble::nonsense(self.host(), self.sender.client().secrets().quote(words, QUOTED))
    }

    pub(super) fn host(&self) -> String {
        trouble::host_of(&self.bucket)
    }

    async fn send(&self, asked: &HttpRequest) -> EndpointResult<Answer> {
        let answer = self.sender.send(asked).await.map_err(|unanswered| self.sender.error(unanswered))?;
        answer.is_about(&asked.url)?;
        Ok(answer)
    }

    async fn asked(&self, method: Method, url: &Url, headers: HeaderMap) -> EndpointResult<HttpRequest> {
        let unusable = |why: &str| EndpointError::from(self.sender.endpoint_name().unusable(why));
        let request = http::Request::builder().method(method).uri(url.as_str()).body(());
        let (mut parts, ()) = request.map_err(|_invalid| unusable("the address is not valid"))?.into_parts();
        parts.headers = headers;
        let signed = match &self.signing {
            Signing::S3(signer) => signer.sign(&mut parts, None).await,
            Signing::Azure(signer) => {
                let (name, version) = AZURE_VERSION;
                parts.headers.insert(name, version);
                signer.sign(&mut parts, None).await
            }
        };
        // The error could quote the secret.
        signed.map_err(|_secret| unusable("the secret cannot be used to sign requests"))?;
        // The client sends its own.
        parts.headers.remove(HOST);
        let url = Url::parse(&parts.uri.to_string()).map_err(|_invalid| unusable("the address is not valid"))?;
        Ok(HttpRequest { method: parts.method, url, headers: parts.headers, body: Vec::new() })
    }
}
