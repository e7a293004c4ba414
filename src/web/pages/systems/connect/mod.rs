//! Connecting a system in three pages, with a test before anything is saved. What is typed is kept as a draft of the
//! person; another person's draft is answered as one that does not exist.

pub mod duplicate;
pub mod location;
pub mod naming;
pub mod preview;
pub mod selection;
pub mod trial;

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::edit::fields::Step;
use super::edit::{self, Attempt, EditView, REFERENCE, Subject, SystemForm, bare};
use crate::access::{Grant, verbs};
use crate::domain::kind::{ConnectorKind, FormPage};
use crate::domain::stray_secret::has_secret;
use crate::domain::trial::TrialSort;
use crate::ids::DraftKey;
use crate::ops::connect::{self, Request};
use crate::ops::error::OpError;
use crate::ops::specify::{self, KeptSecrets};
use crate::queries::connect::{DraftOverview, Trial, draft_overview};
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::session::unsaved::{KEPT_SLOTS, SETTING, Unsaved};
use crate::web::state::App;
use crate::web::ui::field::summary_in_order;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Errors, PageContext, Tone, button, form, notice, page};
use crate::web::urls::{self, DraftPage};

type Specify = Grant<verbs::SpecifySystems>;

/// A draft of the reader.
pub(super) struct OpenDraft {
    pub(super) key: DraftKey,
    pub(super) kind: &'static dyn ConnectorKind,
    /// By input name, without secrets.
    pub(super) typed: BTreeMap<String, String>,
    pub(super) overview: DraftOverview,
}

impl OpenDraft {
    pub(super) async fn find(app: &App, grant: &Specify, viewer: &Viewer, key: DraftKey) -> Result<Self, WebError> {
        let (grant, now, wanted) = (grant.clone(), viewer.now, key.clone());
        let overview = app.store.read(move |db| draft_overview(db, &grant, &wanted, now)).await?;
        let typed = serde_json::from_str(&overview.draft.typed).unwrap_or_default();
        Ok(Self { key, kind: edit::kind(&overview.draft.kind)?, typed, overview })
    }

    /// A page that was sent. What was typed is kept, good or not.
    pub(super) async fn sent(
        &self,
        app: &App,
        grant: &Specify,
        viewer: &Viewer,
        (posted, step): (Posted, Step),
    ) -> Result<Attempt, WebError> {
        let mut all = self.typed.clone();
        all.extend(posted.0.iter().filter(|(name, _)| step.inputs(self.kind).contains(*name)).map(owned));
        if step == Step::Naming {
            all.insert("production".to_owned(), posted.field("production").to_owned());
        }
        connect::save(&app.store, grant, &self.key, without_secrets(self.kind, &all)).await?;
        all.insert(REFERENCE.to_owned(), self.key.as_str().to_owned());
        all.insert(KEPT_SLOTS.to_owned(), posted.field(KEPT_SLOTS).to_owned());
        Attempt::read(app, grant, viewer, self.kind, Posted(all), &self.typed).await
    }

    /// Has a worker test what was sent.
    pub(super) async fn test(
        &self,
        app: &App,
        grant: &Specify,
        viewer: &Viewer,
        attempt: &Attempt,
    ) -> Result<(), OpError> {
        let fields = fields_of(self.kind, &[Step::Naming, Step::Location]);
        let request = Request { key: self.key.clone(), sort: TrialSort::Check, fields };
        connect::request_trial(&app.store, &app.wake, grant, attempt.wanted(app, grant, viewer), request).await
    }

    /// Its form, as it was left.
    pub(super) async fn form(
        &self,
        app: &App,
        grant: &Specify,
        viewer: &Viewer,
        unsaved: Option<Unsaved>,
    ) -> Result<SystemForm, WebError> {
        let kept = specify::kept_slots(&app.store, grant, self.key.as_str(), viewer.now).await?;
        let mut form = self.form_with(kept);
        if let Some(mut unsaved) = unsaved {
            let typed = std::mem::take(&mut form.typed);
            unsaved.fields = typed.into_iter().chain(unsaved.fields).collect();
            form = form.with(unsaved);
        }
        Ok(form)
    }

    fn form_with(&self, kept: KeptSecrets) -> SystemForm {
        SystemForm {
            subject: Subject::New,
            kind: self.kind,
            typed: self.typed.clone(),
            stored: BTreeSet::new(),
            kept,
            errors: Errors::new(),
        }
    }

    /// The settings as far as they can be read.
    fn settings(&self) -> serde_json::Value {
        self.kind.read(&bare(&self.typed)).settings
    }

    /// The group that is typed.
    fn group(&self) -> Option<&str> {
        self.typed.get("group").map(String::as_str)
    }

