//! Writing a file: under a temporary name in the same folder, then a MOVE.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::exchange::{Exchange, is_missing, method};
use crate::net::client::Outgoing;
use crate::sync::connectors::files::end::{EndError, EndResult, Facts, Trouble};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::remote::sender::Unanswered;
use crate::sync::stop::Stop;

/// Up to this size a file is read before it is sent, and can be sent again.
const SMALL: u64 = 1024 * 1024;

/// One file on its way.
pub(super) struct Upload<'a> {
    /// Ends with the run.
    pub(super) exchange: &'a Exchange,
    pub(super) path: &'a ItemPath,
    pub(super) temporary: ItemPath,
}

impl Upload<'_> {
    pub(super) async fn write(&self, incoming: Incoming) -> EndResult<Facts> {
        let (size, stop) = (incoming.facts().size.unwrap_or_default(), incoming.stop());
        let moved = match self.put(incoming).await {
            Ok(()) => self.put_in_place(&stop, size).await,
            Err(error) => Err(error),
        };
        if let Err(error) = moved {
            self.tidy(&stop).await;
            return Err(error);
        }
        let told = self.exchange.look(self.path, false).await.map_err(confused)?;
        if told.folder || told.size.is_some_and(|stored| stored != size) {
            return Err(EndError::item(Trouble::Changed, "somebody else wrote it at the same time"));
        }
        Ok(super::facts(told))
    }

    async fn put(&self, mut incoming: Incoming) -> EndResult<()> {
        let size = incoming.facts().size.unwrap_or_default();
        let mut asked = self.exchange.asked(Method::PUT, self.exchange.addresses.of(&self.temporary, false)?);
        asked.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        if size <= SMALL {
            asked.body = whole(&mut incoming).await?;
            self.exchange.send(&asked).await?;
            return Ok(());
        }
        let failed = incoming.failed();
        let pieces = incoming.into_stream().map(|piece| piece.map_err(Into::into));
        let sent = self.exchange.sender.stream(&asked, Outgoing::Streamed(Box::pin(pieces), size)).await;
        match (failed.take(), sent) {
            // The source failed, not the service.
            (Some(error), _) => Err(error),
            (None, Ok(_answer)) => Ok(()),
            (None, Err(setback)) => Err(self.exchange.sender.error(setback.error)),
        }
    }

    /// A MOVE that overwrites replaces a folder with all that is in it, so it is tried without at first.
    async fn put_in_place(&self, stop: &Stop, size: u64) -> EndResult<()> {
        stop.check()?;
        if self.moved(false, size).await? {
            return Ok(());
        }
        // Only what is known to be a file is overwritten: a service that takes the name for another one
        // would overwrite something else.
        let there = self.exchange.look(self.path, false).await.map_err(confused)?;
        if there.folder {
            return Err(EndError::item(Trouble::InTheWay, "a folder has this name"));
        }
        stop.check()?;
        if self.moved(true, size).await? {
            return Ok(());
        }
        Err(EndError::item(Trouble::Other, "the service does not replace the file"))
    }

    /// False if something is in its place.
    async fn moved(&self, overwrite: bool, size: u64) -> EndResult<bool> {
        let mut asked = self.exchange.asked(method("MOVE"), self.exchange.addresses.of(&self.temporary, false)?);
        let target: Url = self.exchange.addresses.of(self.path, false)?;
        let target = HeaderValue::from_str(target.as_str()).map_err(|error| EndError::item(Trouble::Name, error))?;
        asked.headers.insert("destination", target);
        asked.headers.insert("overwrite", HeaderValue::from_static(if overwrite { "T" } else { "F" }));
        let attempts = AtomicU32::new(0);
        let refused = match self.exchange.sender.send_counting(&asked, &attempts).await {
            Ok(_answer) => return Ok(true),
            Err(Unanswered::Refused(refusal)) if refusal.status == StatusCode::PRECONDITION_FAILED => return Ok(false),
            Err(unanswered) => self.exchange.sender.error(unanswered),
        };
        // It may have been moved by an attempt whose answer was lost.
        if is_missing(&refused) && attempts.load(Ordering::Relaxed) > 1 {
            let told = self.exchange.look(self.path, false).await?;
            if !told.folder && told.size == Some(size) {
                return Ok(true);
            }
        }
        Err(refused)
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

/// What was moved into place, or stood in its way, is not there.
fn confused(error: EndError) -> EndError {
    if is_missing(&error) { EndError::item(Trouble::Name, "the service takes its name for another one") } else { error }
}

async fn whole(incoming: &mut Incoming) -> EndResult<Vec<Bytes>> {
    let mut pieces = Vec::new();
    while let Some(piece) = incoming.next().await? {
        pieces.push(piece);
    }
    Ok(pieces)
}
