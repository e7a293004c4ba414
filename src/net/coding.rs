//! Decodes the content coding of an answer (RFC 9110, 8.4), piece by piece. Nobody asked for one, but any is
//! acceptable where none is named, and some services always compress.
//!
//! Output comes in the size of the caller's buffer, so that a short answer that expands without end is noticed early.

use std::io::{self, BufRead, ErrorKind, Read};

use brotli_decompressor::Decompressor;
use bytes::{Buf, Bytes};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Bytes that came and were not decoded yet.
#[derive(Debug, Default)]
struct Feed {
    bytes: Bytes,
    has_ended: bool,
}

impl BufRead for Feed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes.is_empty() && !self.has_ended {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(&self.bytes)
    }

    fn consume(&mut self, n: usize) {
        self.bytes.advance(n.min(self.bytes.len()));
    }
}

impl Read for Feed {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(to)?;
        self.consume(read);
        Ok(read)
    }
}

/// Size of brotli's input buffer.
const BUFFER: usize = 4 * 1024;

/// Largest window of brotli (RFC 7932, 9.1). That of the others has 32 KiB.
pub const BROTLI_WINDOW: usize = 16 * 1024 * 1024;

/// A decoder that is fed with pieces of an answer.
pub struct Decoder(Coding);

enum Coding {
    Identity(Feed),
    Gzip(MultiGzDecoder<Feed>),
    /// Either of the next two: the first byte tells.
    Deflate(Feed),
    Zlib(ZlibDecoder<Feed>),
    /// Without the frame that RFC 9110 demands, as some servers send it.
    BareDeflate(DeflateDecoder<Feed>),
    Brotli(Box<Decompressor<Feed>>),
}

impl Decoder {
    /// For the value of `Content-Encoding`.
    ///
    /// # Errors
    /// When it cannot be decoded; in words.
    pub fn new(codings: &str) -> Result<Self, String> {
        let names: Vec<String> = codings.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
        let mut names = names.iter().map(String::as_str).filter(|name| !matches!(*name, "" | "identity"));
        let coding = match (names.next(), names.next()) {
            (None, _) => Coding::Identity(Feed::default()),
            (Some("gzip" | "x-gzip"), None) => Coding::Gzip(MultiGzDecoder::new(Feed::default())),
            (Some("deflate"), None) => Coding::Deflate(Feed::default()),
            (Some("br"), None) => Coding::Brotli(Box::new(Decompressor::new(Feed::default(), BUFFER))),
            _ => return Err(format!("its content coding is “{codings}”")),
        };
        Ok(Self(coding))
    }

    /// How many bytes it holds to decode, at most.
    #[must_use]
    pub const fn memory(&self) -> usize {
        match self.0 {
            Coding::Brotli(_) => BROTLI_WINDOW,
            Coding::Identity(_) | Coding::Gzip(_) | Coding::Deflate(_) | Coding::Zlib(_) | Coding::BareDeflate(_) => 0,
        }
    }

    /// The next piece as it came.
    pub fn feed(&mut self, piece: Bytes) {
        if let Coding::Deflate(_) = self.0
            && let Some(first) = piece.first()
        {
            let has_frame = first & 0x0f == 8 && first >> 4 <= 7;
            self.0 = if has_frame {
                Coding::Zlib(ZlibDecoder::new(Feed::default()))
            } else {
                Coding::BareDeflate(DeflateDecoder::new(Feed::default()))
            };
        }
        self.input().bytes = piece;
    }

    /// Nothing more comes.
    pub fn end(&mut self) {
        self.input().has_ended = true;
    }

    fn input(&mut self) -> &mut Feed {
        match &mut self.0 {
            Coding::Identity(feed) | Coding::Deflate(feed) => feed,
            Coding::Gzip(decoder) => decoder.get_mut(),
            Coding::Zlib(decoder) => decoder.get_mut(),
            Coding::BareDeflate(decoder) => decoder.get_mut(),
            Coding::Brotli(decoder) => decoder.get_mut(),
        }
    }