    /// The last check, if it was of the location and the sign-in as they are now: what is selected there can change since.
    pub(super) fn current_check(&self) -> Option<&Trial> {
        let of_location = |mut settings: serde_json::Value| {
            let fields = self.kind.fields().iter().filter(|field| field.page == FormPage::Selection);
            if let Some(settings) = settings.as_object_mut() {
                fields.for_each(|field| drop(settings.remove(field.name)));
            }
            settings
        };
        let now = of_location(self.settings());
        let same = |check: &&Trial| tried(check).map(of_location) == Some(now.clone());
        let group = self.overview.group.as_deref() == self.group();
        self.overview.check.as_ref().filter(|_| group).filter(same)
    }

    /// The last preview, if it was of the settings as they are now.
    pub(super) fn current_preview(&self) -> Option<&Trial> {
        self.overview.preview.as_ref().filter(|preview| tried(preview) == Some(self.settings()))
    }
}

/// The settings that were tried.
fn tried(trial: &Trial) -> Option<serde_json::Value> {
    serde_json::from_str(&trial.settings).ok()
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

/// What may be kept as it is.
pub(super) fn without_secrets(kind: &dyn ConnectorKind, typed: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let inputs: BTreeSet<String> = Step::ALL.into_iter().flat_map(|step| step.inputs(kind)).collect();
    let is_secret = |name: &str| {
        let field = name.strip_prefix(SETTING).and_then(|name| kind.fields().iter().find(|field| field.name == name));
        field.is_some_and(|field| field.input.is_secret())
    };
    let kept = typed.iter().filter(|(name, value)| inputs.contains(*name) && !is_secret(name) && !has_secret(value));
    kept.map(owned).collect()
}

/// The names of the fields of these pages as use cases know them.
pub(super) fn fields_of(kind: &dyn ConnectorKind, steps: &[Step]) -> BTreeSet<String> {
    let inputs = steps.iter().flat_map(|step| step.inputs(kind));
    inputs.map(|name| name.strip_prefix(SETTING).unwrap_or(&name).to_owned()).collect()
}

/// One of the three pages.
pub(super) struct Frame<'a> {
    /// None before the draft is begun.
    pub(super) key: Option<&'a DraftKey>,
    pub(super) step: Step,
    pub(super) view: &'a EditView,
}

const fn page_of(step: Step) -> DraftPage {
    match step {
        Step::Naming => DraftPage::Naming,
        Step::Location => DraftPage::Location,
        Step::Selection => DraftPage::Selection,
    }
}

/// Head, steps and errors, and what the page has.
pub(super) fn framed(context: &PageContext, frame: &Frame<'_>, body: &Markup) -> Markup {
    let (view, here) = (frame.view, frame.step.labels(frame.view.fields));
    let is_here = |name: &String| here.iter().any(|(known, _)| known == name);
    let (own, other): (Errors, Errors) = view.errors.clone().into_iter().partition(|(name, _)| is_here(name));
    let beside = html! {
        @if frame.key.is_some() {
            p { (view.kind_title) " · This is a draft and is kept for one day. The system is created when you select Connect." }
        }
    };
    page(
        context,
        &format!("Connect a system: {}", frame.step.title()),
        &html! {
            (crumbs(&[(urls::SYSTEMS.to_owned(), "Systems")]))
            (head(&html! { "Connect a system" }, &beside, &edit::guide(if frame.key.is_some() { view.kind } else { "" })))
            (steps(frame))
            (elsewhere(frame, &other))
            (summary_in_order(&own, &here))
            (body)
        },
    )
}

fn steps(frame: &Frame<'_>) -> Markup {
    html! {
        ol.tabs aria-label="Steps" {
            @for (number, step) in Step::ALL.into_iter().enumerate() {
                @let title = html! { (number + 1) ". " (step.title()) };
                @match frame.key.filter(|_| step != frame.step) {
                    Some(key) => li { a href=(urls::draft(key, page_of(step))) { (title) } },
                    None => li aria-current=[(step == frame.step).then_some("step")] { (title) },
                }
                " "
            }
        }
    }
}

/// What is wrong on the other pages, with the way there.
fn elsewhere(frame: &Frame<'_>, errors: &Errors) -> Markup {
    let Some(key) = frame.key.filter(|_| !errors.is_empty()) else { return html! {} };
    notice::notice(
        Tone::Error,
        &html! {
            p { strong { (Tone::Error) "Not saved. Fix the following on another page:" } }
            ul {
                @for step in Step::ALL {
                    @for (name, label) in step.labels(frame.view.fields) {
                        @if let Some(error) = errors.get(&name) {
                            li { a href={ (urls::draft(key, page_of(step))) "#" (name) } { (step.title()) ": " (label) } ": " (error) }
                        }
                    }
                }
            }
        },
    )
}

/// *Discard draft*.
pub(super) fn discard(context: &PageContext, key: &DraftKey) -> Markup {
    html! {
        div.apart { (form(context, &urls::draft(key, DraftPage::Discard), &button("Discard draft", "small"))) }
    }
}
