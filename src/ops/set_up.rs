//! Setting up the portal: the setup token, and the first administrator.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::objection::Objection;
use super::passwords::{Passwords, VerifiedPassword};
use super::people::{NewPerson, Wrong, parse_name, parse_zone};
use super::random;
use crate::access::{Internal, Principal, Reach};
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Store, StoreError, people, portal};

/// What was typed on the setup page.
pub struct SetUp {
    pub token: SecretString,
    pub person: NewPerson,
    pub password_again: SecretString,
}

/// The portal has an administrator already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsSetUp;

/// Makes a new one-time setup token; the old one is void. Only its hash is stored.
///
/// # Errors
/// [`IsSetUp`].
pub async fn renew_token(store: &Store, _console: Internal, only_if_none: bool) -> Result<Option<String>, IsSetUp> {
    let token = random::token();
    let hash = hash_of(&token);
    store
        .write(move |db| {
            if portal::has_administrator(db)? {
                return Err(OpError::Refused(IsSetUp));
            }
            if only_if_none && portal::get(db, portal::SETUP_TOKEN)?.is_some() {
                return Ok(None);
            }
            portal::set(db, portal::SETUP_TOKEN, &hash)?;
            Ok(Some(token))
        })
        .await
}

fn hash_of(token: &str) -> String {
    hex::encode(random::token_hash(token))
}

/// Creates the first administrator, once, with the token from the console.
///
/// # Errors
/// [`OpError::Invalid`] with every field that is wrong; [`IsSetUp`] when somebody else was first.
pub async fn set_up(
    store: &Store,
    passwords: &Passwords,
    typed: SetUp,
    address: Option<String>,
    now: Stamp,
) -> Result<(PersonId, VerifiedPassword), IsSetUp> {
    let SetUp { token, person, password_again } = typed;
    let hash = hash_of(token.expose_secret().trim());
    let stored = store.read(|db| portal::get(db, portal::SETUP_TOKEN)).await?;
    let mut wrong = Wrong::default();
    if !stored.is_some_and(|stored| stored.as_bytes().ct_eq(hash.as_bytes()).into()) {
        wrong.note("token", Objection::WrongSetupToken);
    }
    let name = wrong.keep(parse_name(&person.name));
    let zone = wrong.keep(parse_zone(person.time_zone.as_deref()));
    wrong.check_password("password", &person.name, &person.password);
    wrong.check_repeated(&person.password, &password_again);
    let (name, zone) = wrong.unless_any(name.zip(zone))?;
    let password = passwords.hash(person.password).await?;
    let verified = VerifiedPassword::of(&password);
    let made = store
        .write(move |db| {
            // Checked again under the write lock: two people with the token make one administrator.
            if portal::has_administrator(db)? || portal::get(db, portal::SETUP_TOKEN)?.as_deref() != Some(hash.as_str())
            {
                return Err(OpError::Refused(IsSetUp));
            }
            // On Postgres the second of two waits here, and then finds no token.
            if !portal::remove(db, portal::SETUP_TOKEN)? {
                return Err(OpError::Refused(IsSetUp));
            }
            let id = people::create(db, &name, &password, zone.as_deref(), now)?;
            let collection = people::collection(db, "Administrator")?.ok_or(StoreError::NotFound)?;
            let principal = Principal::Person { id, name: name.clone() };
            people::assign(db, id, collection, Reach::All, &principal, now)?;
            let audit = AuditLog { principal, address };
            let after = serde_json::json!({ "collection": "Administrator", "reach": "all" });
            audit.record(db, Event::new(Action::SetUpPortal, &name).after(after), now)?;
            Ok(id)
        })
        .await;
    made.map(|id| (id, verified)).map_err(|error| error.taken("name", Objection::PersonNameTaken))
}
