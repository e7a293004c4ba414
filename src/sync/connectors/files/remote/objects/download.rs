//! Reading an object. A service returns one version of it, so it cannot change while it is read.

use http::HeaderMap;
use http::header::{CONTENT_RANGE, HeaderValue, IF_MATCH, RANGE};
use reqwest::Method;

use super::service::{Service, Wanted};
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, ItemError};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::facts;
use crate::sync::connectors::files::remote::resume::{Download, Pieces, pieces};
use futures_util::future::BoxFuture;

/// An object to read.
pub(super) struct Object {
    pub(super) service: Service,
    pub(super) key: String,
    pub(super) path: ItemPath,
}

impl Object {
    async fn first(&self) -> EndpointResult<(Facts, Pieces)> {
        match self.service.object(Method::GET, &self.key, HeaderMap::new()).await {
            Ok(answer) => {
                let sent = facts::of_headers(&answer.headers);
                // Every service of this kind marks versions; only what has no mark may be something else.
                let marked = Facts { etag: sent.etag.clone(), ..Facts::default() };
                facts::is_no_page_instead(&self.path, &answer.headers, &marked, None)?;
                Ok((sent, pieces(answer)))
            }
            Err(EndpointError::Item { trouble: ItemError::NotFound, words }) => Err(self.missing(words).await),
            Err(error) => Err(error),
        }
    }

    /// An object that is listed and cannot be read has not disappeared: the service takes its key for another one.
    async fn missing(&self, words: String) -> EndpointError {
        let wanted = Wanted { prefix: &self.key, one_level: false, most: Some(1) };
        match self.service.page(wanted, None).await {
            Ok((page, _memory)) if page.objects.iter().any(|listed| listed.key == self.key.as_bytes()) => {
                EndpointError::item(ItemError::Name, "the service lists this key, but does not find the object")
            }
            Ok(_) => EndpointError::item(ItemError::NotFound, words),
            Err(error) => error,
        }
    }

    async fn further(&self, offset: u64, etag: &str) -> EndpointResult<Option<Pieces>> {
        let changed = || EndpointError::item(ItemError::Changed, "the transfer was interrupted and cannot be resumed");
        let header = |text: String| HeaderValue::from_str(&text).map_err(|_not_a_header| changed());
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, header(format!("bytes={offset}-"))?);
        headers.insert(IF_MATCH, header(format!("\"{etag}\""))?);
        let answer = self.service.object(Method::GET, &self.key, headers).await?;
        let range = answer.headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
        if range.is_some_and(|range| range.starts_with(&format!("bytes {offset}-"))) {
            return Ok(Some(pieces(answer)));
        }
        Err(self.service.nonsense("the service sent a different range than requested"))
    }
}

impl Download for Object {
    fn open(&self) -> BoxFuture<'_, EndpointResult<(Facts, Pieces)>> {
        Box::pin(self.first())
    }

    fn go_on<'a>(&'a self, offset: u64, etag: &'a str) -> BoxFuture<'a, EndpointResult<Option<Pieces>>> {
        Box::pin(self.further(offset, etag))
    }
}
