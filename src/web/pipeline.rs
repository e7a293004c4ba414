//! One request of a connection at a time: a client that sends requests without waiting for the responses waits here.
//!
//! Actix's dispatcher takes apart all requests that it has read (up to 128 KiB) before it answers the first, and keeps
//! about 5 KiB for each, of which the smallest has 18 bytes. Measured: 150 connections with 350 KB of requests each
//! brought a process from 93 to 2,540 MiB. Therefore it gets a head at a time, and nothing more while a request without
//! a body is answered, or while the client does not take what was answered. A head that is too long ends in a byte that
//! no head may have, which actix answers with 400.
//!
//! Actix limits the time of the first head of a connection only. A later one that has begun and does not end in time ends
//! the connection here.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_http::Payload;
use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How much is read from a connection at a time.
const PIECE: usize = 4 * 1024;
/// Maximum length of the head of a request: enough for the longest address (64 KiB) with its headers.
const HEAD: usize = 72 * 1024;
/// How long the head of a request may take to arrive. A busy machine takes seconds to get to it.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// How many empty lines may arrive behind the head of a request with a body until it is answered: each may end another
/// head. Forms have none.
const BEHIND: i32 = 16;

/// What is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answering {
    Nothing,
    WithoutBody,
    WithBody,
}

/// What the stream and the answers of a connection know of each other.
#[derive(Debug)]
pub struct Turns {
    answering: Cell<Answering>,
    /// The last request had a body in chunks, of which a rest may follow its answer.
    chunks: Cell<bool>,
    /// Empty lines that were let through, without those of requests that had their turn.
    heads: Cell<i32>,
    /// The client does not take what is written.
    stuck: Cell<bool>,
    waits: RefCell<Option<Waker>>,
}

impl Turns {
    fn new() -> Self {
        Self {
            answering: Cell::new(Answering::Nothing),
            chunks: Cell::new(false),
            heads: Cell::new(0),
            stuck: Cell::new(false),
            waits: RefCell::default(),
        }
    }

    fn holds(&self) -> bool {
        self.stuck.get()
            || match self.answering.get() {
                Answering::Nothing => {
                    self.heads.set(0);
                    false
                }
                Answering::WithoutBody => true,
                Answering::WithBody => self.heads.get() > BEHIND,
            }
    }

    fn go_on(&self) {
        if let Some(waker) = self.waits.take() {
            waker.wake();
        }
    }

    fn begin(self: Rc<Self>, with_body: bool, chunks: bool) -> Turn {
        self.answering.set(if with_body { Answering::WithBody } else { Answering::WithoutBody });
        self.chunks.set(chunks);
        // One ends its head, and one its chunks, which may still come.
        self.heads.set(self.heads.get().saturating_sub(if chunks { 2 } else { 1 }));
        self.go_on();
        Turn(self)
    }
}

/// A request that is being answered.
struct Turn(Rc<Turns>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.answering.set(Answering::Nothing);
        self.0.go_on();
    }
}

/// An answer, with the turn that ends with it.
struct Answer {
    body: BoxBody,
    _turn: Option<Turn>,
}

impl MessageBody for Answer {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// A request has its turn until its answer is made to its end, or given up.
///
/// # Errors
/// None itself.
pub async fn in_turn(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let chunks = request.chunked().unwrap_or(false);
    let with_body = !matches!(request.parts_mut().1, Payload::None);
    let turn = request.conn_data::<Rc<Turns>>().map(|turns| turns.clone().begin(with_body, chunks));
    let answer = next.call(request).await?;
    Ok(answer.map_body(|_head, body| BoxBody::new(Answer { body: body.boxed(), _turn: turn })))
}

/// Finds empty lines.
#[derive(Debug)]
struct EmptyLines {
    /// Ends of lines since the last letter.
    ends: u8,
}

impl EmptyLines {
    /// Whether nothing came since the last empty line.
    const fn are_at_end(&self) -> bool {
        self.ends >= 2
    }

    /// How many bytes there are up to the end of the first empty line.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        bytes.iter().position(|byte| self.is_end(*byte)).map(|position| position + 1)
    }

    /// Whether it ends an empty line that is not behind another one.
    fn is_end(&mut self, byte: u8) -> bool {
        match byte {
            b'\r' => false,
            b'\n' => {
                self.ends = self.ends.saturating_add(1);
                self.ends == 2
            }
            _letter => {
                self.ends = 0;
                false
            }
        }
    }
}

