//! The settings form: connecting a system, and changing one.

mod view;

pub use view::view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};

use super::schedule;
use crate::access::{Grant, verbs};
use crate::domain::kind::{Field, Kind};
use crate::domain::schedule::Schedule;
use crate::ids::{CheckNo, SystemKey};
use crate::ops::error::OpError;
use crate::ops::specify::{self, Kept, Specified};
use crate::store::systems::{System, Watch};
use crate::store::{credentials, groups, systems};
use crate::sync::registry;
use crate::web::extract::{Posted, Viewer};
use crate::web::failure::Failure;
use crate::web::present::{self, errors_of, time_zones};
use crate::web::session::unsaved::{Unsaved, UnsavedQuery, shown_again};
use crate::web::state::App;
use crate::web::ui::{Choice, Errors, Nav, Tone};
use crate::web::{response, session, urls};

/// What stands before the name of a connector's field in the form, so that it cannot meet one of ours.
pub const SETTING: &str = "settings.";

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
    /// What stands in the inputs, by input name (connector's fields with [`SETTING`] in front). Never a secret.
    pub typed: BTreeMap<String, String>,
    /// The slots that hold a secret.
    pub stored: BTreeSet<String>,
    /// The slots whose secret was kept from the last attempt, with the reference to it.
    pub kept: BTreeSet<String>,
    pub reference: String,
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
        /// The version that was read: a save on top of a newer one is refused.
        version: i64,
    },
}

/// Which kind is to be created.
#[derive(Debug, serde::Deserialize)]
pub struct NewQuery {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    unsaved: String,
}

