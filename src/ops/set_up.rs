//! Setting up the portal: the setup token, and the first administrator.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::audit::Who;
use super::error::{OpError, Result};
use super::passwords::Passwords;
use super::people::{NewPerson, Wrong, parse_name, parse_zone};
use super::random;
use crate::access::{Internal, Reach};
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Store, StoreError, people, portal};

/// What was typed on the setup page.
pub struct SetUp {
    pub token: SecretString,
    pub person: NewPerson,
    pub password_again: SecretString,
}

/// Makes a new one-time setup token; the old one is void. Only its hash is stored.
///
/// # Errors
/// [`OpError::Conflict`] when the portal is set up.
pub async fn renew_token(store: &Store, _console: &Internal, only_if_none: bool) -> Result<Option<String>> {
    let token = random::token();
    let hash = hash_of(&token);
    let made = store
        .write(move |db| {
            if portal::has_administrator(db)? {
                return Err(StoreError::Fenced);
            }
            if only_if_none && portal::get(db, portal::SETUP_TOKEN)?.is_some() {
                return Ok(false);
            }
            portal::set(db, portal::SETUP_TOKEN, &hash)?;
            Ok(true)
        })
        .await;
    match made {
        Ok(made) => Ok(made.then_some(token)),
        Err(StoreError::Fenced) => {
            Err(OpError::Conflict("Syncdesk is already set up: it has an administrator.".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

fn hash_of(token: &str) -> String {
    random::token_hash(token).iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Creates the first administrator, once, with the token from the console.
///
/// # Errors
/// [`OpError::Invalid`] with every field that is wrong; [`OpError::Conflict`] when somebody else was first.
pub async fn set_up(
    store: &Store,
    passwords: &Passwords,
    typed: SetUp,
    address: Option<String>,
    now: Stamp,
) -> Result<PersonId> {
    let SetUp { token, person, password_again } = typed;
    let hash = hash_of(token.expose_secret().trim());
    let stored = store.read(|db| portal::get(db, portal::SETUP_TOKEN)).await?;
    let mut wrong = Wrong::default();
    if !stored.is_some_and(|stored| stored.as_bytes().ct_eq(hash.as_bytes()).into()) {
        wrong.note(
            "token",
            "This is not the setup token printed on the console. `syncdesk setup-token` prints a new one.",
        );
    }
    let name = wrong.keep(parse_name(&person.name));
    let zone = wrong.keep(parse_zone(person.time_zone.as_deref()));
    wrong.check_password("password", &person.name, &person.password);
    wrong.check_repeated(&person.password, &password_again);
    let (name, zone) = wrong.unless_any(name.zip(zone))?;
    let password = passwords.hash(person.password).await?;
    let made = store
        .write(move |db| {
            // Checked again under the write lock: two people with the token make one administrator.
            if portal::has_administrator(db)? || portal::get(db, portal::SETUP_TOKEN)?.as_deref() != Some(hash.as_str())
            {
                return Err(StoreError::Fenced);
            }
            // On Postgres the second of two waits here, and then finds no token.
            if !portal::remove(db, portal::SETUP_TOKEN)? {
                return Err(StoreError::Fenced);
            }
            let id = people::create(db, &name, &password, zone.as_deref(), now)?;
            let collection = people::collection(db, "Administrator")?.ok_or(StoreError::NotFound)?;
            people::assign(db, id, collection, Reach::All, "set-up", now)?;
            let who = Who { principal: name.clone(), address };
            let after = serde_json::json!({ "collection": "Administrator", "reach": "all" });
            who.did(db, "portal.set_up", (None, None), &name, (None, Some(after)), now)?;
            Ok(id)
        })
        .await;
    made.map_err(|error| match error {
        StoreError::Fenced => OpError::Conflict("Somebody else has set up Syncdesk since then. Sign in.".to_owned()),
        StoreError::Duplicate(_) => OpError::field("name", "This name is taken."),
        other => other.into(),
    })
}
