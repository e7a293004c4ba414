//! Writing a file: under a temporary name in the same folder, then a MOVE.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::address::HrefTarget;
use super::exchange::{Confirmation, Exchange, is_missing, method};
use super::probe::{Judgement, NameRules};
use super::propfind::Depth;
use super::response::Properties;
use crate::net::client::Outgoing;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, ItemError};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::names::TemporaryNames;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::sender::Unanswered;
use crate::sync::stop::Stop;

/// Up to this size a file is read before it is sent, and can be sent again.
const SMALL: u64 = 1024 * 1024;

/// One file on its way.
pub(super) struct Upload<'a> {
    /// Ends with the run.
    exchange: &'a Exchange,
    path: &'a ItemPath,
    names: &'a TemporaryNames,
    kept: &'a NameRules,
    /// Where the file is until it gets its name.
    temporary: ItemPath,
}

impl<'a> Upload<'a> {
    pub(super) fn new(
        exchange: &'a Exchange,
        path: &'a ItemPath,
        names: &'a TemporaryNames,
        kept: &'a NameRules,
    ) -> Self {
        let temporary = path.parent().join(names.next().as_bytes());
        Self { exchange, path, names, kept, temporary }
    }

    pub(super) async fn write(mut self, incoming: Incoming) -> EndpointResult<Facts> {
        let (stop, given) = (incoming.stop(), incoming.counter());
        let put = self.put(incoming).await;
        let size = given.load(Ordering::Relaxed);
        let moved = match put {
            Ok(()) => self.move_into_place(&stop, size).await,
            Err(error) => Err(error),
        };
        if let Err(error) = moved {
            self.tidy(&stop).await;
            return Err(error);
        }
        let known = self.exchange.properties_of(self.path, false).await.map_err(confused)?;
        if known.folder || known.size.is_some_and(|stored| stored != size) {
            return Err(EndpointError::item(ItemError::Changed, "someone else changed it at the same time"));
        }
        Ok(known.facts())
    }

    async fn put(&self, mut incoming: Incoming) -> EndpointResult<()> {
        let size = incoming.facts().size;
        let mut asked = self.exchange.asked(Method::PUT, self.exchange.addresses.of(&self.temporary, false)?);
        asked.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        let mut first = Vec::new();
        if size.is_none_or(|size| size <= SMALL) && beginning(&mut incoming, &mut first).await? {
            asked.body = first;
            return self.exchange.change(&asked).await.map(|_outcome| ());
        }
        let failed = incoming.failed();
        let rest = incoming.into_stream().map(|piece| piece.map_err(Into::into));
        let pieces = futures_util::stream::iter(first.into_iter().map(Ok)).chain(rest);
        let sent = self.exchange.sender.stream(&asked, Outgoing::Streamed(Box::pin(pieces), size)).await;
        match (failed.take(), sent) {
            // The source failed, not the service.
            (Some(error), _) => Err(error),
            // That it was stored is proved by the MOVE.
            (None, Ok(answer)) => self.exchange.outcome(answer).await.map(|_outcome| ()),
            (None, Err(setback)) => Err(self.exchange.sender.error(setback.error)),
        }
    }

    async fn move_into_place(&mut self, stop: &Stop, size: u64) -> EndpointResult<()> {
        match self.kept.judge(self.path) {
            Judgement::Kept => {}
            Judgement::Changed => return Err(alias()),
            Judgement::Untried(characters) => {
                stop.check()?;
                self.try_characters(&characters, size).await?;
            }
        }
        self.put_in_place(stop, size).await
    }

    /// Gives the temporary file another temporary name with these characters in it.
    async fn try_characters(&mut self, characters: &str, size: u64) -> EndpointResult<()> {
        let stem = self.names.next();
        let tried = self.path.parent().join(TemporaryNames::with(&stem, characters).as_bytes());
        if !self.moved(&tried, None, size).await? {
            return Err(alias());
        }
        match self.exchange.properties_of(&tried, false).await.map_err(confused) {
            Ok(_) => {
                self.kept.note(characters, true);
                self.temporary = tried;
                Ok(())
            }
            Err(error) => {
                if matches!(error, EndpointError::Item { trouble: ItemError::Name, .. }) {
                    self.kept.note(characters, false);
                }
                self.remove_alias(&stem).await;
                Err(error)
            }
        }
    }

