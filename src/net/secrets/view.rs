//! A text in some decoded form, where each byte knows which part of the original it came from.

use std::ops::Range;

/// Bytes with their origins. A decoded form is never longer than the text it came from.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    origins: Vec<(u32, u32)>,
}

impl View {
    pub(super) fn of(text: &[u8]) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let origins = (0..text.len()).map(|at| (place(at), place(at + 1))).collect();
        Self { bytes: text.to_vec(), origins }
    }

    pub(super) fn at(&self, place: usize) -> Option<u8> {
        self.bytes.get(place).copied()
    }

    /// The bytes from `place` on.
    pub(super) fn from(&self, place: usize) -> &[u8] {
        self.bytes.get(place..).unwrap_or_default()
    }

    /// The part of the original that these bytes came from.
    pub(super) fn origin(&self, bytes: Range<usize>) -> Option<Range<usize>> {
        let origins = self.origins.get(bytes)?;
        let start = origins.iter().map(|(start, _)| *start).min()?;
        let end = origins.iter().map(|(_, end)| *end).max()?;
        Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// Adds bytes that represent `source` of another view.
    pub(super) fn push(&mut self, bytes: &[u8], from: &Self, source: Range<usize>) {
        let Some(origins) = from.origins.get(source) else { return };
        let start = origins.iter().map(|(start, _)| *start).min().unwrap_or_default();
        let end = origins.iter().map(|(_, end)| *end).max().unwrap_or_default();
        for byte in bytes {
            self.bytes.push(*byte);
            self.origins.push((start, end));
        }
    }

    /// Those bytes of it that `keep` makes something of.
    pub(super) fn filtered(&self, keep: impl Fn(u8) -> Option<u8>) -> Self {
        let mut kept = Self::default();
        for (byte, origin) in self.bytes.iter().zip(&self.origins) {
            if let Some(byte) = keep(*byte) {
                kept.bytes.push(byte);
                kept.origins.push(*origin);
            }
        }
        kept
    }

    /// Back to front.
    pub(super) fn reversed(&self) -> Self {
        let bytes = self.bytes.iter().rev().copied().collect();
        Self { bytes, origins: self.origins.iter().rev().copied().collect() }
    }
}
