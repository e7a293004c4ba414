//! Failed sign-ins in the audit log: counted in memory and written together, so that whoever guesses
//! cannot fill the log. A name that nobody has is not written: people type their password there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::audit::Who;
use crate::clock::Stamp;
use crate::store::{Result, Store};

/// How many different pairs of account and address are told apart between two writes.
const MOST: usize = 1_000;

/// Account (none: nobody has the name) and address.
type Key = (Option<String>, Option<String>);

/// What was refused since the last write.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<Key, u64>>);

impl Refusals {
    /// Counts a failed sign-in.
    pub fn note(&self, account: Option<String>, address: Option<String>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, address);
        // Past the bound, what is new is told without its address.
        let key = if counts.len() < MOST || counts.contains_key(&key) { key } else { (key.0, None) };
        if counts.len() < MOST * 2 || counts.contains_key(&key) {
            *counts.entry(key).or_insert(0) += 1;
        }
    }

    /// Writes one entry for each account and address; what cannot be written is kept for the next time.
    ///
    /// # Errors
    /// As the store.
    pub async fn write(&self, store: &Store, now: Stamp) -> Result<()> {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        let rows = taken.clone();
        let written = store
            .write(move |db| {
                for ((account, address), n) in rows {
                    let subject = account.as_deref().unwrap_or("(unknown name)");
                    let who = Who { principal: subject.to_owned(), address };
                    let after = serde_json::json!({ "times": n });
                    who.did(db, "session.refused", (None, None), subject, (None, Some(after)), now)?;
                }
                Ok(())
            })
            .await;
        if written.is_err() {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, n) in taken {
                *counts.entry(key).or_insert(0) += n;
            }
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_nothing_is_uncounted_below() {
        let refusals = Refusals::default();
        for n in 0..MOST * 3 {
            refusals.note(None, Some(n.to_string()));
        }
        let counts = refusals.0.lock().unwrap();
        assert_eq!(counts.len(), MOST + 1);
        assert_eq!(counts.values().sum::<u64>(), u64::try_from(MOST * 3).unwrap());
    }
}
