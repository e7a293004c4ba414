//! What OpenDAL sends its requests with: our client.

use std::sync::Mutex;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use http::{Method, Request, Response, StatusCode, header};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, Result};
use reqwest::Url;

use crate::domain::run::Failure;
use crate::net::client::Answer;
use crate::net::trouble;
use crate::sync::connectors::files::remote::sender::{Asked, Sender, Unanswered};

/// A page of a listing is at most so long: 5,000 names of Azure with their properties take a fifth of it.
const LONGEST_PAGE: usize = 32 * 1024 * 1024;

/// What is told of a change is at most so long: OpenDAL reads all of it.
const LONGEST_TOLD: usize = 1024 * 1024;

/// What the pages of a listing begin with, and what stands in each; anything else would be read as an empty
/// page, or as one that has always another one after it.
const LISTINGS: &[(&str, &str)] =
    &[("<ListBucketResult", "</ListBucketResult>"), ("<EnumerationResults", "<NextMarker")];

/// Sends the requests of one operator. What goes wrong is an OpenDAL error with our own inside.
#[derive(Debug, Clone)]
pub(super) struct Transport(pub(super) Sender);

impl HttpTransport for Transport {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| Error::new(ErrorKind::ConfigInvalid, "no address").set_source(error))?;
        let ranged = parts.headers.contains_key(header::RANGE);
        let listing =
            url.query_pairs().any(|(key, value)| matches!((&*key, &*value), ("list-type", "2") | ("comp", "list")));
        let asked = Asked { method: parts.method, url, headers: parts.headers, body: Iterator::collect(body) };
        let answer = self.0.send(&asked).await.map_err(wrapped)?;
        if ranged && answer.status == StatusCode::OK {
            return Err(nonsense(&answer, "the whole was sent where a part was asked for"));
        }
        match asked.method {
            Method::GET if listing => page(answer).await,
            Method::GET | Method::HEAD => Ok(response(answer)),
            _ => told(answer).await,
        }
    }
}

fn wrapped(unanswered: Unanswered) -> Error {
    let kind = match &unanswered {
        Unanswered::Refused(refusal) if refusal.status == StatusCode::NOT_FOUND => ErrorKind::NotFound,
        Unanswered::Refused(_) | Unanswered::Failed(_) | Unanswered::Stopped(_) => ErrorKind::Unexpected,
    };
    Error::new(kind, "no answer").set_source(unanswered)
}

/// Our own failure as an error of `OpenDAL`.
pub(super) fn failed(failure: Failure) -> Error {
    wrapped(Unanswered::Failed(failure))
}

fn nonsense(answer: &Answer, words: &str) -> Error {
    failed(trouble::nonsense(trouble::host_of(&answer.url), words))
}

/// A page of a listing, whole.
async fn page(mut answer: Answer) -> Result<Response<HttpBody>> {
    let page = answer.whole(LONGEST_PAGE).await.map_err(failed)?;
    let text = std::str::from_utf8(&page).unwrap_or_default();
    let head: String = text.chars().take(1_024).collect();
    if !LISTINGS.iter().any(|(root, part)| head.contains(root) && text.contains(part)) {
        let beginning = answer.secrets().quote(&head, 200);
        return Err(nonsense(&answer, &format!("this is no listing: {beginning}")));
    }
    Ok(with_head(&answer, page))
}

/// What came of a change, whole.
async fn told(mut answer: Answer) -> Result<Response<HttpBody>> {
    let told = answer.whole(LONGEST_TOLD).await.map_err(failed)?;
    Ok(with_head(&answer, told))
}

fn response(answer: Answer) -> Response<HttpBody> {
    let mut response = Response::new(HttpBody::new(futures_util::stream::empty(), None));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    // The connection counts the bytes itself: half a body is an error.
    *response.body_mut() = HttpBody::new(Shared(Mutex::new(pieces(answer).boxed())), None);
    response
}

fn with_head(answer: &Answer, whole: Bytes) -> Response<HttpBody> {
    let size = whole.len() as u64;
    let body = HttpBody::new(futures_util::stream::iter([Ok(Buffer::from(whole))]), Some(size));
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    response
}

fn pieces(answer: Answer) -> impl Stream<Item = Result<Buffer>> + Send {
    futures_util::stream::unfold(Some(answer), |answer| async {
        let mut answer = answer?;
        match answer.piece().await {
            Ok(Some(piece)) => Some((Ok(Buffer::from(piece)), Some(answer))),
            Ok(None) => None,
            Err(failure) => Some((Err(failed(failure)), None)),
        }
    })
}

/// OpenDAL wants its streams to be `Sync`; one that is polled through `&mut` alone can be.
struct Shared<T>(Mutex<BoxStream<'static, T>>);

impl<T> Stream for Shared<T> {
    type Item = T;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        let stream = self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        stream.as_mut().poll_next(context)
    }
}
