//! Reading an object. A service gives out one version whole, so that it cannot change meanwhile.

use futures_util::StreamExt;
use opendal::Operator;

use super::{facts, trouble};
use crate::sync::connector::Task;
use crate::sync::connectors::files::end::{EndResult, Facts};
use crate::sync::connectors::files::remote::resume::{Download, Pieces};
use crate::sync::connectors::files::remote::sender::Sender;

/// An object to read.
pub(super) struct Object {
    pub(super) operator: Operator,
    pub(super) key: String,
    pub(super) sender: Sender,
    pub(super) host: String,
}

impl Object {
    async fn first(&self) -> opendal::Result<(Facts, opendal::BufferStream)> {
        let mut stream = self.operator.reader(&self.key).await?.into_stream(..).await?;
        let facts = facts(&stream.metadata().await?);
        Ok((facts, stream))
    }

    async fn further(&self, offset: u64, etag: &str) -> opendal::Result<opendal::BufferStream> {
        let quoted = format!("\"{etag}\"");
        self.operator.reader_with(&self.key).if_match(&quoted).await?.into_stream(offset..).await
    }

    fn pieces(&self, stream: opendal::BufferStream) -> Pieces {
        let (sender, host) = (self.sender.clone(), self.host.clone());
        Box::pin(stream.map(move |piece| match piece {
            // Buffers of a response are in one piece.
            Ok(buffer) => Ok(buffer.to_bytes()),
            Err(error) => Err(trouble::of(&error, &sender, &host)),
        }))
    }
}

impl Download for Object {
    fn open(&self) -> Task<'_, EndResult<(Facts, Pieces)>> {
        Box::pin(async {
            match self.first().await {
                Ok((facts, stream)) => Ok((facts, self.pieces(stream))),
                Err(error) => Err(trouble::of(&error, &self.sender, &self.host)),
            }
        })
    }

    fn go_on<'a>(&'a self, offset: u64, etag: &'a str) -> Task<'a, EndResult<Pieces>> {
        Box::pin(async move {
            match self.further(offset, etag).await {
                Ok(stream) => Ok(self.pieces(stream)),
                Err(error) => Err(trouble::of(&error, &self.sender, &self.host)),
            }
        })
    }
}
