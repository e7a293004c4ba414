//! People: accounts from the console, and what people can change about themselves.

use secrecy::{ExposeSecret, SecretString};

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::objection::{Objection, Objections};
use super::passwords::{Passwords, VerifiedPassword, rules};
use crate::access::{Actor, Internal, Reach, Template};
use crate::clock::Stamp;
use crate::domain::invisible::check_name;
use crate::domain::theme::Theme;
use crate::ids::PersonId;
use crate::store::{Store, groups, people, sessions};

/// Longest name of a person, in characters.
const MAX_NAME: usize = 60;

/// A new account, as it was typed.
pub struct NewPerson {
    pub name: String,
    pub password: SecretString,
    pub time_zone: Option<String>,
}

/// Everything that is wrong with a form, so that it is reported together.
#[derive(Default)]
pub(super) struct Wrong(Objections);

impl Wrong {
    pub(super) fn note(&mut self, field: &str, objection: Objection) {
        self.0.push((field.to_owned(), objection));
    }

    /// The value, or nothing and a note of what is wrong with it.
    pub(super) fn keep<T>(&mut self, parsed: std::result::Result<T, (&str, Objection)>) -> Option<T> {
        parsed.map_err(|(field, objection)| self.note(field, objection)).ok()
    }

    /// Checks a new password of the person with this name.
    pub(super) fn check_password(&mut self, field: &str, name: &str, password: &SecretString) {
        if let Err(weakness) = rules::check(password.expose_secret(), name) {
            self.note(field, Objection::Weak(weakness));
        }
    }

    pub(super) fn check_repeated(&mut self, password: &SecretString, again: &SecretString) {
        if password.expose_secret() != again.expose_secret() {
            self.note("password_again", Objection::PasswordsDiffer);
        }
    }

    /// The parsed values, if nothing is wrong.
    pub(super) fn unless_any<T, R>(self, parsed: Option<T>) -> Result<T, R> {
        parsed.filter(|_| self.0.is_empty()).ok_or(OpError::Invalid(self.0))
    }
}

/// What a user name is, for the hint below its field.
pub const NAME_HINT: &str = "1 to 60 characters: letters, digits and . _ - @ +, without spaces.";

pub(super) fn parse_name(name: &str) -> std::result::Result<String, (&'static str, Objection)> {
    let name = name.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && name.chars().all(|letter| letter.is_alphanumeric() || "._-@+".contains(letter));
    if fits { Ok(name.to_owned()) } else { Err(("name", Objection::NoUserName)) }
}

pub(super) fn parse_zone(zone: Option<&str>) -> std::result::Result<Option<String>, (&'static str, Objection)> {
    match zone.map(str::trim).filter(|zone| !zone.is_empty()) {
        None => Ok(None),
        Some(zone) => match zone.parse::<chrono_tz::Tz>() {
            Ok(zone) => Ok(Some(zone.name().to_owned())),
            Err(_unknown) => Err(("time_zone", Objection::NoTimeZone)),
        },
    }
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
    console: Internal,
    passwords: &Passwords,
    new: NewPerson,
    assigned: Assigned,
    now: Stamp,
) -> Result<PersonId> {
    let mut wrong = Wrong::default();
    let name = wrong.keep(parse_name(&new.name));
    let zone = wrong.keep(parse_zone(new.time_zone.as_deref()));
    wrong.check_password("password", &new.name, &new.password);
    let (name, zone) = wrong.unless_any(name.zip(zone))?;
    let password = passwords.hash(new.password).await?;
    let audit = AuditLog::new(&console.principal(), None);
    let Assigned { collection, group } = assigned;
    let made = store
        .write(move |db| {
            let Some(collection_id) = people::collection(db, &collection)? else {
                let known = people::collections(db)?.join(", ");
                return Err(OpError::field("collection", Objection::NoCollection { name: collection, known }));
            };
            let reach = match &group {
                None => Reach::All,
                Some(group) => {
                    let id = groups::by_name(db, group)?;
                    Reach::Group(id.ok_or_else(|| OpError::field("group", Objection::NoGroup(group.clone())))?)
                }
            };
            let everywhere = [Template::BusinessLogsAccessAll, Template::SystemAdmin];
            let templates = people::templates(db, collection_id)?;
            if reach != Reach::All && templates.iter().any(|template| everywhere.contains(template)) {
                return Err(OpError::field("group", Objection::EverywhereOnly(collection)));
            }
            if people::is_name_taken(db, &name)? {
                return Err(OpError::field("name", Objection::PersonNameTaken));
            }
            let id = people::create(db, &name, &password, zone.as_deref(), now)?;
            people::assign(db, id, collection_id, reach, &audit.principal, now)?;
            let after = serde_json::json!({ "collection": collection, "group": group });
            audit.record(db, Event::new(Action::CreatePerson, &name).after(after), now)?;
            Ok(id)
        })
        .await;
    made.map_err(|error| error.taken("name", Objection::PersonNameTaken))
}

