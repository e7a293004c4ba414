//! Records on their way from a page to the replica.

use std::collections::{BTreeSet, HashSet};

use super::key::fingerprint;
use super::metadata::EntitySet;
use super::record::{self, Absent, ListElement};
use super::record_error::RecordError;
use crate::sync::replica::{Key, Met, Reading};

/// A batch is handed on when it has this many records, or bytes.
pub(super) const STAGED: usize = 1_000;
const BYTES: usize = 256 * 1024;

/// Most that a batch can hold, in bytes: with the records of the piece of an answer that made it full.
pub(super) const MOST_BYTES: usize = 2 * 1024 * 1024;

/// What is held of a record besides its key and its data, in bytes; about.
const EACH: usize = 100;

/// What is held of a record that was handed on: its fingerprint, and what a set needs besides.
const FINGERPRINT: usize = 11;

/// Most that is held of the records that four attempts have handed on of a page, in bytes.
pub(super) const MOST_HANDED: usize = 6 * 1024 * 1024;

/// Some records of a page.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) met: Vec<Met>,
    pub(super) bad: Vec<RecordError>,
    pub(super) removed: BTreeSet<Key>,
    pub(super) absent: Absent,
    pub(super) rows: i64,
    bytes: usize,
}

impl Batch {
    /// Reads a record, and keeps what was read.
    pub(super) fn add(&mut self, set: &EntitySet, record: Option<&[u8]>) {
        self.rows += 1;
        self.bytes += EACH;
        match record::read(set, record, &mut self.absent) {
            Ok(ListElement::Met(met)) => {
                // Removed, and there again: the last word counts.
                self.removed.remove(&met.key);
                self.bytes += met.key.len() + met.content.as_ref().map_or(0, |content| content.data.len());
                self.met.push(met);
            }
            Ok(ListElement::Removed(keys)) => {
                self.bytes += keys.iter().map(Vec::len).sum::<usize>();
                self.removed.extend(keys);
            }
            Ok(ListElement::Link) => {}
            Err(bad) => {
                bad.key.as_ref().map(|key| self.removed.remove(key));
                self.bytes += bad.args.iter().map(String::len).sum::<usize>();
                self.bad.push(bad);
            }
        }
    }

    /// What it holds; about.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_full(&self) -> bool {
        self.met.len() + self.bad.len() + self.removed.len() >= STAGED || self.bytes >= BYTES
    }
}

/// What attempts to read one page have handed on. When a connection breaks in the middle of a page, the page is read
/// again; in a reading of everything its records must not count as coming twice then.
#[derive(Default)]
pub(super) struct Handed {
    /// Fingerprints of the keys that earlier attempts have handed on, and this one.
    before: HashSet<u64>,
    now: HashSet<u64>,
    /// Bad records whose key cannot be read, in the same order each time.
    unkeyed_before: usize,
    unkeyed: usize,
}

impl Handed {
    /// Another attempt begins.
    pub(super) fn again(&mut self) {
        self.before.extend(self.now.drain());
        self.unkeyed_before = self.unkeyed_before.max(self.unkeyed);
        self.unkeyed = 0;
    }

    /// What it holds, in bytes; about.
    pub(super) fn bytes(&self) -> usize {
        (self.before.capacity() + self.now.capacity()) * FINGERPRINT
    }

    /// Whether an earlier attempt has handed on anything.
    pub(super) fn was_reread(&self) -> bool {
        !self.before.is_empty() || self.unkeyed_before > 0
    }

    /// Takes from a batch what an earlier attempt has handed on, and remembers the rest.
    pub(super) fn pass(&mut self, batch: &mut Batch, reading: Reading) {
        // Changes may come again: the last word on a key counts.
        let drops = reading == Reading::Whole;
        let had = batch.met.len() + batch.bad.len();
        let Self { before, now, unkeyed_before, unkeyed } = self;
        let mut is_new = |key: &Key| {
            let key = fingerprint(key);
            now.insert(key);
            !(drops && before.contains(&key))
        };
        batch.met.retain(|met| is_new(&met.key));
        batch.bad.retain(|bad| {
            if let Some(key) = &bad.key {
                return is_new(key);
            }
            *unkeyed += 1;
            !(drops && *unkeyed <= *unkeyed_before)
        });
        for key in &batch.removed {
            is_new(key);
        }
        let dropped = had - batch.met.len() - batch.bad.len();
        batch.rows -= i64::try_from(dropped).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::connectors::odata::metadata::{EdmType, Property};

    fn things() -> EntitySet {
        let property = Property {
            kind: EdmType::Text,
            collection: false,
            nullable: false,
            max_length: None,
            precision: None,
            scale: None,
        };
        EntitySet {
            key: vec!["Id".to_owned()],
            properties: [("Id".to_owned(), property)].into(),
            ..EntitySet::default()
        }
    }

    fn batch(records: &[&str]) -> Batch {
        let mut batch = Batch::default();
        for record in records {
            batch.add(&things(), Some(record.as_bytes()));
        }
        batch
    }

    fn keys(batch: &Batch) -> Vec<&str> {
        let met = batch.met.iter().map(|met| Some(&met.key)).chain(batch.bad.iter().map(|bad| bad.key.as_ref()));
        met.map(|key| key.map_or("?", |key| std::str::from_utf8(key).unwrap())).collect()
    }

    #[test]
    fn the_last_word_on_a_record_counts() {
        let gone = r#"{"@removed": {}, "Id": "a"}"#;
        let there = r#"{"Id": "a"}"#;
        assert_eq!(batch(&[gone, there]).removed.len(), 0);
        assert_eq!(batch(&[there, gone]).removed.len(), 1);
    }

    #[test]
    fn what_was_handed_on_is_not_handed_on_again() {
        let page = [r#"{"Id": "a"}"#, "7", r#"{"Id": "b", "x": 1}"#, r#"{"Id": "c"}"#, "8"];
        let mut handed = Handed::default();
        handed.again();
        let mut first = batch(&page[..3]);
        handed.pass(&mut first, Reading::Whole);
        assert_eq!((keys(&first), first.rows, handed.was_reread()), (vec!["a", "?", "b"], 3, false));
        handed.again();
        for reading in [Reading::Changes, Reading::Whole] {
            let mut second = batch(&page);
            let mut handed =
                Handed { before: handed.before.clone(), unkeyed_before: handed.unkeyed_before, ..Handed::default() };
            handed.pass(&mut second, reading);
            let left = if reading == Reading::Whole { vec!["c", "?"] } else { vec!["a", "c", "?", "b", "?"] };
            let rows = i64::try_from(left.len()).unwrap();
            assert_eq!((keys(&second), second.rows, handed.was_reread()), (left, rows, true));
        }
    }

    #[test]
    fn batches_are_bounded_in_bytes() {
        let long = format!(r#"{{"Id": "{}"}}"#, "x".repeat(1_000));
        let mut batch = Batch::default();
        let mut records = 0;
        while !batch.is_full() {
            batch.add(&things(), Some(long.as_bytes()));
            records += 1;
        }
        assert!((100..300).contains(&records), "{records}");
    }
}
