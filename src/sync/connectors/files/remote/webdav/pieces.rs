//! The body of an answer as something to read from, which remembers why it broke off.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use tokio_util::io::StreamReader;

use crate::domain::run::PeerFailure;
use crate::net::client::{Answer, Client};
use crate::net::listings::Listed;

type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The body of an answer.
pub(super) struct Body {
    pieces: Pieces,
    broken: Broken,
}

/// Why a body could not be read to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<PeerFailure>>>);

impl Broken {
    fn keep(&self, failure: PeerFailure) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    pub(super) fn take(&self) -> Option<PeerFailure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Body {
    /// That of an answer whose parts count as listings of the client's run.
    pub(super) fn of(answer: Answer, client: &Client) -> Self {
        let broken = Broken::default();
        let reading = Reading { answer, listed: client.listings().begin(), broken: broken.clone() };
        Self { pieces: Box::pin(pieces(reading)), broken }
    }

    pub(super) fn broken(&self) -> Broken {
        self.broken.clone()
    }

    pub(super) fn reader(self) -> StreamReader<Pieces, Bytes> {
        StreamReader::new(self.pieces)
    }
}

struct Reading {
    answer: Answer,
    listed: Listed,
    broken: Broken,
}

fn pieces(reading: Reading) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(Some(reading), |reading| async {
        let mut reading = reading?;
        match reading.listed.piece(&mut reading.answer).await {
            Ok(Some(piece)) => Some((Ok(piece), Some(reading))),
            Ok(None) => None,
            Err(failure) => {
                reading.broken.keep(failure);
                Some((Err(io::Error::other("the response is cut off")), None))
            }
        }
    })
}
