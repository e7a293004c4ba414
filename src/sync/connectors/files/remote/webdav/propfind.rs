//! Asking for properties (RFC 4918, 9.1).

use std::sync::atomic::Ordering;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{StatusCode, Url};

use super::address::{HrefTarget, Names, names, place_of};
use super::exchange::{Exchange, OtherRoot, method};
use super::multistatus::{ASKED, Multistatus};
use super::pieces::Body;
use super::response::{Properties, Response, State};
use crate::domain::run::PeerFailure;
use crate::net::client::Answer;
use crate::net::retry::{RetryableError, with_patience};
use crate::net::trouble;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::bounds::Bounds;

/// How deep PROPFIND looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Itself,
    Children,
}

impl Exchange {
    /// What is known of an item; [`ItemError::NotFound`] if nothing exists there.
    pub(super) async fn properties_of(&self, path: &ItemPath, folder: bool) -> EndpointResult<Properties> {
        let url = self.addresses.of(path, folder)?;
        self.look_at(&url).await?.ok_or_else(|| {
            if path.is_root() {
                self.nonsense("the response describes a different path").into()
            } else {
                EndpointError::item(ItemError::Name, "the service responds with a different path")
            }
        })
    }

    /// The same for any address; `None` if the answer is not about it.
    pub(super) async fn look_at(&self, url: &Url) -> EndpointResult<Option<Properties>> {
        let placed = self.tell(url, Depth::Itself).await?;
        let mut found = Ok(None);
        for (_, response) in placed.into_iter().filter(|(place, _)| *place == HrefTarget::Itself) {
            match response.state {
                State::Exists(properties) if found == Ok(None) => found = Ok(Some(properties)),
                State::Missing if found == Ok(None) => {
                    found = Err(EndpointError::item(ItemError::NotFound, "it does not exist"));
                }
                State::Exists(_) | State::Missing => {}
                State::Unknown(status) => return Err(EndpointError::item(status.unknown(), status.words)),
            }
        }
        found
    }

    /// What PROPFIND reports, each response with its place.
    pub(super) async fn tell(&self, url: &Url, depth: Depth) -> EndpointResult<Vec<(HrefTarget, Response)>> {
        let mut asked = self.asked(method("PROPFIND"), url.clone());
        let header = if depth == Depth::Itself { "0" } else { "1" };
        asked.headers.insert("depth", HeaderValue::from_static(header));
        asked.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
        asked.body = vec![Bytes::from_static(ASKED.as_bytes())];
        // What breaks off is asked for again; until the answer begins the sender does that.
        with_patience(self.sender.client().patience(), |_number| async {
            let final_one = |error| RetryableError { error, transient: false, wait: None };
            let answer = self.send(&asked).await.map_err(final_one)?;
            answer.is_about(url).map_err(|failure| final_one(self.redirected(url, failure)))?;
            let read = self.read(answer, url, depth).await;
            read.map_err(|failure| RetryableError {
                transient: trouble::may_pass_now(&failure),
                error: failure.into(),
                wait: None,
            })
        })
        .await
    }

    async fn read(&self, answer: Answer, url: &Url, depth: Depth) -> Result<Vec<(HrefTarget, Response)>, PeerFailure> {
        if answer.status != StatusCode::MULTI_STATUS {
            return Err(self.nonsense(&format!("the response to PROPFIND is {}", answer.status)));
        }
        let body = Body::of(answer, self.sender.client());
        let broken = body.broken();
        let mut responses = Multistatus::new(body.reader());
        let (mut all, mut bounds) = (Vec::new(), Bounds::new(self.sender.client(), &self.host));
        loop {
            match responses.next().await {
                Ok(Some(response)) => {
                    bounds.count(response.length()).await?;
                    self.note(&response);
                    all.push(response);
                }
                Ok(None) => break,
                Err(words) => return Err(broken.take().unwrap_or_else(|| self.nonsense(&words))),
            }
        }
        // A single item is not kept.
        if depth == Depth::Children {
            bounds.keep();
        }
        let folder = self.folder_of(names(url.path()), &all);
        Ok(all.into_iter().map(|response| (place_of(&response.href, &folder), response)).collect())
    }

    /// What was asked for is elsewhere: of an item that says nothing, not even that it does not exist.
    fn redirected(&self, url: &Url, failure: PeerFailure) -> EndpointError {
        if names(url.path()) == self.addresses.root_names() {
            return failure.into();
        }
        let to = failure.args.get(1).map(String::as_str).unwrap_or_default();
        let advice = "turn off this redirect at the service, or connect that URL as its own system";
        EndpointError::item(ItemError::Other, format!("the service redirects its URL to {to}: {advice}"))
    }

    fn note(&self, response: &Response) {
        if let State::Exists(known) = &response.state
            && !known.folder
            && known.etag.is_none()
        {
            self.anonymous.store(true, Ordering::Relaxed);
        }
    }

    /// The names by which the service calls what was asked for. A proxy may have rewritten the beginning of all
    /// paths; the answer about the root shows that.
    fn folder_of(&self, asked: Names, responses: &[Response]) -> Names {
        if responses.iter().any(|response| place_of(&response.href, &asked) == HrefTarget::Itself) {
            return asked;
        }
        let root = self.addresses.root_names();
        let Some(below) = asked.strip_prefix(root.as_slice()) else { return asked };
        if below.is_empty()
            && let Some(other) = shared_root(responses)
        {
            // If it was another one before, that one stays, and this answer is about something else.
            let _ = self.other_root.set(other);
        }
        match self.other_root.get() {
            Some(other) => [other.names.as_slice(), below].concat(),
            None => asked,
        }
    }
}

/// The folder that every response is or is directly in.
fn shared_root(responses: &[Response]) -> Option<OtherRoot> {
    let first = responses.iter().min_by_key(|response| names(&response.href).len())?;
    let folder = names(&first.href);
    let inside = |response: &Response| match place_of(&response.href, &folder) {
        HrefTarget::Itself | HrefTarget::Child(_) | HrefTarget::Odd(_) | HrefTarget::Unclear(_) => true,
        HrefTarget::Below(_) | HrefTarget::Above | HrefTarget::Elsewhere => false,
    };
    let is_folder = matches!(&first.state, State::Exists(known) if known.folder);
    (is_folder && responses.iter().all(inside)).then(|| OtherRoot { names: folder, shown: first.href.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn responses(hrefs: &[&str]) -> Vec<Response> {
        let of = |href: &&str| {
            let state = State::Exists(Properties { folder: href.ends_with('/'), ..Properties::default() });
            Response { href: (*href).to_owned(), state, failure: None }
        };
        hrefs.iter().map(of).collect()
    }

    fn shared(hrefs: &[&str]) -> Option<String> {
        shared_root(&responses(hrefs)).map(|other| other.shown)
    }

    #[test]
    fn one_other_path_that_all_share() {
        assert_eq!(shared(&["/internal/dav/"]), Some("/internal/dav/".to_owned()));
        assert_eq!(
            shared(&["/internal/dav/a", "/internal/dav/", "/internal/dav/b/"]),
            Some("/internal/dav/".to_owned())
        );
        assert_eq!(shared(&["/internal/dav/a", "/internal/dav/b/"]), None, "the folder itself is not among them");
        assert_eq!(shared(&["/internal/dav/", "/other/a"]), None);
        assert_eq!(shared(&["/internal/dav"]), None, "it is a file");
        assert_eq!(shared(&[]), None);
    }
}
