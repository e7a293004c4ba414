//! Audit entries: each change says who, when, from where, before and after, in its own transaction.

use serde_json::Value;

use super::audit_seal::{self, personal_digest};
use crate::access::Principal;
use crate::clock::Stamp;
use crate::ids::{GroupId, SystemId};
use crate::store::audit::{Change, Personal, write};
use crate::store::{Db, Result};

/// Who acts, from where.
#[derive(Debug, Clone)]
pub struct Who {
    pub principal: String,
    pub address: Option<String>,
}

impl Who {
    #[must_use]
    pub fn new(principal: &Principal, address: Option<String>) -> Self {
        Self { principal: principal.to_string(), address }
    }

    /// Writes an entry into the transaction of its cause.
    ///
    /// # Errors
    /// As the store.
    pub fn did(
        &self,
        db: &mut Db,
        action: &'static str,
        place: (Option<SystemId>, Option<GroupId>),
        subject: &str,
        states: (Option<Value>, Option<Value>),
        now: Stamp,
    ) -> Result<()> {
        self.write(db, action, place, subject, states, now, None)
    }

    /// The same for what a stranger did: who and from where is erased at a time.
    ///
    /// # Errors
    /// As the store.
    pub fn did_until(
        &self,
        db: &mut Db,
        (action, erase_at): (&'static str, Stamp),
        subject: &str,
        after: Value,
        now: Stamp,
    ) -> Result<()> {
        self.write(db, action, (None, None), subject, (None, Some(after)), now, Some(erase_at))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an entry; both callers name them")]
    fn write(
        &self,
        db: &mut Db,
        action: &'static str,
        place: (Option<SystemId>, Option<GroupId>),
        subject: &str,
        states: (Option<Value>, Option<Value>),
        now: Stamp,
        erase_at: Option<Stamp>,
    ) -> Result<()> {
        let salt = super::random::bytes::<16>().to_vec();
        let personal = Personal {
            digest: personal_digest(&audit_seal::Personal {
                salt: &salt,
                principal: &self.principal,
                address: self.address.as_deref(),
            })
            .to_vec(),
            salt,
            principal: self.principal.clone(),
            address: self.address.clone(),
            erase_at,
        };
        let change = Change {
            action,
            system: place.0,
            group: place.1,
            subject,
            before: states.0.map(|state| state.to_string()),
            after: states.1.map(|state| state.to_string()),
        };
        write(db, &change, &personal, now)
    }
}
