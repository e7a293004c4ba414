//! What becomes of a form that arrives when its session has ended. Long ones are kept and shown again after sign-in; of all
//! others, and of those whose session is unknown, the sign-in page reports that nothing was saved.

use std::collections::BTreeSet;

use actix_web::dev::ServiceRequest;

use super::body;
use super::csrf::Secret;
use super::rejection::{Rejection, check_reach};
use crate::clock::Stamp;
use crate::domain::stray_secret::has_secret;
use crate::ids::{PersonId, SystemKey};
use crate::ops::unsaved::{self, Fields};
use crate::queries::access::caller;
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::pages::errors::ErrorPage;
use crate::web::route::{Access, Route};
use crate::web::state::App;
use crate::web::ui::{Flash, Tone};
use crate::web::urls::{self, Ended};

/// The session that a request belongs to, although it has ended.
pub struct EndedSession {
    pub person: PersonId,
    /// Of the CSRF tokens in its pages.
    pub secret: Secret,
}

/// The forms that are kept. None has a field for a person's password.
pub const KEPT: [&str; 6] = [
    "/systems/new",
    "/systems/connect/{draft}",
    "/systems/connect/{draft}/schedule",
    "/systems/{system}/edit",
    "/systems/{system}/hold",
    "/help/codes/{code}/note",
];

/// Prefix of a connector's fields in the form: their names cannot clash with those of general fields.
pub const SETTING: &str = "settings.";

/// The input with the names of their slots.
pub const KEPT_SLOTS: &str = "kept_slots";

/// The entry with the names of secrets that were typed and not kept.
const AGAIN: &str = "*again";

/// Where a request leads that needs a session and has none: to the sign-in page, with what it says there.
pub async fn sign_in_first(
    app: &App,
    row: &Route,
    request: &mut ServiceRequest,
    viewer: &Viewer,
    ended: Option<EndedSession>,
) -> String {
    if !row.posts() {
        let next = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        return urls::sign_in_because(&next, ended.map(|_ended| Ended::Session));
    }
    if row.path == urls::SIGN_OUT {
        return urls::SIGN_IN.to_owned();
    }
    let page = row.page(request.path());
    let Some(ended) = ended.filter(|_ended| KEPT.contains(&row.path)) else {
        return urls::sign_in_because(&page, Some(Ended::Lost));
    };
    match keep(app, row, request, viewer, ended).await {
        Ok((reference, kind)) => urls::sign_in_because(&urls::unsaved(&page, &kind, &reference), Some(Ended::Kept)),
        Err(_said) => urls::sign_in_because(&page, Some(Ended::Lost)),
    }
}

/// Keeps the form of a session that has ended: its reference, and the kind of system that it is about, if any.
async fn keep(
    app: &App,
    row: &Route,
    request: &mut ServiceRequest,
    viewer: &Viewer,
    ended: EndedSession,
) -> Result<(String, String), WebError> {
    let EndedSession { person, secret } = ended;
    may_open(app, row, request, person).await?;
    let fields = body::read(row, request).await?;
    if !body::is_of(&secret, &fields) {
        return Err(WebError(ErrorPage::Stale));
    }
    keep_fields(app, row, request, (person, viewer.now), fields).await
}

/// A form of an earlier session, sent by somebody who has signed in again in another tab: it is shown again, not saved. A
/// browser that does not say that the form is on a page of this portal gets the error page.
pub(super) async fn show_again(
    app: &App,
    row: &Route,
    request: &ServiceRequest,
    viewer: &Viewer,
    fields: Fields,
) -> Rejection {
    let from_here = request.headers().get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let person = viewer.actor.as_ref().map(crate::access::Actor::id).filter(|_| from_here && KEPT.contains(&row.path));
    let Some(person) = person else { return Rejection::Stale(fields) };
    match keep_fields(app, row, request, (person, viewer.now), fields).await {
        Ok((reference, kind)) => Rejection::SeeOther(urls::unsaved(&row.page(request.path()), &kind, &reference)),
        Err(failure) => Rejection::Failure(failure),
    }
}

async fn keep_fields(
    app: &App,
    row: &Route,
    request: &ServiceRequest,
    (person, now): (PersonId, Stamp),
    fields: Fields,
) -> Result<(String, String), WebError> {
    let kind = if row.path == urls::NEW_SYSTEM {
        let known = fields.get("kind").filter(|kind| registry::kind(kind).is_some());
        known.cloned().ok_or_else(WebError::not_found)?
    } else {
        String::new()
    };
    let page = (person, request.path());
    let reference = unsaved::keep(&app.store, &app.vault, page, &without_secrets(fields), now).await?;
    Ok((reference, kind))
}