    /// Decodes as much as fits; `Ok(None)` when another piece is needed, `Ok(Some(0))` at the end.
    ///
    /// # Errors
    /// When it is not of its coding, or ends too early ([`ErrorKind::UnexpectedEof`]).
    pub fn read(&mut self, to: &mut [u8]) -> io::Result<Option<usize>> {
        let read = match &mut self.0 {
            Coding::Identity(feed) | Coding::Deflate(feed) => feed.read(to),
            Coding::Gzip(decoder) => decoder.read(to),
            Coding::Zlib(decoder) => decoder.read(to),
            Coding::BareDeflate(decoder) => decoder.read(to),
            Coding::Brotli(decoder) => decoder.read(to),
        };
        match read {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            read => read.map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use rstest::rstest;

    use super::*;

    const WORDS: &str = "Twelve partners of twelve countries have twelve accounts.\n";

    /// `WORDS` in brotli, by the encoder of Node.js.
    const BROTLI: &[u8] = &[
        0x1b, 0x39, 0x00, 0x18, 0x8c, 0x94, 0xaa, 0xdb, 0x63, 0x84, 0x4a, 0x6f, 0x05, 0x2a, 0xba, 0x3b, 0x0d, 0x52,
        0xc6, 0x66, 0x07, 0x36, 0xc6, 0xc6, 0x5f, 0x16, 0x48, 0x6f, 0x17, 0x33, 0x60, 0x03, 0x8e, 0x03, 0x2d, 0x50,
        0x1e, 0xe1, 0x77, 0x5b, 0x46, 0x61, 0xa9, 0x15, 0x41, 0x6e, 0x3a, 0x02,
    ];

    fn encoded(coding: &str, text: &str) -> Vec<u8> {
        let (text, level) = (text.as_bytes(), Compression::default());
        match coding {
            "gzip" => {
                let mut encoder = GzEncoder::new(Vec::new(), level);
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            "zlib" => {
                let mut encoder = ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            "bare" => {
                let mut encoder = DeflateEncoder::new(Vec::new(), level);
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            _ => text.to_vec(),
        }
    }

    fn decoded(codings: &str, body: &[u8], piece: usize) -> io::Result<Vec<u8>> {
        let mut decoder = Decoder::new(codings).unwrap();
        let (mut all, mut buffer) = (Vec::new(), [0; 7]);
        let mut pieces = body.chunks(piece).map(Bytes::copy_from_slice);
        loop {
            match decoder.read(&mut buffer)? {
                Some(0) => return Ok(all),
                Some(read) => all.extend_from_slice(&buffer[..read]),
                None => match pieces.next() {
                    Some(piece) => decoder.feed(piece),
                    None => decoder.end(),
                },
            }
        }
    }

    #[rstest]
    #[case("", "")]
    #[case("identity", "")]
    #[case("GZIP", "gzip")]
    #[case("x-gzip, identity", "gzip")]
    #[case("deflate", "zlib")]
    #[case("deflate", "bare")]
    fn each_coding_in_pieces_of_any_size(#[case] name: &str, #[case] coding: &str) {
        for text in ["", "x", &WORDS.repeat(500)] {
            let body = encoded(coding, text);
            for piece in [1, 3, 10_000] {
                assert_eq!(decoded(name, &body, piece).unwrap(), text.as_bytes(), "{name} {piece}");
            }
            if !coding.is_empty() && text.len() > 1 {
                let cut = decoded(name, &body[..body.len() / 2], 3);
                assert_eq!(cut.unwrap_err().kind(), ErrorKind::UnexpectedEof, "{name}");
            }
        }
        // Two members after each other are one answer.
        let twice = [encoded("gzip", "one "), encoded("gzip", "two")].concat();
        assert_eq!(decoded("gzip", &twice, 1).unwrap(), b"one two");
    }

    #[test]
    fn brotli() {
        for piece in [1, 10_000] {
            assert_eq!(decoded("br", BROTLI, piece).unwrap(), WORDS.as_bytes());
        }
        assert!(decoded("br", &BROTLI[..20], 3).is_err());
    }

    #[test]
    fn what_cannot_be_decoded() {
        assert!(decoded("gzip", b"{\"value\": []}", 4).is_err());
        for name in ["zstd", "gzip, br"] {
            assert_eq!(Decoder::new(name).err().unwrap(), format!("its content coding is “{name}”"));
        }
    }
}
