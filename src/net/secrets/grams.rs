//! Which parts of a text are parts of a secret.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::view::View;

/// Number of consecutive bytes that count as the whole secret: some services quote only a part of it.
const PART: usize = 12;

/// The parts of secrets, by their lengths.
#[derive(Clone, Default)]
pub(super) struct Grams {
    by_length: BTreeMap<usize, HashSet<Box<[u8]>>>,
    /// A bit for each two bytes that a part begins with, to pass by everything else quickly.
    starts: Vec<u64>,
}

impl Grams {
    /// All parts of a secret.
    pub(super) fn add(&mut self, secret: &[u8]) {
        self.add_parts(secret, PART.min(secret.len()));
    }

    /// The secret as a whole only.
    pub(super) fn add_whole(&mut self, secret: &[u8]) {
        self.add_parts(secret, secret.len());
    }

    fn add_parts(&mut self, secret: &[u8], length: usize) {
        if length < 2 {
            return;
        }
        self.starts.resize(1 << 10, 0);
        let parts = self.by_length.entry(length).or_default();
        for part in secret.windows(length) {
            let (word, bit) = start(part);
            if let Some(word) = self.starts.get_mut(word) {
                *word |= bit;
            }
            parts.insert(part.into());
        }
    }

    /// The length of the shortest part.
    pub(super) fn shortest(&self) -> usize {
        self.by_length.keys().next().copied().unwrap_or(usize::MAX)
    }

    /// Calls `found` with each part of a secret.
    pub(super) fn find(&self, view: &View, mut found: impl FnMut(Range<usize>)) {
        if view.bytes.len() < self.shortest() {
            return;
        }
        for (place, pair) in view.bytes.windows(2).enumerate() {
            let (word, bit) = start(pair);
            if self.starts.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            for (length, parts) in &self.by_length {
                let range = place..place + length;
                if view.bytes.get(range.clone()).is_some_and(|part| parts.contains(part)) {
                    found(range);
                }
            }
        }
    }
}

/// Where the bit of the first two bytes is: a word, and the bit in it.
fn start(part: &[u8]) -> (usize, u64) {
    let byte = |place: usize| usize::from(part.get(place).copied().unwrap_or_default());
    let number = (byte(0) << 8) | byte(1);
    (number >> 6, 1 << (number & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(grams: &Grams, text: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        grams.find(&View::of(text.as_bytes()), |range| ranges.push(range));
        ranges
    }

    #[test]
    fn a_long_secret_is_found_by_its_parts_a_short_one_as_a_whole() {
        let mut grams = Grams::default();
        grams.add(b"secret");
        grams.add(b"abcdefghijklmnop");
        grams.add_whole(b"0123456789abcdef");
        assert_eq!(grams.shortest(), 6);
        assert_eq!(found(&grams, "a secret"), vec![2..8]);
        assert!(found(&grams, "a secre").is_empty());
        assert_eq!(found(&grams, "defghijklmnopq").len(), 2);
        assert!(found(&grams, "0123456789abcde").is_empty());
        assert_eq!(found(&grams, "0123456789abcdef"), vec![0..16]);
    }
}
