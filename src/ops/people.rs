//! People: the first administrator, accounts from the console, and what everybody may change of their own.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::audit::Who;
use super::error::{OpError, Result};
use super::passwords::{self, Passwords};
use super::random;
use crate::access::{Actor, Internal, Reach, Template};
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::store::{Store, StoreError, groups, people, portal, sessions};

/// Longest name of a person, in characters.
const MAX_NAME: usize = 60;

/// A new account, as it was typed.
pub struct NewPerson {
    pub name: String,
    pub password: SecretString,
    pub time_zone: Option<String>,
}

fn named(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && name.chars().all(|letter| letter.is_alphanumeric() || "._-@+".contains(letter));
    if fits {
        Ok(name.to_owned())
    } else {
        Err(OpError::field("name", format!("1 to {MAX_NAME} letters, digits and . _ - @ +")))
    }
}

fn zoned(zone: Option<&str>) -> Result<Option<String>> {
    match zone.map(str::trim).filter(|zone| !zone.is_empty()) {
        None => Ok(None),
        Some(zone) => match zone.parse::<chrono_tz::Tz>() {
            Ok(zone) => Ok(Some(zone.name().to_owned())),
            Err(_unknown) => Err(OpError::field("time_zone", "Use a zone such as Europe/Berlin or UTC.")),
        },
    }
}

async fn hashed(passwords: &Passwords, field: &str, name: &str, password: &SecretString) -> Result<String> {
    passwords::rules(password.expose_secret(), name).map_err(|said| OpError::field(field, said))?;
    Ok(passwords.hash(password.clone()).await?)
}

