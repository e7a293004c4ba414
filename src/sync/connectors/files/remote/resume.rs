//! A download that resumes where it was interrupted, as long as the file is the same.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::consecutive_failures::ConsecutiveFailures;
use crate::net::Patience;
use crate::net::client::Answer;
use crate::net::pace::least_within;
use crate::net::retry::RetryableError;
use crate::net::trouble::PEER_SLOW;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, FileReader, ItemError};
use crate::sync::connectors::files::path::ItemPath;
use futures_util::future::BoxFuture;

/// The content of a file, piece by piece.
pub(super) type Pieces = Pin<Box<dyn Stream<Item = EndpointResult<Bytes>> + Send>>;

/// The body of an answer.
pub(super) fn pieces(answer: Answer) -> Pieces {
    Box::pin(futures_util::stream::unfold(Some(answer), |answer| async {
        let mut answer = answer?;
        match answer.piece().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(answer))),
            Ok(None) => None,
            Err(failure) => Some((Err(failure.into()), None)),
        }
    }))
}

/// How to get at one file.
pub(super) trait Download: Send + Sync {
    /// Its facts and its content.
    fn open(&self) -> BoxFuture<'_, EndpointResult<(Facts, Pieces)>>;

    /// Its content from `offset` on, of the version with this etag only. `None` if the service sends whole files only.
    fn go_on<'a>(&'a self, offset: u64, etag: &'a str) -> BoxFuture<'a, EndpointResult<Option<Pieces>>>;

    /// The facts of what was read, as later listings report them. Fails with [`ItemError::Changed`] if the file is
    /// another one by now. Services that give out one version whole have nothing to do.
    fn finish<'a>(&'a self, facts: &'a Facts) -> BoxFuture<'a, EndpointResult<Facts>> {
        Box::pin(async { Ok(facts.clone()) })
    }
}

/// Reads one file.
pub(super) struct Resuming<D> {
    download: D,
    patience: Patience,
    facts: Facts,
    pieces: Pieces,
    given: u64,
    /// Breaks since it moved.
    breaks: u32,
    /// Bytes since the last break.
    came: u64,
    path: ItemPath,
    strikes: ConsecutiveFailures,
}

impl<D: Download> Resuming<D> {
    pub(super) async fn open(
        download: D,
        path: &ItemPath,
        patience: Patience,
        strikes: &ConsecutiveFailures,
    ) -> EndpointResult<Self> {
        let (facts, pieces) = strikes.spare(path, download.open().await)?;
        let (path, strikes) = (path.clone(), strikes.clone());
        Ok(Self { download, patience, facts, pieces, given: 0, breaks: 0, came: 0, path, strikes })
    }

    async fn piece(&mut self) -> EndpointResult<Option<Bytes>> {
        loop {
            match self.pieces.next().await {
                Some(Ok(bytes)) => {
                    self.given += bytes.len() as u64;
                    self.came += bytes.len() as u64;
                    if self.facts.size.is_some_and(|size| self.given > size) {
                        return Err(EndpointError::item(
                            ItemError::Changed,
                            "the service sent more bytes than the file has",
                        ));
                    }
                    return Ok(Some(bytes));
                }
                Some(Err(error)) => self.again(error).await?,
                None if self.facts.size.is_some_and(|size| self.given < size) => {
                    return Err(EndpointError::item(
                        ItemError::Changed,
                        "the service sent fewer bytes than the file has",
                    ));
                }
                None => {
                    self.facts.size = Some(self.given);
                    self.facts = self.download.finish(&self.facts).await?;
                    return Ok(None);
                }
            }
        }
    }

    /// Opens the file again where it broke off, after a pause; or gives up with `error`.
    async fn again(&mut self, error: EndpointError) -> EndpointResult<()> {
        let transient = matches!(&error, EndpointError::Whole(failure) if failure.transient);
        let Some(etag) = self.facts.etag.clone() else { return Err(error) };
        let stalled = matches!(&error, EndpointError::Whole(failure) if failure.code == PEER_SLOW);
        // What stalls again and again after a few bytes does not move.
        let moved = if stalled { least_within(self.patience.idle) } else { 1 };
        if std::mem::take(&mut self.came) >= moved {
            self.breaks = 0;
        }
        self.breaks += 1;
        let setback = RetryableError { error, transient, wait: None };
        let Some(pause) = self.patience.pause_after(self.breaks, &setback) else { return Err(setback.error) };
        tokio::time::sleep(pause).await;
        let Some(pieces) = self.download.go_on(self.given, &etag).await? else { return Err(setback.error) };
        self.pieces = pieces;
        Ok(())
    }
}

impl<D: Download> FileReader for Resuming<D> {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<Bytes>>> {
        Box::pin(async {
            let piece = self.piece().await;
            self.strikes.spare(&self.path, piece)
        })
    }
}
