//! Failed sign-ins in the audit log: counted in memory by account and place (an IPv6 /64 is one), and written together,
//! so that guessing cannot fill the log. The place is erased after [`KEPT`]. A name that nobody has is not written: people
//! type their password there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::audit::{Action, AuditLog, Event};
use crate::access::Principal;
use crate::clock::Stamp;
use crate::domain::client_network::network_of;
use crate::store::{Result, Store};

/// Maximum number of pairs of account and network that are counted separately between two writes.
const MOST: usize = 100;

/// How long the place of failed sign-ins is kept.
pub const KEPT: Duration = Duration::from_hours(90 * 24);

/// Account (none: nobody has the name) and place.
type Key = (Option<String>, Option<String>);

/// What was refused since the last write.
#[derive(Debug, Default)]
pub struct FailedSignIns(Mutex<HashMap<Key, u64>>);

impl FailedSignIns {
    /// Counts a failed sign-in.
    pub fn note(&self, account: Option<String>, address: Option<String>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, address.map(|address| network_of(&address)));
        // Past the bound, what is new is counted without its place.
        let key = if counts.len() < MOST || counts.contains_key(&key) { key } else { (key.0, None) };
        if counts.len() < MOST * 2 || counts.contains_key(&key) {
            *counts.entry(key).or_insert(0) += 1;
        }
    }

    /// Writes one entry for each account and place; what cannot be written is kept for the next time.
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
                    let audit = AuditLog { principal: Principal::Unknown { name: subject.to_owned() }, address };
                    let refused = Event::new(Action::RefuseSignIn, subject).after(serde_json::json!({ "times": n }));
                    audit.record(db, refused.erase_at(now.plus(KEPT)), now)?;
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
    fn addresses_of_one_place_are_counted_together() {
        let refusals = FailedSignIns::default();
        for host in 0..1_000 {
            refusals.note(Some("ada".to_owned()), Some(format!("2001:db8:1:2::{host:x}")));
        }
        refusals.note(Some("ada".to_owned()), Some("2001:db8:1:3::1".to_owned()));
        let counts = refusals.0.lock().unwrap();
        assert_eq!(counts.len(), 2);
        assert_eq!(counts.get(&(Some("ada".to_owned()), Some("2001:db8:1:2::/64".to_owned()))), Some(&1_000));
    }

    #[test]
    fn memory_is_bounded_and_nothing_is_uncounted_below() {
        let refusals = FailedSignIns::default();
        for n in 0..MOST * 3 {
            refusals.note(None, Some(n.to_string()));
        }
        let counts = refusals.0.lock().unwrap();
        assert_eq!(counts.len(), MOST + 1);
        assert_eq!(counts.values().sum::<u64>(), u64::try_from(MOST * 3).unwrap());
    }
}
