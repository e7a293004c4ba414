//! A new password from the console, for a person who has forgotten theirs. The portal itself has no way to reset one.

use secrecy::SecretString;

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::objection::Objection;
use super::passwords::Passwords;
use super::people::Wrong;
use crate::access::Internal;
use crate::clock::Stamp;
use crate::store::{Store, people, sessions};

/// Gives a person a new password and ends all their sessions.
///
/// # Errors
/// [`OpError::Invalid`] when nobody who can sign in has this name, or the password is refused.
pub async fn reset_password(
    store: &Store,
    console: Internal,
    passwords: &Passwords,
    (name, password): (&str, SecretString),
    now: Stamp,
) -> Result<()> {
    let nobody = |name: &str| OpError::field("name", Objection::NoAccount(name.to_owned()));
    let name = name.trim().to_owned();
    let wanted = name.clone();
    if store.read(move |db| people::account(db, &wanted)).await?.is_none() {
        return Err(nobody(&name));
    }
    let mut wrong = Wrong::default();
    wrong.check_password("password", &name, &password);
    wrong.unless_any(Some(()))?;
    let hash = passwords.hash(password).await?;
    let (audit, wanted) = (AuditLog::new(&console.principal(), None), name.clone());
    let changed = store
        .write(move |db| {
            let account = people::account(db, &wanted)?.ok_or(OpError::NotFound)?;
            people::set_password(db, account.id, &hash)?;
            sessions::delete_of(db, account.id)?;
            Ok(audit.record(db, Event::new(Action::ResetPassword, &wanted), now)?)
        })
        .await;
    changed.map_err(|error| match error {
        OpError::NotFound => nobody(&name),
        other => other,
    })
}
