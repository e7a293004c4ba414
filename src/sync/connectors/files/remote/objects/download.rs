//! Reading an object. A service gives out one version whole, so that it cannot change meanwhile.

use http::HeaderMap;
use http::header::{CONTENT_RANGE, HeaderValue, IF_MATCH, RANGE};
use reqwest::Method;

use super::service::{Service, Wanted};
use crate::sync::connector::Task;
use crate::sync::connectors::files::end::{EndError, EndResult, Facts, Trouble};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::facts;
use crate::sync::connectors::files::remote::resume::{Download, Pieces, pieces};

/// An object to read.
pub(super) struct Object {
    pub(super) service: Service,
    pub(super) key: String,
    pub(super) path: ItemPath,
}

impl Object {
    async fn first(&self) -> EndResult<(Facts, Pieces)> {
        match self.service.object(Method::GET, &self.key, HeaderMap::new()).await {
            Ok(answer) => {
                let sent = facts::of_headers(&answer.headers);
                // Every service of this kind marks versions; only what has no mark may be something else.
                let marked = Facts { etag: sent.etag.clone(), ..Facts::default() };
                facts::is_no_page_instead(&self.path, &answer.headers, &marked, None)?;
                Ok((sent, pieces(answer)))
            }
            Err(EndError::Item { trouble: Trouble::NotFound, words }) => Err(self.missing(words).await),
            Err(error) => Err(error),
        }
    }

    /// An object that is listed and cannot be read has not disappeared: the service takes its key for another one.
    async fn missing(&self, words: String) -> EndError {
        let wanted = Wanted { prefix: &self.key, one_level: false, most: Some(1) };
        match self.service.page(wanted, None).await {
            Ok((page, _memory)) if page.objects.iter().any(|listed| listed.key == self.key.as_bytes()) => {
                EndError::item(Trouble::Name, "the service lists this key, but does not find the object")
            }
            Ok(_) => EndError::item(Trouble::NotFound, words),
            Err(error) => error,
        }
    }

    async fn further(&self, offset: u64, etag: &str) -> EndResult<Option<Pieces>> {
        let changed = || EndError::item(Trouble::Changed, "it broke off and cannot be read on");
        let header = |text: String| HeaderValue::from_str(&text).map_err(|_not_a_header| changed());
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, header(format!("bytes={offset}-"))?);
        headers.insert(IF_MATCH, header(format!("\"{etag}\""))?);
        let answer = self.service.object(Method::GET, &self.key, headers).await?;
        let range = answer.headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
        if range.is_some_and(|range| range.starts_with(&format!("bytes {offset}-"))) {
            return Ok(Some(pieces(answer)));
        }
        Err(self.service.nonsense("another part was sent than was asked for"))
    }
}

impl Download for Object {
    fn open(&self) -> Task<'_, EndResult<(Facts, Pieces)>> {
        Box::pin(self.first())
    }

    fn go_on<'a>(&'a self, offset: u64, etag: &'a str) -> Task<'a, EndResult<Option<Pieces>>> {
        Box::pin(self.further(offset, etag))
    }
}
