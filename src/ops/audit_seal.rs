//! The chain of the audit log. Each seal covers an entry and the seal before it, with a key that is not in the
//! database: changing, removing or inserting a sealed entry invalidates every later seal.
//!
//! Personal values are covered by a salted digest only, so that they can be erased and the chain still holds.
//! The chain cannot tell that its last entries are gone: who wants to notice that keeps a copy of the last seal
//! elsewhere and gives it to [`Chain::end_at_least`].

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::mac;
use crate::clock::Stamp;

/// What the chain covers of an entry, besides its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedEntry<'a> {
    pub id: i64,
    pub at: Stamp,
    pub action: &'a str,
    pub system: Option<i64>,
    pub group: Option<i64>,
    pub subject: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
    /// See [`personal_digest`].
    pub personal_digest: &'a [u8],
}

/// Who did it and from where, as long as it is not erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Personal<'a> {
    /// 16 random bytes. Erased with the rest, so that nobody can try names until the digest fits.
    pub salt: &'a [u8],
    /// Kind and id. `None` in entries of older versions, whose digest does not cover them.
    pub who: Option<(&'a str, Option<i64>)>,
    pub name: &'a str,
    pub address: Option<&'a str>,
}

/// Where and how the chain breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the audit log has no entry with seal number {0}")]
    Missing(i64),
    #[error("the entry with seal number {0} is not what was sealed, or one before it is not")]
    Changed(i64),
    #[error("who acted in the entry with seal number {0} is not what was sealed")]
    PersonChanged(i64),
    #[error("the audit log ends with seal number {0}, before its known end")]
    Short(i64),
}

/// A chain up to some entry. The same steps seal new entries and verify old ones.
#[derive(Debug, Clone)]
pub struct Chain {
    key: Hmac<Sha256>,
    number: i64,
    seal: [u8; 32],
}

impl Chain {
    /// Before its first entry, which gets number 1.
    #[must_use]
    pub fn start(audit_key: &[u8; 32]) -> Self {
        Self::after(audit_key, 0, [0; 32])
    }

    /// After a sealed entry.
    #[must_use]
    pub fn after(audit_key: &[u8; 32], number: i64, seal: [u8; 32]) -> Self {
        Self { key: mac::keyed(audit_key), number, seal }
    }

    /// The number and the seal of the last entry.
    #[must_use]
    pub fn end(&self) -> (i64, [u8; 32]) {
        (self.number, self.seal)
    }

    /// Seals the next entry: its number and seal.
    pub fn seal(&mut self, entry: &SealedEntry<'_>) -> (i64, [u8; 32]) {
        let number = self.number.saturating_add(1);
        let mut mac = self.key.clone();
        mac.update(b"syncdesk audit 1");
        mac.update(&self.seal);
        mac.update(&canonical(number, entry));
        (self.number, self.seal) = (number, mac.finalize().into_bytes().into());
        self.end()
    }

    /// Continues with a stored entry. Without `personal`, its values were erased and are not checked.
    ///
    /// # Errors
    /// The first place that does not fit; the chain is then of no further use.
    pub fn verify(
        &mut self,
        number: i64,
        seal: &[u8],
        entry: &SealedEntry<'_>,
        personal: Option<&Personal<'_>>,
    ) -> Result<(), Broken> {
        let (expected, right) = self.seal(entry);
        if number != expected {
            return Err(Broken::Missing(expected));
        }
        if !bool::from(right.ct_eq(seal)) {
            return Err(Broken::Changed(number));
        }
        let fits = |personal: &Personal<'_>| bool::from(personal_digest(personal).ct_eq(entry.personal_digest));
        if personal.is_none_or(fits) { Ok(()) } else { Err(Broken::PersonChanged(number)) }
    }

    /// Compares the end of the verified chain with one that was noted before.
    ///
    /// # Errors
    /// It ends earlier, or differs at that very number.
    pub fn end_at_least(&self, known: (i64, [u8; 32])) -> Result<(), Broken> {
        if self.number < known.0 {
            Err(Broken::Short(self.number))
        } else if self.number == known.0 && !bool::from(self.seal.ct_eq(&known.1)) {
            Err(Broken::Changed(self.number))
        } else {
            Ok(())
        }
    }
}

