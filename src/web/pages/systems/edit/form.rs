//! The form of a system between the page and the commands: what is stored, what was typed, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::view::view;
use super::{EditView, REFERENCE, Subject, VERSION};
use crate::access::{Grant, Verb, verbs};
use crate::domain::kind::ConnectorKind;
use crate::domain::schedule::Schedule;
use crate::domain::stray_secret::has_secret;
use crate::ops::objection::Objections;
use crate::ops::specify::{self, KeptSecrets, Specified};
use crate::queries::groups_in_reach;
use crate::queries::systems::SystemToEdit;
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::pages::systems::schedule;
use crate::web::present::{self, errors_of, time_zones};
use crate::web::response;
use crate::web::session::unsaved::Unsaved;
use crate::web::session::unsaved::{KEPT_SLOTS, SETTING};
use crate::web::state::App;
use crate::web::ui::{Choice, Errors, Nav};

/// The inputs of a new system of a kind.
pub(in crate::web::pages::systems) fn blank(
    kind: &dyn ConnectorKind,
    app: &App,
    viewer: &Viewer,
) -> BTreeMap<String, String> {
    let of_kind = kind.fields().iter().filter(|field| !field.input.is_secret());
    let mut typed: BTreeMap<String, String> =
        of_kind.map(|field| (format!("{SETTING}{}", field.name), field.default.to_owned())).collect();
    let minutes = (app.config.run_timeout.as_secs() / 60).max(1);
    let general = [
        ("max_attempts", "5".to_owned()),
        ("production", "yes".to_owned()),
        ("timeout_minutes", minutes.to_string()),
        ("time_zone", viewer.zone.name().to_owned()),
        ("schedule", "none".to_owned()),
    ];
    typed.extend(general.map(|(name, value)| (name.to_owned(), value)));
    typed
}

/// Fields by the names that use cases know: without the prefix of a connector's.
pub(in crate::web::pages::systems) fn bare(fields: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| (name.strip_prefix(SETTING).unwrap_or(name).to_owned(), value.clone())).collect()
}

