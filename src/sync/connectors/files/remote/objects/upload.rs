//! Writing an object: one PUT, or parts that become an object at the end.

use bytes::Bytes;
use opendal::{Buffer, Error, ErrorKind, Metadata, Operator, Writer};

use super::facts;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, ItemError};
use crate::sync::connectors::files::incoming::Incoming;

/// The smallest part that S3 takes; also how much of a file is in memory, twice.
const PART: u64 = 5 * 1024 * 1024;

/// The most parts that S3 takes. Files over 48 GiB have bigger parts.
const PARTS: u64 = 10_000;

/// Bigger parts do not fit into memory; files over 625 GiB would need them. The size is the source's word.
const LARGEST_PART: u64 = 64 * 1024 * 1024;

/// Writes what comes in. It is visible when this returns, and not before.
pub(super) async fn upload(
    operator: &Operator,
    key: &str,
    incoming: Incoming,
    trouble: impl Fn(&opendal::Error) -> EndpointError,
) -> EndpointResult<Facts> {
    let mut parts = Parts::of(incoming)?;
    let first = parts.next().await?;
    if first.last {
        parts.incoming.commit()?;
        let stored = operator.write(key, first.buffer).await.map_err(|error| trouble(&error))?;
        return facts_of(&stored, parts.incoming.given(), trouble);
    }
    let mut writer = operator.writer(key).await.map_err(|error| trouble(&error))?;
    match in_parts(&mut writer, first, &mut parts, &trouble).await {
        Ok(stored) => facts_of(&stored, parts.incoming.given(), trouble),
        Err(error) => {
            // What cannot be removed now is left to the bucket's rule.
            let _ = writer.abort().await;
            Err(error)
        }
    }
}

async fn in_parts(
    writer: &mut Writer,
    first: UploadPart,
    parts: &mut Parts,
    trouble: impl Fn(&opendal::Error) -> EndpointError,
) -> EndpointResult<Metadata> {
    let mut part = first;
    loop {
        if !part.buffer.is_empty() {
            writer.write(part.buffer).await.map_err(|error| trouble(&error))?;
        }
        if part.last {
            break;
        }
        part = parts.next().await?;
    }
    parts.incoming.commit()?;
    writer.close().await.map_err(|error| trouble(&error))
}

struct UploadPart {
    buffer: Buffer,
    /// The file ends with it.
    last: bool,
}

/// A file in parts of equal size (some services insist on that).
struct Parts {
    incoming: Incoming,
    size: usize,
    /// What came with the last part and belongs to the next.
    rest: Option<Bytes>,
}

impl Parts {
    fn of(incoming: Incoming) -> EndpointResult<Self> {
        let size = part_size(incoming.facts().size.unwrap_or_default()).ok_or_else(|| {
            let words = "the file is too large: more than 10,000 parts of 64 MiB";
            EndpointError::item(ItemError::Other, words)
        })?;
        Ok(Self { incoming, size, rest: None })
    }

    async fn next(&mut self) -> EndpointResult<UploadPart> {
        let mut pieces: Vec<Bytes> = Vec::new();
        let mut missing = self.size;
        while missing > 0 {
            let piece = match self.rest.take() {
                Some(rest) => Some(rest),
                None => self.incoming.next().await?,
            };
            let Some(mut piece) = piece else { return Ok(UploadPart { buffer: pieces.into(), last: true }) };
            if piece.len() > missing {
                self.rest = Some(piece.split_off(missing));
            }
            missing -= piece.len();
            pieces.push(piece);
        }
        Ok(UploadPart { buffer: pieces.into(), last: false })
    }
}

/// How large the parts of a file are; `None` if it is too large.
fn part_size(size: u64) -> Option<usize> {
    let part = PART.max(size.div_ceil(PARTS));
    usize::try_from(part).ok().filter(|_| part <= LARGEST_PART)
}

/// What the service says that it stored. One that says nothing is not believed.
fn facts_of(stored: &Metadata, size: u64, trouble: impl Fn(&opendal::Error) -> EndpointError) -> EndpointResult<Facts> {
    let facts = Facts { size: Some(size), ..facts(stored) };
    if facts.etag.is_none() {
        return Err(trouble(&Error::new(ErrorKind::Unexpected, "the response has no checksum or size")));
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_with_the_file_until_it_is_too_large() {
        assert_eq!(part_size(0), Some(5_242_880));
        assert_eq!(part_size(100 * 1024 * 1024 * 1024), Some(10_737_419));
        assert_eq!(part_size(10_000 * 67_108_864), Some(67_108_864));
        assert_eq!(part_size(10_000 * 67_108_864 + 1), None);
        assert_eq!(part_size(u64::MAX), None);
    }
}