/// The empty form of a kind; without a kind, of the first.
///
/// # Errors
/// When there is no such kind or the database cannot be read.
pub async fn new(
    grant: Grant<verbs::SpecifySystems>,
    mut viewer: Viewer,
    query: Query<NewQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let first = registry::all().first().map_or("", |kind| kind.kind());
    let kind = kind(if query.kind.is_empty() { first } else { &query.kind })?;
    let mut typed: BTreeMap<String, String> =
        kind.fields().iter().map(|field| (format!("{SETTING}{}", field.name), field.default.to_owned())).collect();
    for (name, value) in [("max_attempts", "5"), ("production", "yes")] {
        typed.insert(name.to_owned(), value.to_owned());
    }
    let minutes = (app.config.run_timeout.as_secs() / 60).max(1);
    typed.insert("timeout_minutes".to_owned(), minutes.to_string());
    typed.insert("time_zone".to_owned(), viewer.zone.name().to_owned());
    typed.insert("schedule".to_owned(), "none".to_owned());
    let mut form = Form {
        subject: Subject::New,
        kind,
        typed,
        stored: BTreeSet::new(),
        kept: Kept::default(),
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
) -> Result<HttpResponse, Failure> {
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
    path: Path<String>,
    query: Query<UnsavedQuery>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let (system, group, stored) = find(&app, &grant, &path).await?;
    let kind = kind(&system.kind)?;
    let id = system.id;
    let watch = app.store.read(move |db| systems::watch(db, id)).await?;
    let typed = filled(&system, &watch, &group);
    let mut form =
        Form { subject: subject(&system), kind, typed, stored, kept: Kept::default(), errors: Errors::new() };
    if let Some(unsaved) = shown_again(&app, &mut viewer, &urls::system_edit(&system.key), &query.unsaved).await? {
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
    path: Path<String>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let (system, group, stored) = find(&app, &grant, &path).await?;
    let (kind, id) = (kind(&system.kind)?, system.id);
    let watch = app.store.read(move |db| systems::watch(db, id)).await?;
    let seen = posted.field("version").parse().unwrap_or(0);
    let before = filled(&system, &watch, &group);
    let attempt = Attempt::read(&app, &grant, &viewer, kind, posted, &before).await?;
    let (wanted, change) =
        (attempt.wanted(&app, &grant, &viewer), specify::Change { key: &system.key, seen_version: seen });
    let (wrong, status) = match specify::save_system(&app.store, &app.vault, &grant, change, wanted).await {
        Ok(check) => return Ok(saved(&app, &session, &system.key, check)),
        Err(OpError::Invalid(wrong)) => (wrong, StatusCode::UNPROCESSABLE_ENTITY),
        Err(OpError::Conflict(why)) => (vec![(VERSION.to_owned(), why)], StatusCode::CONFLICT),
        Err(error) => return Err(error.into()),
    };
    let form = attempt.refused(&app, &grant, &viewer, (subject(&system), stored), wrong).await?;
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

fn kind(word: &str) -> Result<&'static dyn Kind, Failure> {
    registry::kind(word).ok_or_else(Failure::not_found)
}

fn subject(system: &System) -> Subject {
    Subject::System { key: system.key.clone(), name: system.name.clone(), version: system.settings_version }
}

async fn find(
    app: &App,
    grant: &Grant<verbs::SpecifySystems>,
    key: &str,
) -> Result<(System, String, BTreeSet<String>), Failure> {
    let key = SystemKey::parse(key).ok_or_else(Failure::not_found)?;
    let grant = grant.clone();
    let found = app.store.read(move |db| {
        let (system, group) = systems::find(db, &grant, &key)?;
        let stored = credentials::of_system(db, system.id)?.into_iter().map(|sealed| sealed.slot).collect();
        Ok((system, group, stored))
    });
    Ok(found.await?)
}

/// Fields by the names that use cases know: without the prefix of a connector's.
fn bare(fields: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| (name.strip_prefix(SETTING).unwrap_or(name).to_owned(), value.clone())).collect()
}

/// What is stored, as it stands in the inputs.
fn filled(system: &System, watch: &Watch, group: &str) -> BTreeMap<String, String> {
    let mut typed: BTreeMap<String, String> =
        present::typed(&system.settings).into_iter().map(|(name, value)| (format!("{SETTING}{name}"), value)).collect();
    let mut put = |name: &str, value: String| typed.insert(name.to_owned(), value);
    put("name", system.name.clone());
    put("group", group.to_owned());
    put("production", if system.production { "yes" } else { "" }.to_owned());
    put("time_zone", system.time_zone.clone());
    put("timeout_minutes", (system.timeout_us / 60_000_000).to_string());
    put("max_attempts", system.max_attempts.to_string());
    put("freshness_hours", watch.freshness_us.map(|budget| (budget / 3_600_000_000).to_string()).unwrap_or_default());
    match system.schedule.parse() {
        Ok(Schedule::EveryMinutes(minutes)) => {
            put("schedule", "every".to_owned());
            put("every_minutes", minutes.to_string());
        }
        Ok(Schedule::DailyAt { hour, minute }) => {
            put("schedule", "daily".to_owned());
            put("daily_at", format!("{hour:02}:{minute:02}"));
        }
        Ok(Schedule::Cron(line)) => {
            put("schedule", "cron".to_owned());
            put("cron", line.as_str().to_owned());
        }
        Ok(Schedule::None) | Err(_) => {
            put("schedule", "none".to_owned());
        }
    }
    typed
}

/// A form that was sent.
struct Attempt {
    kind: &'static dyn Kind,
    posted: Posted,
    specified: Arc<Specified>,
}

impl Attempt {
    /// `before`: what the inputs held when the form was opened, by input name.
    async fn read(
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
        kind: &'static dyn Kind,
        posted: Posted,
        before: &BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let reference = posted.field(REFERENCE).to_owned();
        let sent =
            specify::Sent { kind, typed: bare(&posted.0), before: &bare(before), config: &app.config, reference };
        let specified = specify::read_with_kept(&app.store, &app.vault, grant, sent, viewer.now).await?;
        Ok(Self { kind, posted, specified: Arc::new(specified) })
    }

    fn wanted(&self, app: &App, grant: &Grant<verbs::SpecifySystems>, viewer: &Viewer) -> specify::Wanted {
        specify::Wanted {
            kind: self.kind,
            kinds: registry::kind,
            config: app.config.clone(),
            specified: self.specified.clone(),
            who: viewer.who(grant.principal()),
        }
    }

    /// The form with what was typed, and all that is wrong with it. Secrets are kept on the server.
    async fn refused(
        self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
        (subject, stored): (Subject, BTreeSet<String>),
        wrong: Vec<(String, String)>,
    ) -> Result<Form, Failure> {
        let Self { kind, posted, specified } = self;
        let kept = specify::keep(&app.store, &app.vault, grant, kind, &specified, viewer.now).await?;
        let of_kind = |name: &str| kind.fields().iter().find(|field| field.name == name);
        let input = |name: String| if of_kind(&name).is_some() { format!("{SETTING}{name}") } else { name };
        let again = kept.again.iter().cloned();
        let errors = errors_of(wrong.into_iter().chain(again).map(|(name, said)| (input(name), said)).collect());
        let secret =
            |name: &str| name.strip_prefix(SETTING).and_then(of_kind).is_some_and(|field| field.input.is_secret());
        // A private key in another field gets an error there, and is not sent back.
        let stray = |value: &str| value.contains("PRIVATE KEY");
        let mut typed: BTreeMap<String, String> =
            posted.0.into_iter().filter(|(name, value)| !secret(name) && !stray(value)).collect();
        if let Some(meant) = specified.schedule_meant {
            typed.insert(schedule::MODE.to_owned(), meant.to_owned());
        }
        Ok(Form { subject, kind, typed, stored, kept, errors })
    }
}

/// A form to be shown.
struct Form {
    subject: Subject,
    kind: &'static dyn Kind,
    typed: BTreeMap<String, String>,
    stored: BTreeSet<String>,
    kept: Kept,
    errors: Errors,
}

impl Form {
    /// With entries that were sent after their session had ended, on top of the version that they were typed on.
    fn with(self, unsaved: Unsaved) -> Self {
        let subject = match self.subject {
            Subject::System { key, name, version } => {
                Subject::System { key, name, version: unsaved.field(VERSION).parse().unwrap_or(version) }
            }
            Subject::New => Subject::New,
        };
        let again = "Enter it again: secrets are not kept when a session has ended.";
        let errors = unsaved.again.into_iter().map(|name| (name, again.to_owned())).collect();
        Self { subject, typed: unsaved.fields, errors, ..self }
    }

    /// The URLs to which stored credentials are sent without encryption, with the settings as typed.
    fn exposed(&self) -> Vec<String> {
        let slots = self.stored.iter().map(String::as_str);
        present::exposed(self.kind, &self.kind.read(&bare(&self.typed)).settings, slots)
    }

    async fn answer(
        self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
        status: StatusCode,
    ) -> Result<HttpResponse, Failure> {
        let scope = grant.scope().clone();
        let groups = app.store.read(move |db| groups::within(db, &scope)).await?;
        let exposed = self.exposed();
        let shown = EditView {
            subject: self.subject,
            kind: self.kind.kind(),
            kind_title: self.kind.title(),
            kinds: registry::all().iter().map(|kind| Choice::new(kind.kind(), kind.title())).collect(),
            fields: self.kind.fields(),
            typed: self.typed,
            stored: self.stored,
            kept: self.kept.slots,
            reference: self.kept.reference,
            errors: self.errors,
            exposed,
            roots: groups
                .iter()
                .map(|(_id, name)| (name.clone(), app.config.file_root(name).display().to_string()))
                .collect(),
            groups: groups.into_iter().map(|(_id, name)| Choice::new(name.clone(), name)).collect(),
            time_zones: time_zones(),
        };
        Ok(response::page_with(status, view(&viewer.shell(Some(Nav::Systems)), &shown)))
    }
}