/// Returns what is stored as values of the inputs.
pub(in crate::web::pages::systems) fn filled(found: &SystemToEdit) -> BTreeMap<String, String> {
    let SystemToEdit { system, group, watch, stored: _ } = found;
    let mut typed: BTreeMap<String, String> =
        present::typed(&system.settings).into_iter().map(|(name, value)| (format!("{SETTING}{name}"), value)).collect();
    let mut put = |name: &str, value: String| typed.insert(name.to_owned(), value);
    put("name", system.name.clone());
    put("group", group.clone());
    put("production", if system.production { "yes" } else { "" }.to_owned());
    put("admin_url", system.admin_url.clone().unwrap_or_default());
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
pub(in crate::web::pages::systems) struct Attempt {
    kind: &'static dyn ConnectorKind,
    posted: Posted,
    specified: Arc<Specified>,
}

impl Attempt {
    /// `before`: what the inputs held when the form was opened, by input name.
    pub(in crate::web::pages::systems) async fn read(
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
        kind: &'static dyn ConnectorKind,
        posted: Posted,
        before: &BTreeMap<String, String>,
    ) -> Result<Self, WebError> {
        let reference = posted.field(REFERENCE).to_owned();
        let shown_as_kept = posted.field(KEPT_SLOTS).split_whitespace().map(ToOwned::to_owned).collect();
        let (typed, before) = (bare(&posted.0), &bare(before));
        let sent = specify::Sent { kind, typed, before, config: &app.config, reference, shown_as_kept };
        let specified = specify::read_with_kept(&app.store, &app.vault, grant, sent, viewer.now).await?;
        Ok(Self { kind, posted, specified: Arc::new(specified) })
    }

    pub(in crate::web::pages::systems) fn wanted(
        &self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
    ) -> specify::Wanted {
        specify::Wanted {
            kind: self.kind,
            kinds: registry::kind,
            config: app.config.clone(),
            specified: self.specified.clone(),
            secrets: viewer.actor.as_ref().and_then(|actor| actor.authorize().ok()),
            audit: viewer.audit(grant.principal()),
        }
    }

    /// Keeps the secrets that were typed.
    pub(in crate::web::pages::systems) async fn keep(
        &self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
    ) -> Result<KeptSecrets, WebError> {
        Ok(specify::keep(&app.store, &app.vault, grant, self.kind, &self.specified, viewer.now).await?)
    }

    /// The form with what was typed, and all that is wrong with it. Secrets are kept on the server.
    pub(in crate::web::pages::systems) async fn refused(
        self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
        (subject, stored): (Subject, BTreeSet<String>),
        wrong: Objections,
    ) -> Result<SystemForm, WebError> {
        let kept = self.keep(app, grant, viewer).await?;
        let Self { kind, posted, specified } = self;
        let of_kind = |name: &str| kind.fields().iter().find(|field| field.name == name);
        let input = |name: String| if of_kind(&name).is_some() { format!("{SETTING}{name}") } else { name };
        let again = kept.again.iter().cloned();
        let errors = errors_of(wrong.into_iter().chain(again).map(|(name, said)| (input(name), said)));
        let secret =
            |name: &str| name.strip_prefix(SETTING).and_then(of_kind).is_some_and(|field| field.input.is_secret());
        // A secret in another field gets an error there, and is never sent to the browser.
        let mut typed: BTreeMap<String, String> =
            posted.0.into_iter().filter(|(name, value)| !secret(name) && !has_secret(value)).collect();
        if let Some(meant) = specified.schedule_meant {
            typed.insert(schedule::MODE.to_owned(), meant.to_owned());
        }
        Ok(SystemForm { subject, kind, typed, stored, kept, errors })
    }
}

/// A form to be shown.
pub(in crate::web::pages::systems) struct SystemForm {
    pub(in crate::web::pages::systems) subject: Subject,
    pub(in crate::web::pages::systems) kind: &'static dyn ConnectorKind,
    pub(in crate::web::pages::systems) typed: BTreeMap<String, String>,
    pub(in crate::web::pages::systems) stored: BTreeSet<String>,
    pub(in crate::web::pages::systems) kept: KeptSecrets,
    pub(in crate::web::pages::systems) errors: Errors,
}

impl SystemForm {
    /// With entries that were sent after their session had ended, on top of the version that they were typed on.
    pub(in crate::web::pages::systems) fn with(self, unsaved: Unsaved) -> Self {
        let subject = match self.subject {
            Subject::System { key, name, group, version } => {
                Subject::System { key, name, group, version: unsaved.field(VERSION).parse().unwrap_or(version) }
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

    pub(in crate::web::pages::systems) async fn answer(
        self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
        status: StatusCode,
    ) -> Result<HttpResponse, WebError> {
        let shown = self.into_view(app, grant, viewer).await?;
        Ok(response::page_with(status, view(&viewer.page_context(Some(Nav::Systems)), &shown)))
    }

    pub(in crate::web::pages::systems) async fn into_view(
        self,
        app: &App,
        grant: &Grant<verbs::SpecifySystems>,
        viewer: &Viewer,
    ) -> Result<EditView, WebError> {
        let grant = grant.clone();
        let groups = app.store.read(move |db| groups_in_reach(db, &grant)).await?;
        let exposed = self.exposed();
        let may_set_secrets = match &self.subject {
            Subject::System { group, .. } => viewer.may(&[Verb::SetCredentials], *group),
            Subject::New => viewer.may_anywhere(&[Verb::SetCredentials]),
        };
        Ok(EditView {
            subject: self.subject,
            kind: self.kind.kind(),
            kind_title: self.kind.title(),
            kinds: registry::all().iter().map(|kind| Choice::new(kind.kind(), kind.title())).collect(),
            fields: self.kind.fields(),
            typed: self.typed,
            stored: self.stored,
            kept: self.kept.slots,
            may_set_secrets,
            reference: self.kept.reference,
            errors: self.errors,
            exposed,
            roots: groups
                .iter()
                .map(|(_id, name)| (name.clone(), app.config.file_root(name).display().to_string()))
                .collect(),
            groups: groups.into_iter().map(|(_id, name)| Choice::new(name.clone(), name)).collect(),
            time_zones: time_zones(),
        })
    }
}