    /// Removes what the service made of a name that begins with `stem`, which nobody else uses.
    async fn remove_alias(&self, stem: &str) {
        let Ok(folder) = self.exchange.addresses.of(&self.path.parent(), true) else { return };
        let placed = self.exchange.tell(&folder, Depth::Children).await.unwrap_or_default();
        drop(self.exchange.sender.client().listings().claim());
        for (place, _) in placed {
            if let HrefTarget::Child(name) = place
                && name.starts_with(stem.as_bytes())
                && let Ok(url) = self.exchange.addresses.of(&self.path.parent().join(&name), false)
            {
                let _ = self.exchange.send(&self.exchange.asked(Method::DELETE, url)).await;
            }
        }
    }

    /// A MOVE that overwrites replaces a folder with all that is in it, so it is tried without at first.
    async fn put_in_place(&self, stop: &Stop, size: u64) -> EndpointResult<()> {
        stop.check()?;
        if self.moved(self.path, None, size).await? {
            return Ok(());
        }
        // Only what is known to be a file is overwritten: a service that takes the name for another one
        // would overwrite something else.
        let there = self.exchange.properties_of(self.path, false).await.map_err(confused)?;
        if there.folder {
            return Err(EndpointError::item(ItemError::InTheWay, "a folder has this name"));
        }
        stop.check()?;
        if self.moved(self.path, Some(&there), size).await? {
            return Ok(());
        }
        Err(EndpointError::item(ItemError::Other, "the service does not replace the file"))
    }

    /// Overwrites the file that was there `before`, if any. False if something has this name already.
    async fn moved(&self, target: &ItemPath, before: Option<&Properties>, size: u64) -> EndpointResult<bool> {
        let mut asked = self.exchange.asked(method("MOVE"), self.exchange.addresses.of(&self.temporary, false)?);
        let url: Url = self.exchange.addresses.of(target, false)?;
        let url = HeaderValue::from_str(url.as_str()).map_err(|error| EndpointError::item(ItemError::Name, error))?;
        asked.headers.insert("destination", url);
        asked.headers.insert("overwrite", HeaderValue::from_static(if before.is_some() { "T" } else { "F" }));
        let attempts = AtomicU32::new(0);
        let refused = match self.exchange.sender.send_counting(&asked, &attempts).await {
            Ok(answer) => {
                return match self.exchange.outcome(answer).await? {
                    Confirmation::Done => Ok(true),
                    Confirmation::Unclear(status) => Err(super::unconfirmed(status)),
                };
            }
            Err(Unanswered::Refused(refusal)) if refusal.status == StatusCode::PRECONDITION_FAILED => return Ok(false),
            Err(unanswered) => self.exchange.sender.error(unanswered),
        };
        if !is_missing(&refused) {
            return Err(refused);
        }
        // It may have been moved by an attempt whose answer was lost.
        if attempts.load(Ordering::Relaxed) > 1 {
            let known = self.exchange.properties_of(target, false).await?;
            let is_other = |before: &Properties| {
                (&before.etag, before.modified, &before.time_text) != (&known.etag, known.modified, &known.time_text)
            };
            if !known.folder && known.size == Some(size) && before.is_none_or(is_other) {
                return Ok(true);
            }
        }
        let words = "the service accepted the upload, but the temporary file does not exist";
        Err(EndpointError::item(ItemError::Other, words))
    }

    /// What cannot be removed now is left to the next run.
    async fn tidy(&self, stop: &Stop) {
        if stop.check().is_err() {
            return;
        }
        if let Ok(url) = self.exchange.addresses.of(&self.temporary, false) {
            let _ = self.exchange.send(&self.exchange.asked(Method::DELETE, url)).await;
        }
    }
}

/// What was moved into place, or had its name before, does not exist.
fn confused(error: EndpointError) -> EndpointError {
    if is_missing(&error) { alias() } else { error }
}

fn alias() -> EndpointError {
    EndpointError::item(ItemError::Name, "the name collides with another file")
}

/// Reads the pieces of a small file. False if it has more.
async fn beginning(incoming: &mut Incoming, pieces: &mut Vec<Bytes>) -> EndpointResult<bool> {
    while let Some(piece) = incoming.next().await? {
        pieces.push(piece);
        if incoming.given() > SMALL {
            return Ok(false);
        }
    }
    Ok(true)
}