/// Makes a new one-time set-up token; the old one is void. What is kept is its hash.
///
/// # Errors
/// [`OpError::Conflict`] when the portal is set up.
pub async fn setup_token(store: &Store, _console: &Internal, only_if_none: bool) -> Result<Option<String>> {
    let token = random::token();
    let hash = hex(&random::token_hash(&token));
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
        Err(StoreError::Fenced) => Err(OpError::Conflict("The portal is set up: it has an administrator.".to_owned())),
        Err(error) => Err(error.into()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Makes the first administrator, once, with the token from the console.
///
/// # Errors
/// [`OpError::Invalid`] with the fields that cannot stand; [`OpError::Conflict`] when somebody was first.
pub async fn set_up(
    store: &Store,
    passwords: &Passwords,
    token: &str,
    new: NewPerson,
    address: Option<String>,
    now: Stamp,
) -> Result<PersonId> {
    let wrong_token = || {
        OpError::field(
            "token",
            "This is not the token printed on the console. `syncdesk setup-token` prints a new one.",
        )
    };
    let hash = hex(&random::token_hash(token.trim()));
    let kept = store.read(|db| portal::get(db, portal::SETUP_TOKEN)).await?;
    if !kept.is_some_and(|kept| kept.as_bytes().ct_eq(hash.as_bytes()).into()) {
        return Err(wrong_token());
    }
    let name = named(&new.name)?;
    let zone = zoned(new.time_zone.as_deref())?;
    let password = hashed(passwords, "password", &name, &new.password).await?;
    let made = store
        .write(move |db| {
            // Looked at again under the write lock: two people with the token make one administrator.
            if portal::has_administrator(db)? || portal::get(db, portal::SETUP_TOKEN)?.as_deref() != Some(hash.as_str())
            {
                return Err(StoreError::Fenced);
            }
            // On Postgres the second of two waits here, and then finds the token gone.
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
        StoreError::Fenced => OpError::Conflict("Somebody else has set the portal up meanwhile. Sign in.".to_owned()),
        StoreError::Duplicate(_) => OpError::field("name", "This name is taken."),
        other => other.into(),
    })
}

/// What a new person is assigned; without a group, everywhere.
pub struct Assigned {
    pub collection: String,
    pub group: Option<String>,
}

/// Makes an account from the console and assigns a collection everywhere or in one group.
///
/// # Errors
/// [`OpError::Invalid`] with what cannot stand.
pub async fn add_person(
    store: &Store,
    console: &Internal,
    passwords: &Passwords,
    new: NewPerson,
    assigned: Assigned,
    now: Stamp,
) -> Result<PersonId> {
    let name = named(&new.name)?;
    let zone = zoned(new.time_zone.as_deref())?;
    let password = hashed(passwords, "password", &name, &new.password).await?;
    let by = console.principal().to_string();
    let Assigned { collection, group } = assigned;
    let made = store
        .write(move |db| {
            let Some(collection_id) = people::collection(db, &collection)? else {
                return Ok(Err(OpError::field("collection", format!("There is no role collection {collection}."))));
            };
            let reach = match &group {
                None => Reach::All,
                Some(group) => {
                    if let Some(id) = groups::by_name(db, group)? {
                        Reach::Group(id)
                    } else {
                        let said = format!("There is no group {group}. `syncdesk group add` makes one.");
                        return Ok(Err(OpError::field("group", said)));
                    }
                }
            };
            let everywhere = [Template::BusinessLogsAccessAll, Template::SystemAdmin];
            let templates = people::templates(db, collection_id)?;
            if reach != Reach::All && templates.iter().any(|template| everywhere.contains(template)) {
                let said = format!("{collection} can be assigned with reach all only: leave out the group.");
                return Ok(Err(OpError::field("group", said)));
            }
            let id = people::create(db, &name, &password, zone.as_deref(), now)?;
            people::assign(db, id, collection_id, reach, &by, now)?;
            let who = Who { principal: by, address: None };
            let after = serde_json::json!({ "collection": collection, "group": group });
            who.did(db, "person.create", (None, None), &name, (None, Some(after)), now)?;
            Ok(Ok(id))
        })
        .await;
    match made {
        Ok(Ok(id)) => Ok(id),
        Ok(Err(error)) => Err(error),
        Err(StoreError::Duplicate(_)) => Err(OpError::field("name", "This name is taken.")),
        Err(error) => Err(error.into()),
    }
}

/// Makes a group of systems from the console.
///
/// # Errors
/// [`OpError::Invalid`] when the name cannot stand or is taken.
pub async fn add_group(store: &Store, console: &Internal, name: &str, now: Stamp) -> Result<()> {
    let name = name.trim().to_owned();
    // The name is a folder's name below the local roots.
    let odd = name.is_empty() || name.chars().count() > MAX_NAME || name.starts_with('.') || name.contains(['/', '\0']);
    if odd || name.chars().any(char::is_control) {
        return Err(OpError::field("name", format!("1 to {MAX_NAME} characters, no slash, no dot in front.")));
    }
    let who = Who::new(console.principal(), None);
    let made = store
        .write(move |db| {
            groups::create(db, &name, now)?;
            who.did(db, "group.create", (None, None), &name, (None, None), now)
        })
        .await;
    made.map_err(|error| match error {
        StoreError::Duplicate(_) => OpError::field("name", "There is a group with this name."),
        other => other.into(),
    })
}

/// Changes somebody's own password and ends all their sessions.
///
/// # Errors
/// [`OpError::Invalid`] when the present password is wrong or the new one cannot stand.
pub async fn change_password(
    store: &Store,
    passwords: &Passwords,
    actor: &Actor,
    present: SecretString,
    new: SecretString,
    who: Who,
    now: Stamp,
) -> Result<()> {
    let (id, name) = (actor.id(), actor.name().to_owned());
    let wanted = name.clone();
    let account = store.read(move |db| people::account(db, &wanted)).await?;
    let hash = account.and_then(|account| account.password_hash);
    let right = passwords.verify(hash, present).await?;
    if !right {
        return Err(OpError::field("current", "This is not your present password."));
    }
    let hash = hashed(passwords, "password", &name, &new).await?;
    store
        .write(move |db| {
            people::set_password(db, id, &hash)?;
            sessions::delete_of(db, id)?;
            who.did(db, "person.password", (None, None), &name, (None, None), now)
        })
        .await?;
    Ok(())
}

/// Changes the zone in which somebody reads times.
///
/// # Errors
/// [`OpError::Invalid`] for a zone that there is not.
pub async fn change_time_zone(store: &Store, actor: &Actor, zone: &str, who: Who, now: Stamp) -> Result<()> {
    let zone = zoned(Some(zone))?;
    let (id, name) = (actor.id(), actor.name().to_owned());
    store
        .write(move |db| {
            let before = people::person(db, id)?.and_then(|person| person.time_zone);
            if before == zone {
                return Ok(());
            }
            people::set_time_zone(db, id, zone.as_deref())?;
            let states = [before, zone].map(|zone| Some(serde_json::json!({ "time_zone": zone })));
            who.did(db, "person.time_zone", (None, None), &name, states.into(), now)
        })
        .await?;
    Ok(())
}
