//! What OpenDAL sends its requests with: our client. It only writes with it; we read by ourselves.

use bytes::Bytes;
use http::header::{HeaderValue, LAST_MODIFIED};
use http::{HeaderMap, Request, Response, StatusCode};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, Result};
use reqwest::Url;

use crate::net::client::Answer;
use crate::net::date;
use crate::sync::connectors::files::remote::sender::{HttpRequest, Sender, Unanswered};

/// Sends the requests of one operator. What goes wrong is an OpenDAL error with our own inside.
#[derive(Debug, Clone)]
pub(super) struct Transport(pub(super) Sender);

impl HttpTransport for Transport {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| Error::new(ErrorKind::ConfigInvalid, "no address").set_source(error))?;
        let asked = HttpRequest { method: parts.method, url, headers: parts.headers, body: Iterator::collect(body) };
        let mut answer = self.0.send(&asked).await.map_err(wrapped)?;
        let told = answer.short().await.map_err(|failure| wrapped(Unanswered::Failed(failure)))?;
        Ok(response(&answer, told))
    }
}

fn wrapped(unanswered: Unanswered) -> Error {
    let kind = match &unanswered {
        Unanswered::Refused(refusal) if refusal.status == StatusCode::NOT_FOUND => ErrorKind::NotFound,
        Unanswered::Refused(_) | Unanswered::Failed(_) | Unanswered::Stopped(_) => ErrorKind::Unexpected,
    };
    Error::new(kind, "no answer").set_source(unanswered)
}

fn response(answer: &Answer, whole: Bytes) -> Response<HttpBody> {
    let size = whole.len() as u64;
    let body = HttpBody::new(futures_util::stream::iter([Ok(Buffer::from(whole))]), Some(size));
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    plain_time(response.headers_mut());
    response
}

/// OpenDAL fails a change that was carried out if the answer has a time that it cannot read.
fn plain_time(headers: &mut HeaderMap) {
    let Some(text) = headers.remove(LAST_MODIFIED) else { return };
    let time = text.to_str().ok().and_then(date::parse);
    let plain = time.map(|time| time.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(Ok(plain)) = plain.map(HeaderValue::try_from) {
        headers.insert(LAST_MODIFIED, plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_the_form_of_http_or_left_out() {
        let plain = |text: &'static str| {
            let mut headers = HeaderMap::from_iter([(LAST_MODIFIED, HeaderValue::from_static(text))]);
            plain_time(&mut headers);
            headers.get(LAST_MODIFIED).map(|text| text.to_str().unwrap().to_owned())
        };
        assert_eq!(plain("2025-11-22T08:26:40.5Z").as_deref(), Some("Sat, 22 Nov 2025 08:26:40 GMT"));
        assert_eq!(plain("just now"), None);
    }
}