/// A connection that lets requests through one by one.
#[derive(Debug)]
pub struct OneByOne {
    stream: TcpStream,
    turns: Rc<Turns>,
    /// What was read and is not let through.
    rest: BytesMut,
    lines: EmptyLines,
    /// How much of a head was let through.
    head: usize,
    /// A head was let through: first it is decoded.
    pauses: bool,
    /// Until when a head that has begun must have ended.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl OneByOne {
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            turns: Rc::new(Turns::new()),
            rest: BytesMut::new(),
            lines: EmptyLines { ends: 2 },
            head: 0,
            pauses: false,
            deadline: None,
        }
    }

    /// For [`in_turn`].
    #[must_use]
    pub fn turns(&self) -> Rc<Turns> {
        self.turns.clone()
    }

    /// Whether a head has begun, or something behind a body that may be one, and does not end in time.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        if self.turns.answering.get() != Answering::Nothing || self.lines.are_at_end() {
            self.deadline = None;
            return false;
        }
        self.deadline.get_or_insert_with(|| Box::pin(sleep(HEAD_TIME))).as_mut().poll(context).is_ready()
    }

    /// Lets through what may be: at most a head.
    fn let_through(&mut self, most: usize) -> Bytes {
        let most = most.min(self.rest.len());
        let empty_line = self.lines.end(self.rest.get(..most).unwrap_or_default());
        let piece = self.rest.split_to(empty_line.unwrap_or(most)).freeze();
        if self.rest.is_empty() {
            // An idle connection keeps no memory for this.
            self.rest = BytesMut::new();
        }
        if empty_line.is_some() {
            self.pauses = true;
            self.head = 0;
            self.turns.heads.set(self.turns.heads.get().saturating_add(1));
        } else if self.turns.answering.get() == Answering::Nothing && !self.turns.chunks.get() {
            self.head += piece.len();
            if self.head > HEAD {
                return Bytes::from_static(b"\0");
            }
        }
        piece
    }

    fn wrote(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            self.turns.stuck.set(true);
        } else if self.turns.stuck.replace(false) {
            self.turns.go_on();
        }
        written
    }
}

impl AsyncRead for OneByOne {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, space: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_late(context) {
            // The end of what is read: actix closes the connection.
            return Poll::Ready(Ok(()));
        }
        let pauses = std::mem::take(&mut this.pauses);
        if this.rest.is_empty() {
            // Also while it holds: the end of a connection is noticed then as well.
            let mut bytes = [0; PIECE];
            let mut piece = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut piece))?;
            if piece.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.rest.extend_from_slice(piece.filled());
        }
        if pauses {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if this.turns.holds() {
            this.turns.waits.replace(Some(context.waker().clone()));
            return Poll::Pending;
        }
        space.put_slice(&this.let_through(space.remaining()));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for OneByOne {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(written)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("GET / HTTP/1.1\r\n\r\nGET", Some(18))]
    #[case("GET / HTTP/1.1\n\nGET", Some(16))]
    #[case("GET / HTTP/1.1\nx: y\r\n\nGET", Some(22))]
    #[case("GET / HTTP/1.1\r\nhost: desk\r\n", None)]
    #[case("\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", Some(24))]
    #[case("name=ada&password=x", None)]
    fn where_a_head_ends(#[case] text: &str, #[case] end: Option<usize>) {
        assert_eq!(EmptyLines { ends: 2 }.end(text.as_bytes()), end);
        let mut lines = EmptyLines { ends: 2 };
        let byte_by_byte = text.bytes().position(|byte| lines.end(&[byte]).is_some()).map(|position| position + 1);
        assert_eq!(byte_by_byte, end, "in whatever pieces it arrives");
    }

    #[test]
    fn what_holds_the_next_request() {
        let turns = Rc::new(Turns::new());
        assert!(!turns.holds());
        let turn = turns.clone().begin(false, false);
        assert!(turns.holds());
        drop(turn);
        assert!(!turns.holds());
        let turn = turns.clone().begin(true, false);
        assert!(!turns.holds(), "its body is read");
        turns.heads.set(BEHIND + 1);
        assert!(turns.holds(), "and not what is behind it without end");
        drop(turn);
        assert!(!turns.holds());
        turns.stuck.set(true);
        assert!(turns.holds(), "answers are not taken");
    }
}