/// Every field in its order, each with its length, so that no two entries give the same bytes.
fn canonical(number: i64, entry: &SealedEntry<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    let SealedEntry { id, at, action, system, group, subject, before, after, personal_digest } = *entry;
    field(&mut bytes, Some(&number.to_be_bytes()));
    field(&mut bytes, Some(&id.to_be_bytes()));
    field(&mut bytes, Some(&at.0.to_be_bytes()));
    field(&mut bytes, Some(action.as_bytes()));
    field(&mut bytes, system.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    field(&mut bytes, group.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    field(&mut bytes, Some(subject.as_bytes()));
    field(&mut bytes, before.map(str::as_bytes));
    field(&mut bytes, after.map(str::as_bytes));
    field(&mut bytes, Some(personal_digest));
    bytes
}

/// Present or not, its length, itself.
fn field(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
    bytes.push(u8::from(value.is_some()));
    if let Some(value) = value {
        bytes.extend(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend(value);
    }
}

/// SHA-256 over salt, name, address, kind and id.
#[must_use]
pub fn personal_digest(personal: &Personal<'_>) -> [u8; 32] {
    let Personal { salt, who, name, address } = *personal;
    let mut bytes = Vec::with_capacity(128);
    field(&mut bytes, Some(salt));
    field(&mut bytes, Some(name.as_bytes()));
    field(&mut bytes, address.map(str::as_bytes));
    if let Some((kind, id)) = who {
        field(&mut bytes, Some(kind.as_bytes()));
        field(&mut bytes, id.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }
    Sha256::digest(&bytes).into()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const KEY: [u8; 32] = [5; 32];
    const ADA: Personal<'_> =
        Personal { salt: &[1; 16], who: Some(("person", Some(7))), name: "ada", address: Some("192.0.2.1") };

    fn entry(id: i64, digest: &[u8]) -> SealedEntry<'_> {
        SealedEntry {
            id,
            at: Stamp(1_700_000_000_000_000),
            action: "system.change",
            system: Some(3),
            group: None,
            subject: "Bank files",
            before: Some("{}"),
            after: None,
            personal_digest: digest,
        }
    }

    #[test]
    fn the_bytes_of_an_entry_are_these() {
        let short = SealedEntry { action: "a", subject: "", ..entry(2, &[9]) };
        let eight = |last: u8| [0, 0, 0, 0, 0, 0, 0, last];
        let mut expected = vec![];
        for number in [eight(1), eight(2), 1_700_000_000_000_000_i64.to_be_bytes()] {
            expected.extend([[1].as_slice(), &eight(8), &number].concat());
        }
        expected.extend([[1].as_slice(), &eight(1), b"a"].concat());
        expected.extend([[1].as_slice(), &eight(8), &eight(3)].concat());
        expected.push(0);
        expected.extend([[1].as_slice(), &eight(0)].concat());
        expected.extend([[1].as_slice(), &eight(2), b"{}"].concat());
        expected.push(0);
        expected.extend([[1].as_slice(), &eight(1), &[9]].concat());
        assert_eq!(canonical(1, &short), expected);
    }

    #[test]
    fn the_seal_is_the_same_in_every_version() {
        // Computed with Python's hmac and struct, not with this code.
        for (personal, expected) in [
            (Personal { who: None, ..ADA }, "O1cuLROPHNsk+ZofzFINFFDOyyYNYExrcebIMgx+0zI="),
            (ADA, "c+YAt9hZETvDk4HYWAJORX/1b4TChiRmCk196JTbGMo="),
        ] {
            let (number, seal) = Chain::start(&KEY).seal(&entry(1, &personal_digest(&personal)));
            assert_eq!((number, STANDARD.encode(seal).as_str()), (1, expected));
        }
    }

    /// Three entries as stored: number, seal, id.
    fn stored(digest: &[u8]) -> Vec<(i64, [u8; 32], i64)> {
        let mut chain = Chain::start(&KEY);
        [11, 12, 15].into_iter().map(|id| (chain.seal(&entry(id, digest)), id)).map(|((n, s), id)| (n, s, id)).collect()
    }

    fn verified(rows: &[(i64, [u8; 32], i64)], key: &[u8; 32], digest: &[u8]) -> Result<(i64, [u8; 32]), Broken> {
        let mut chain = Chain::start(key);
        for (number, seal, id) in rows {
            chain.verify(*number, seal, &entry(*id, digest), None)?;
        }
        Ok(chain.end())
    }

    #[test]
    fn a_chain_holds_and_continues() {
        let digest = personal_digest(&ADA);
        let rows = stored(&digest);
        assert_eq!(verified(&rows, &KEY, &digest), Ok((3, rows[2].1)));
        let mut later = Chain::after(&KEY, 2, rows[1].1);
        assert_eq!(later.verify(3, &rows[2].1, &entry(15, &digest), Some(&ADA)), Ok(()));
    }

    #[test]
    fn it_breaks_where_something_was_done_to_it() {
        let digest = personal_digest(&ADA);
        let rows = stored(&digest);
        let changed = [rows[0], (rows[1].0, rows[1].1, 99), rows[2]];
        assert_eq!(verified(&changed, &KEY, &digest), Err(Broken::Changed(2)));
        assert_eq!(verified(&[rows[0], rows[2]], &KEY, &digest), Err(Broken::Missing(2)), "one is gone");
        let renumbered = [rows[0], (2, rows[2].1, 15)];
        assert_eq!(verified(&renumbered, &KEY, &digest), Err(Broken::Changed(2)), "the gap was closed");
        assert_eq!(verified(&rows[1..], &KEY, &digest), Err(Broken::Missing(1)), "the start is gone");
        let swapped = [rows[0], (2, rows[1].1, 15), (3, rows[2].1, 12)];
        assert_eq!(verified(&swapped, &KEY, &digest), Err(Broken::Changed(2)));
        assert_eq!(verified(&rows, &[6; 32], &digest), Err(Broken::Changed(1)), "another key");
        assert_eq!(verified(&[(1, [0; 32], 11)], &KEY, &digest), Err(Broken::Changed(1)));
    }

    #[test]
    fn an_end_that_is_gone_shows_against_a_copy() {
        let digest = personal_digest(&ADA);
        let rows = stored(&digest);
        let mut chain = Chain::start(&KEY);
        for (number, seal, id) in &rows[..2] {
            chain.verify(*number, seal, &entry(*id, &digest), None).unwrap();
        }
        assert_eq!(chain.end_at_least((3, rows[2].1)), Err(Broken::Short(2)));
        assert_eq!(chain.end_at_least((2, rows[1].1)), Ok(()));
        assert_eq!(chain.end_at_least((2, [0; 32])), Err(Broken::Changed(2)));
        assert_eq!(chain.end_at_least((1, rows[0].1)), Ok(()));
    }

    #[test]
    fn a_person_may_be_erased_but_not_exchanged() {
        let digest = personal_digest(&ADA);
        let (number, seal) = Chain::start(&KEY).seal(&entry(1, &digest));
        let verify = |personal: Option<Personal<'_>>| {
            Chain::start(&KEY).verify(number, &seal, &entry(1, &digest), personal.as_ref())
        };
        assert_eq!(verify(Some(ADA)), Ok(()));
        assert_eq!(verify(None), Ok(()));
        for other in [
            Personal { name: "wim", ..ADA },
            Personal { who: Some(("person", Some(8))), ..ADA },
            Personal { who: Some(("person", None)), ..ADA },
            Personal { who: Some(("unknown", Some(7))), ..ADA },
            Personal { who: None, ..ADA },
            Personal { address: None, ..ADA },
            Personal { address: Some(""), ..ADA },
            Personal { salt: &[2; 16], ..ADA },
        ] {
            assert_eq!(verify(Some(other)), Err(Broken::PersonChanged(1)), "{other:?}");
        }
    }
}
