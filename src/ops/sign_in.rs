//! Signing in: the same answer and the same time for a wrong name and a wrong password.

use secrecy::SecretString;

use super::audit::{Action, AuditLog, Event};
use super::error::Result;
use super::passwords::{Passwords, VerifiedPassword};
use crate::access::{Actor, Principal};
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Store, people, sessions};

/// What came of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInResult {
    In(PersonId, VerifiedPassword),
    /// Wrong user name or password. The account, if somebody has the name: for the audit log only.
    Refused(Option<String>),
}

/// Whether name and password are somebody's.
///
/// # Errors
/// When the database cannot be read or no password can be hashed.
pub async fn sign_in(
    store: &Store,
    passwords: &Passwords,
    name: &str,
    password: SecretString,
    address: Option<String>,
    now: Stamp,
) -> Result<SignInResult> {
    let wanted = name.trim().to_owned();
    let account = store.read(move |db| people::account(db, &wanted)).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let verified = hash.as_deref().map(VerifiedPassword::of);
    let right = passwords.verify(hash, password).await?;
    let (account, verified) = match (account, verified) {
        (Some(account), Some(verified)) if right => (account, verified),
        (refused, _verified) => return Ok(SignInResult::Refused(refused.map(|account| account.name))),
    };
    let id = account.id;
    let audit = AuditLog { principal: Principal::Person { id, name: account.name.clone() }, address };
    store.write(move |db| audit.record(db, Event::new(Action::SignIn, &account.name), now)).await?;
    Ok(SignInResult::In(id, verified))
}

/// Ends every session of a person; how many.
///
/// # Errors
/// As the store.
pub async fn sign_out_everywhere(store: &Store, actor: &Actor, audit: AuditLog, now: Stamp) -> Result<usize> {
    let (id, name) = (actor.id(), actor.name().to_owned());
    Ok(store
        .write(move |db| {
            audit.record(db, Event::new(Action::EndSessions, &name), now)?;
            sessions::delete_of(db, id)
        })
        .await?)
}
