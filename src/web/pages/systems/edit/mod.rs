//! The settings form: connecting a system, and changing one.

pub mod fields;
mod form;
mod view;

pub(super) use view::guide;
pub use view::view;

use std::collections::{BTreeMap, BTreeSet};

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};

pub(super) use self::form::{Attempt, SystemForm, bare, blank, filled};
use crate::access::{Grant, verbs};
use crate::domain::kind::{ConnectorKind, Field};
use crate::ids::{CheckNo, GroupId, SystemKey};
use crate::ops::error::OpError;
use crate::ops::specify::{self, KeptSecrets};
use crate::queries::systems::{SystemToEdit, system_to_edit};
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::refusals::Explain as _;
use crate::web::session::unsaved::{UnsavedQuery, shown_again};
use crate::web::state::App;
use crate::web::ui::{Choice, Errors, Tone};
use crate::web::{response, session, urls};

/// The input with the reference to secrets of the last attempt.
pub const REFERENCE: &str = "kept";

/// The input with the version that was read.
pub const VERSION: &str = "version";

/// What the page shows.
#[derive(Debug, Clone)]
pub struct EditView {
    pub subject: Subject,
    pub kind: &'static str,
    pub kind_title: &'static str,
    /// Every kind there is.
    pub kinds: Vec<Choice>,
    /// The connector's fields, in order.
    pub fields: &'static [Field],
    /// Values of the inputs, by input name (connector fields with the prefix [`crate::web::session::unsaved::SETTING`]). Never a secret.
    pub typed: BTreeMap<String, String>,
    /// The slots that hold a secret.
    pub stored: BTreeSet<String>,
    /// The slots whose secret was kept from the last attempt, with the reference to it.
    pub kept: BTreeSet<String>,
    pub reference: String,
    /// Whether the reader may enter secrets anywhere.
    pub may_set_secrets: bool,
    /// By input name.
    pub errors: Errors,
    /// URLs to which stored credentials are sent without encryption.
    pub exposed: Vec<String>,
    pub groups: Vec<Choice>,
    /// Group, and the folder that local ends of its systems may use.
    pub roots: Vec<(String, String)>,
    pub time_zones: Vec<Choice>,
}

/// Whose settings these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    New,
    System {
        key: SystemKey,
        name: String,
        group: GroupId,
        /// The version that was read: a save on top of a newer one is refused.
        version: i64,
    },
}

/// Which kind is to be created.
#[derive(Debug, serde::Deserialize)]
pub struct NewQuery {
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    unsaved: String,
}

/// The empty form of a kind, with all settings on one page.
///
/// # Errors
/// When there is no such kind or the database cannot be read.
pub(super) async fn new(
    grant: Grant<verbs::SpecifySystems>,
    mut viewer: Viewer,
    query: NewQuery,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let kind = kind(&query.kind)?;
    let typed = blank(kind, &app, &viewer);
    let mut form = SystemForm {
        subject: Subject::New,
        kind,
        typed,
        stored: BTreeSet::new(),
        kept: KeptSecrets::default(),
        errors: Errors::new(),
    };
    if let Some(unsaved) = shown_again(&app, &mut viewer, urls::NEW_SYSTEM, &query.unsaved).await? {
        form = form.with(unsaved);
    }
    form.answer(&app, &grant, &viewer, StatusCode::OK).await
}

/// Creates a system, and leads to its connection check.
///
/// # Errors
/// When there is no such kind or the database cannot be written.
pub async fn create(
    grant: Grant<verbs::SpecifySystems>,
    viewer: Viewer,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let kind = kind(posted.field("kind"))?;
    let attempt = Attempt::read(&app, &grant, &viewer, kind, posted, &BTreeMap::new()).await?;
    let wanted = attempt.wanted(&app, &grant, &viewer);
    match specify::create_system(&app.store, &app.vault, &grant, wanted).await {
        Ok((key, check)) => {
            app.wake.notify_one();
            session::tell(&session, Tone::Ok, "System saved.", None);
            Ok(response::see_other(&urls::saved(&key, check)))
        }
        Err(OpError::Invalid(wrong)) => {
            let form = attempt.refused(&app, &grant, &viewer, (Subject::New, BTreeSet::new()), wrong).await?;
            form.answer(&app, &grant, &viewer, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The form of a system.
///
/// # Errors
/// When the system is out of reach, its kind is unknown or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::SpecifySystems>,
    mut viewer: Viewer,
    path: Path<SystemKey>,
    query: Query<UnsavedQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let found = find(&app, &grant, &path).await?;
    let (kind, typed, subject) = (kind(&found.system.kind)?, filled(&found), subject(&found));
    let mut form =
        SystemForm { subject, kind, typed, stored: found.stored, kept: KeptSecrets::default(), errors: Errors::new() };
    let page = urls::system_edit(&found.system.key);
    if let Some(unsaved) = shown_again(&app, &mut viewer, &page, &query.unsaved).await? {
        form = form.with(unsaved);
    }
    form.answer(&app, &grant, &viewer, StatusCode::OK).await
}

/// Saves a system, and leads to its connection check.
///
/// # Errors
/// As for [`show`].
pub async fn save(
    grant: Grant<verbs::SpecifySystems>,
    viewer: Viewer,
    path: Path<SystemKey>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let found = find(&app, &grant, &path).await?;
    let (kind, key) = (kind(&found.system.kind)?, &found.system.key);
    let seen_version = posted.field("version").parse().unwrap_or(0);
    let attempt = Attempt::read(&app, &grant, &viewer, kind, posted, &filled(&found)).await?;
    let (wanted, change) = (attempt.wanted(&app, &grant, &viewer), specify::Change { key, seen_version });
    let (wrong, changed) = match specify::save_system(&app.store, &app.vault, &grant, change, wanted).await {
        Ok(check) => return Ok(saved(&app, &session, key, check)),
        Err(OpError::Invalid(wrong)) => (wrong, None),
        Err(OpError::Refused(changed)) => (Vec::new(), Some(changed.explain())),
        Err(error) => return Err(error.into()),
    };
    let status = if changed.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut form = attempt.refused(&app, &grant, &viewer, (subject(&found), found.stored), wrong).await?;
    form.errors.extend(changed.map(|said| (VERSION.to_owned(), said)));
    form.answer(&app, &grant, &viewer, status).await
}

fn saved(app: &App, session: &Session, key: &SystemKey, check: Option<CheckNo>) -> HttpResponse {
    app.wake.notify_one();
    let (said, next) = match check {
        Some(check) => ("System saved. The next run uses these settings.", urls::saved(key, check)),
        None => ("System saved. It is on hold: use Check connection to test the new settings.", urls::system(key)),
    };
    session::tell(session, Tone::Ok, said, None);
    response::see_other(&next)
}

pub(super) fn kind(word: &str) -> Result<&'static dyn ConnectorKind, WebError> {
    registry::kind(word).ok_or_else(WebError::not_found)
}

fn subject(found: &SystemToEdit) -> Subject {
    let system = &found.system;
    Subject::System {
        key: system.key.clone(),
        name: system.name.clone(),
        group: system.group_id,
        version: system.settings_version,
    }
}

async fn find(app: &App, grant: &Grant<verbs::SpecifySystems>, key: &SystemKey) -> Result<SystemToEdit, WebError> {
    let (grant, key) = (grant.clone(), key.clone());
    Ok(app.store.read(move |db| system_to_edit(db, &grant, &key)).await?)
}
