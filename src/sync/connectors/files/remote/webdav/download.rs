//! Reading a file. A server may send a file while somebody writes it, so it is looked at again afterwards.

use std::sync::atomic::Ordering;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, HeaderMap, HeaderName, HeaderValue, IF_MATCH, RANGE};
use reqwest::{Method, StatusCode, Url};

use super::exchange::Exchange;
use crate::domain::run::PeerFailure;
use crate::net::client::Answer;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, ItemError};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::facts;
use crate::sync::connectors::files::remote::resume::{Download, Pieces, pieces};
use futures_util::future::BoxFuture;

/// A file to read.
pub(super) struct Remote {
    pub(super) exchange: Exchange,
    pub(super) path: ItemPath,
}

impl Remote {
    /// The facts are those of the file before its content is asked for: what changes later is noticed in `same`. They
    /// come with the content if that shows a version (etag), and is no web page; otherwise from PROPFIND, which also
    /// gives those that later listings are compared with.
    async fn first(&self) -> EndpointResult<(Facts, Pieces)> {
        if !self.exchange.anonymous.load(Ordering::Relaxed) {
            let (facts, answer) = self.get().await?;
            let is_clear = self.accepts(&answer, &Facts::default(), None).is_ok();
            if is_clear && facts.etag.is_some() && facts.size.is_some() && facts.time_text.is_none() {
                return Ok((facts, pieces(answer)));
            }
            if is_clear {
                self.exchange.anonymous.store(true, Ordering::Relaxed);
            }
        }
        let known = self.exchange.properties_of(&self.path, false).await?;
        let (page, known) = (known.page, known.facts());
        let (sent, answer) = self.get().await?;
        self.accepts(&answer, &known, page)?;
        // Where the size agrees, another time is no other version: some services send the time of the response.
        let version = if known.size.is_some() && known.size == sent.size {
            Facts { modified: None, time_text: None, ..sent.clone() }
        } else {
            sent.clone()
        };
        if facts::contradict(&known, &version) {
            return Err(EndpointError::item(ItemError::Changed, "the service sent a different file than it lists"));
        }
        let facts = Facts { size: sent.size.or(known.size), etag: known.etag.clone().or(sent.etag), ..known };
        Ok((facts, pieces(answer)))
    }

    fn accepts(&self, answer: &Answer, known: &Facts, page: Option<bool>) -> EndpointResult<()> {
        facts::is_no_page_instead(&self.path, &answer.headers, known, page)
    }

    async fn get(&self) -> EndpointResult<(Facts, Answer)> {
        let mut asked = self.exchange.asked(Method::GET, self.exchange.addresses.of(&self.path, false)?);
        // Without it any coding would be acceptable (RFC 9110, 12.5.3).
        asked.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let answer = self.exchange.send(&asked).await?;
        is_there(&answer, &asked.url)?;
        if answer.status != StatusCode::OK {
            return Err(EndpointError::item(ItemError::Other, format!("the response to GET is {}", answer.status)));
        }
        let facts = facts::of_headers(&answer.headers);
        Ok((facts, answer))
    }

    async fn further(&self, offset: u64, etag: &str) -> EndpointResult<Option<Pieces>> {
        let changed = || EndpointError::item(ItemError::Changed, "the transfer was interrupted and cannot be resumed");
        let mut asked = self.exchange.asked(Method::GET, self.exchange.addresses.of(&self.path, false)?);
        let header = |text: String| HeaderValue::from_str(&text).map_err(|_not_a_header| changed());
        asked.headers.insert(RANGE, header(format!("bytes={offset}-"))?);
        asked.headers.insert(IF_MATCH, header(format!("\"{etag}\""))?);
        let answer = self.exchange.send(&asked).await?;
        is_there(&answer, &asked.url)?;
        if answer.status == StatusCode::OK {
            return facts::is_whole(&answer.headers, etag).then_some(None).ok_or_else(changed);
        }
        let begins =
            text(&answer.headers, CONTENT_RANGE).is_some_and(|range| range.starts_with(&format!("bytes {offset}-")));
        if answer.status == StatusCode::PARTIAL_CONTENT && begins { Ok(Some(pieces(answer))) } else { Err(changed()) }
    }

    /// Looks again: the facts of exactly the content that was read, as later listings report them.
    async fn same(&self, read: &Facts) -> EndpointResult<Facts> {
        let now = self.exchange.properties_of(&self.path, false).await?.facts();
        if facts::contradict(&now, read) {
            return Err(EndpointError::item(ItemError::Changed, "it changed while being read"));
        }
        Ok(Facts { size: read.size, ..now })
    }
}

/// Fails if a redirect led to another path: what is there is not this file.
fn is_there(answer: &Answer, asked: &Url) -> EndpointResult<()> {
    let to = |failure: PeerFailure| failure.args.into_iter().nth(1).unwrap_or_default();
    answer.is_about(asked).map_err(|failure| {
        EndpointError::item(ItemError::Other, format!("the service redirects its URL to {}", to(failure)))
    })
}

impl Download for Remote {
    fn open(&self) -> BoxFuture<'_, EndpointResult<(Facts, Pieces)>> {
        Box::pin(self.first())
    }

    fn go_on<'a>(&'a self, offset: u64, etag: &'a str) -> BoxFuture<'a, EndpointResult<Option<Pieces>>> {
        Box::pin(self.further(offset, etag))
    }

    fn finish<'a>(&'a self, facts: &'a Facts) -> BoxFuture<'a, EndpointResult<Facts>> {
        Box::pin(self.same(facts))
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
