//! The body of an answer as something to read from, which remembers why it broke off.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use tokio_util::io::StreamReader;

use crate::domain::run::Failure;
use crate::net::client::Answer;

type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The body of an answer.
pub(super) struct Body {
    pieces: Pieces,
    broken: Broken,
}

/// Why a body could not be read to its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<Failure>>>);

impl Broken {
    fn keep(&self, failure: Failure) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    pub(super) fn take(&self) -> Option<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Body {
    pub(super) fn of(answer: Answer) -> Self {
        let broken = Broken::default();
        Self { pieces: Box::pin(pieces(answer, broken.clone())), broken }
    }

    pub(super) fn broken(&self) -> Broken {
        self.broken.clone()
    }

    pub(super) fn reader(self) -> StreamReader<Pieces, Bytes> {
        StreamReader::new(self.pieces)
    }
}

fn pieces(answer: Answer, broken: Broken) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(Some((answer, broken)), |state| async {
        let (mut answer, broken) = state?;
        match answer.piece().await {
            Ok(Some(piece)) => Some((Ok(piece), Some((answer, broken)))),
            Ok(None) => None,
            Err(failure) => {
                broken.keep(failure);
                Some((Err(io::Error::other("the answer breaks off")), None))
            }
        }
    })
}
