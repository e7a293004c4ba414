//! Sources to write from, and what came back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use syncdesk::sync::connectors::files::endpoint::{
    Endpoint, EndpointError, EndpointResult, Facts, FileReader, ItemError,
};
use syncdesk::sync::connectors::files::incoming::Incoming;
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::progress::Progress;
use syncdesk::sync::stop::Stop;

const PIECE: u64 = 256 * 1024;

/// Content that is made when it is read: no two pieces of it are equal.
pub struct Source {
    facts: Facts,
    seed: u8,
    given: u64,
    /// Fails after this many bytes.
    breaks_at: Option<u64>,
}

pub fn source(size: u64, seed: u8) -> Source {
    Source { facts: Facts { size: Some(size), ..Facts::default() }, seed, given: 0, breaks_at: None }
}

impl Source {
    pub fn breaking_at(self, bytes: u64) -> Self {
        Self { breaks_at: Some(bytes), ..self }
    }

    /// On its way, for a run that may be stopped.
    pub fn incoming(self, stop: &Stop) -> Incoming {
        Incoming::new(Box::new(self), stop.clone(), Arc::new(Progress::default()))
    }

    fn piece(&mut self) -> Option<Bytes> {
        let left = self.facts.size.unwrap_or_default() - self.given;
        let number = self.given / PIECE;
        let piece: Vec<u8> =
            (0..left.min(PIECE)).map(|at| (at % 251) as u8 ^ (number % 253) as u8 ^ self.seed).collect();
        self.given += piece.len() as u64;
        (!piece.is_empty()).then(|| piece.into())
    }
}

impl FileReader for Source {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<Bytes>>> {
        let broken = self.breaks_at.is_some_and(|at| self.given >= at);
        let piece =
            if broken { Err(EndpointError::item(ItemError::Changed, "told to break")) } else { Ok(self.piece()) };
        Box::pin(async { piece })
    }
}

pub fn lease() -> Stop {
    Stop::leased(syncdesk::clock::since_boot(), Duration::from_mins(10))
}

/// What the source of this size and seed gives, as a digest.
pub fn digest_of(size: u64, seed: u8) -> String {
    let (mut source, mut digest) = (source(size, seed), Sha256::new());
    while let Some(piece) = source.piece() {
        digest.update(&piece);
    }
    format!("{:x?}", digest.finalize())
}

pub async fn write(end: &dyn Endpoint, path: &ItemPath, size: u64, seed: u8) -> EndpointResult<Facts> {
    end.write(path, source(size, seed).incoming(&lease())).await
}

/// Reads a file to its end: its facts as they were told at first, and the digest of what came.
pub async fn read(end: &dyn Endpoint, path: &ItemPath) -> EndpointResult<(Facts, String)> {
    let mut reader = end.read(path).await?;
    let facts = reader.facts().clone();
    let (mut digest, mut size) = (Sha256::new(), 0);
    while let Some(piece) = reader.next().await? {
        assert!(piece.len() <= 2 * 1024 * 1024, "a piece of {} bytes", piece.len());
        size += piece.len() as u64;
        digest.update(&piece);
    }
    assert_eq!(Some(size), facts.size);
    Ok((facts, format!("{:x?}", digest.finalize())))
}
