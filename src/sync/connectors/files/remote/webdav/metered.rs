//! A body that is passed on in small pieces. The reader of XML keeps an event until it has seen its
//! end, however far that is.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// Maximum length of one entry with everything around it, in bytes. Those of real services are about a kilobyte.
pub(super) const LONGEST_ENTRY: usize = 1024 * 1024;

/// Gives out [`LONGEST_ENTRY`] bytes, and as many again on each request.
pub(super) struct Metered<R> {
    body: R,
    left: usize,
}

impl<R> Metered<R> {
    pub(super) const fn new(body: R) -> Self {
        Self { body, left: LONGEST_ENTRY }
    }

    /// An entry has ended.
    pub(super) const fn refill(&mut self) {
        self.left = LONGEST_ENTRY;
    }
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Metered<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let bytes = ready!(Pin::new(&mut this.body).poll_fill_buf(context))?;
        let given = bytes.len().min(this.left);
        // The end of the body is no error, even if nothing is left to give.
        if given == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::Error::other("an entry is too long")));
        }
        Poll::Ready(Ok(bytes.get(..given).unwrap_or_default()))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.left = this.left.saturating_sub(amount);
        Pin::new(&mut this.body).consume(amount);
    }
}

/// [`AsyncBufRead`] asks for it; nothing here reads so.
impl<R: AsyncBufRead + Unpin> AsyncRead for Metered<R> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let bytes = ready!(self.as_mut().poll_fill_buf(context))?;
        let amount = bytes.len().min(into.remaining());
        into.put_slice(bytes.get(..amount).unwrap_or_default());
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
