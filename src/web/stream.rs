//! Compression of streams whose parts must arrive when they are sent. The compressing middleware of
//! actix-web holds back what does not fill its window; here every part is flushed.

use std::io::Write;

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Whether the client reads gzip.
#[must_use]
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(',').any(|part| {
            let mut words = part.split(';').map(str::trim);
            words.next() == Some("gzip") && words.next() != Some("q=0")
        })
    })
}

/// Compresses part by part, or not at all.
pub enum Parts {
    Plain,
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

impl Parts {
    /// As the client accepts it.
    #[must_use]
    pub fn accepted(headers: &HeaderMap) -> Self {
        if accepts_gzip(headers) {
            Self::Gzip(Box::new(GzEncoder::new(Vec::new(), Compression::fast())))
        } else {
            Self::Plain
        }
    }

    /// The value of `Content-Encoding`.
    #[must_use]
    pub const fn encoding(&self) -> &'static str {
        match self {
            Self::Plain => "identity",
            Self::Gzip(_) => "gzip",
        }
    }

    /// A part as it is sent.
    ///
    /// # Errors
    /// None in practice: it writes to memory.
    pub fn part(&mut self, text: &[u8]) -> std::io::Result<Bytes> {
        match self {
            Self::Plain => Ok(Bytes::copy_from_slice(text)),
            Self::Gzip(encoder) => {
                encoder.write_all(text)?;
                encoder.flush()?;
                Ok(Bytes::from(std::mem::take(encoder.get_mut())))
            }
        }
    }

    /// What ends the stream.
    ///
    /// # Errors
    /// As for [`Parts::part`].
    pub fn end(&mut self) -> std::io::Result<Bytes> {
        match self {
            Self::Plain => Ok(Bytes::new()),
            Self::Gzip(encoder) => {
                encoder.try_finish()?;
                Ok(Bytes::from(std::mem::take(encoder.get_mut())))
            }
        }
    }
}