/// Makes a group of systems from the console.
///
/// # Errors
/// [`OpError::Invalid`] when the name cannot stand or is taken.
pub async fn add_group(store: &Store, console: Internal, name: &str, now: Stamp) -> Result<()> {
    let name = name.trim().to_owned();
    // The name is a folder's name below the local roots.
    let odd = name.is_empty() || name.chars().count() > MAX_NAME || name.starts_with('.') || name.contains(['/', '\0']);
    if odd {
        return Err(OpError::field("name", Objection::NoGroupName(MAX_NAME)));
    }
    check_name(&name).map_err(|character| OpError::field("name", Objection::Invisible(character)))?;
    let audit = AuditLog::new(&console.principal(), None);
    let made = store
        .write(move |db| {
            if groups::is_name_taken(db, &name)? {
                return Err(OpError::field("name", Objection::GroupNameTaken));
            }
            groups::create(db, &name, now)?;
            Ok(audit.record(db, Event::new(Action::CreateGroup, &name), now)?)
        })
        .await;
    made.map_err(|error: OpError| error.taken("name", Objection::GroupNameTaken))
}

/// What was typed to change a password.
pub struct NewPassword {
    pub current: SecretString,
    pub password: SecretString,
    pub password_again: SecretString,
}

/// Changes somebody's own password and ends all their sessions.
///
/// # Errors
/// [`OpError::Invalid`] with every field that is wrong.
pub async fn change_password(
    store: &Store,
    passwords: &Passwords,
    actor: &Actor,
    typed: NewPassword,
    audit: AuditLog,
    now: Stamp,
) -> Result<VerifiedPassword> {
    let (id, name) = (actor.id(), actor.name().to_owned());
    let wanted = name.clone();
    let account = store.read(move |db| people::account(db, &wanted)).await?;
    let hash = account.and_then(|account| account.password_hash);
    let NewPassword { current, password, password_again } = typed;
    let mut wrong = Wrong::default();
    if !passwords.verify(hash, current).await? {
        wrong.note("current", Objection::WrongPassword);
    }
    wrong.check_password("password", &name, &password);
    wrong.check_repeated(&password, &password_again);
    wrong.unless_any(Some(()))?;
    let hash = passwords.hash(password).await?;
    let verified = VerifiedPassword::of(&hash);
    store
        .write(move |db| {
            people::set_password(db, id, &hash)?;
            sessions::delete_of(db, id)?;
            audit.record(db, Event::new(Action::ChangePassword, &name), now)
        })
        .await?;
    Ok(verified)
}

/// Changes how pages look for somebody; an empty word: as the device.
///
/// # Errors
/// [`OpError::Invalid`] for another word.
pub async fn change_theme(store: &Store, actor: &Actor, word: &str) -> Result<()> {
    let mut wrong = Wrong::default();
    let theme = match Theme::parse(word) {
        None if !word.is_empty() => Err(("theme", Objection::NoTheme)),
        theme => Ok(theme),
    };
    let theme = wrong.keep(theme);
    let theme = wrong.unless_any(theme)?;
    let id = actor.id();
    store.write(move |db| people::set_theme(db, id, theme)).await?;
    Ok(())
}

/// Changes the zone in which somebody reads times.
///
/// # Errors
/// [`OpError::Invalid`] for a zone that there is not.
pub async fn change_time_zone(store: &Store, actor: &Actor, zone: &str, audit: AuditLog, now: Stamp) -> Result<()> {
    let mut wrong = Wrong::default();
    let zone = wrong.keep(parse_zone(Some(zone)));
    let zone = wrong.unless_any(zone)?;
    let (id, name) = (actor.id(), actor.name().to_owned());
    store
        .write(move |db| {
            let before = people::person(db, id)?.and_then(|person| person.time_zone);
            if before == zone {
                return Ok(());
            }
            people::set_time_zone(db, id, zone.as_deref())?;
            let [before, after] = [before, zone].map(|zone| serde_json::json!({ "time_zone": zone }));
            audit.record(db, Event::new(Action::ChangeTimeZone, &name).before(before).after(after), now)
        })
        .await?;
    Ok(())
}