/// A form is kept only for a person who will be able to open its page.
async fn may_open(app: &App, row: &Route, request: &ServiceRequest, person: PersonId) -> Result<(), WebError> {
    let key = request.match_info().get("system").and_then(SystemKey::parse);
    let read = app.store.read(move |db| caller(db, person, key.as_ref()));
    let (person, located) = read.await?;
    let actor = person.ok_or_else(WebError::not_found)?.actor;
    match row.access {
        Access::Needs(needed) => actor.scope_of(needed.any_of).map(drop).ok_or_else(WebError::not_found),
        Access::System(needed) => check_reach(&actor, needed.any_of, located),
        Access::Public | Access::Anybody | Access::SetUp | Access::SignIn | Access::SignedIn => Ok(()),
    }
}

/// Deletes the forms that were kept for this page, after one was saved.
///
/// # Errors
/// When the database cannot be written.
pub(super) async fn forget(app: &App, row: &Route, path: &str, viewer: &Viewer) -> Result<(), WebError> {
    let Some(actor) = viewer.actor.as_ref().filter(|_| row.posts() && KEPT.contains(&row.path)) else { return Ok(()) };
    Ok(unsaved::forget(&app.store, &app.vault, (actor.id(), path), viewer.now).await?)
}

fn without_secrets(fields: Fields) -> Fields {
    let is_secret = |name: &str| {
        let field = name.strip_prefix(SETTING);
        let secrets = registry::all().iter().flat_map(|kind| kind.fields()).filter(|field| field.input.is_secret());
        field.is_some_and(|name| secrets.into_iter().any(|secret| secret.name == name))
    };
    let (secret, mut kept): (Fields, Fields) = fields
        .into_iter()
        .filter(|(name, _value)| name != "csrf")
        .partition(|(name, value)| is_secret(name) || has_secret(value));
    let typed = secret.into_iter().filter(|(_name, value)| !value.is_empty()).map(|(name, _value)| name);
    // Those of the last attempt are no longer used either.
    let of_last_attempt = kept.remove(KEPT_SLOTS).unwrap_or_default();
    let of_last_attempt = of_last_attempt.split_whitespace().map(|slot| format!("{SETTING}{slot}"));
    let again: BTreeSet<String> = typed.chain(of_last_attempt).collect();
    let again: Vec<String> = again.into_iter().collect();
    kept.insert(AGAIN.to_owned(), again.join("\n"));
    kept
}

/// A form that is shown again.
#[derive(Debug, Default)]
pub struct Unsaved {
    pub fields: Fields,
    /// The fields with secrets that have to be entered again.
    pub again: Vec<String>,
}

impl Unsaved {
    /// A field, or nothing.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// The reference in the address of a page.
#[derive(Debug, Default, serde::Deserialize)]
pub struct UnsavedQuery {
    #[serde(default)]
    pub unsaved: String,
}

/// The form behind a reference in the address of its page, and what the page says about it; nothing without a reference.
///
/// # Errors
/// When the database cannot be read.
pub async fn shown_again(
    app: &App,
    viewer: &mut Viewer,
    path: &str,
    reference: &str,
) -> Result<Option<Unsaved>, WebError> {
    let Some(person) = viewer.actor.as_ref().map(crate::access::Actor::id).filter(|_| !reference.is_empty()) else {
        return Ok(None);
    };
    let found = unsaved::find(&app.store, &app.vault, (person, path), reference, viewer.now).await?;
    let text = if found.is_some() {
        "These entries are not saved yet: the session in which you opened the form had ended. Check them and save again."
    } else {
        "The entries that you sent are not available. Entries are kept for one hour, and only \
         for the person who entered them."
    };
    viewer.flash = Some(Flash { tone: Tone::Warning, text: text.to_owned(), links: Vec::new() });
    Ok(found.map(|mut fields| {
        let again = fields.remove(AGAIN).unwrap_or_default();
        Unsaved { fields, again: again.lines().map(ToOwned::to_owned).collect() }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_and_named() {
        let sent = [
            ("csrf", "x"),
            ("name", "Orders"),
            ("settings.destination_secret", "hunter2"),
            ("settings.source_secret", ""),
            ("settings.root", "-----BEGIN PRIVATE KEY-----"),
            ("kept_slots", "certificate_key"),
        ];
        let kept = without_secrets(sent.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let expected =
            [(AGAIN, "settings.certificate_key\nsettings.destination_secret\nsettings.root"), ("name", "Orders")];
        assert_eq!(kept, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
