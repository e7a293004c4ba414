//! The reader's own account.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use secrecy::SecretString;

use crate::access::{Actor, Principal};
use crate::domain::theme::Theme;
use crate::ops::error::OpError;
use crate::ops::objection::Objection;
use crate::ops::passwords::rules;
use crate::ops::people as ops;
use crate::ops::sign_in as sessions_ops;
use crate::queries::account::account;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::present::{errors_of, time_zones};
use crate::web::state::App;
use crate::web::ui::Nav;
use crate::web::ui::Tone;
use crate::web::{response, session};
use maud::{Markup, html};

use crate::web::ui::field::{passwords_again, summary};
use crate::web::ui::layout::head;
use crate::web::ui::{Choice, Control, Errors, FieldView, PageContext, button, form, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct AccountView {
    pub name: String,
    pub assignments: Vec<AssignmentRow>,
    pub time_zone: String,
    pub time_zones: Vec<Choice>,
    /// `light`, `dark`, or nothing for the theme of the device.
    pub theme: String,
    /// Sessions that are signed in, this one included.
    pub sessions: i64,
    pub errors: Errors,
}

/// A role collection that the reader holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    pub collection: String,
    /// `all systems`, `group Finance`.
    pub reach: String,
    pub templates: Vec<String>,
}

/// The account of the person who is signed in.
///
/// # Errors
/// When the database cannot be read.
pub async fn show(viewer: Viewer, app: Data<App>) -> Result<HttpResponse, WebError> {
    let shown = load(&viewer, &app, Errors::default()).await?;
    Ok(response::page(view(&viewer.page_context(Some(Nav::Account)), &shown)))
}

/// Changes the password; every session ends, and a new one begins here.
///
/// # Errors
/// When the database cannot be written.
pub async fn change_password(
    viewer: Viewer,
    form: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let actor = actor(&viewer)?;
    let secret = |name: &str| SecretString::from(form.field(name));
    let typed = ops::NewPassword {
        current: secret("current"),
        password: secret("password"),
        password_again: secret("password_again"),
    };
    let changed = match app.throttle.change_password(actor.id()) {
        Err(wait) => Err(OpError::field("current", Objection::TooManyAttempts(wait))),
        Ok(()) => {
            ops::change_password(&app.store, &app.passwords, actor, typed, audit(&viewer, actor), viewer.now).await
        }
    };
    match changed {
        Ok(verified) => {
            session.clear();
            session::begin(&session, actor.id(), &verified, viewer.now).map_err(WebError::internal)?;
            session::tell(&session, Tone::Ok, "Password changed. All other sessions have ended.", None);
            Ok(response::see_other(urls::ACCOUNT))
        }
        Err(error) => refused(&viewer, &app, error).await,
    }
}

/// Changes the zone in which times are shown.
///
/// # Errors
/// When the database cannot be written.
pub async fn change_time_zone(
    viewer: Viewer,
    form: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let actor = actor(&viewer)?;
    let audit = audit(&viewer, actor);
    match ops::change_time_zone(&app.store, actor, form.field("time_zone"), audit, viewer.now).await {
        Ok(()) => {
            session::tell(&session, Tone::Ok, "Time zone saved.", None);
            Ok(response::see_other(urls::ACCOUNT))
        }
        Err(OpError::Invalid(wrong)) => {
            let typed = form.field("time_zone").to_owned();
            let shown = AccountView { time_zone: typed, ..load(&viewer, &app, errors_of(wrong)).await? };
            Ok(response::page_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                view(&viewer.page_context(Some(Nav::Account)), &shown),
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes how pages look.
///
/// # Errors
/// When the database cannot be written.
pub async fn change_theme(
    viewer: Viewer,
    form: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    match ops::change_theme(&app.store, actor(&viewer)?, form.field("theme")).await {
        Ok(()) => {
            session::tell(&session, Tone::Ok, "Theme saved.", None);
            Ok(response::see_other(urls::ACCOUNT))
        }
        Err(error) => refused(&viewer, &app, error).await,
    }
}

/// Ends every session of the person who is signed in, including this one.
///
/// # Errors
/// When the database cannot be written.
pub async fn sign_out_everywhere(viewer: Viewer, session: Session, app: Data<App>) -> Result<HttpResponse, WebError> {
    let actor = actor(&viewer)?;
    sessions_ops::sign_out_everywhere(&app.store, actor, audit(&viewer, actor), viewer.now).await?;
    session.purge();
    Ok(response::see_other(urls::SIGN_IN))
}

fn actor(viewer: &Viewer) -> Result<&Actor, WebError> {
    viewer.actor.as_ref().ok_or_else(WebError::not_found)
}

fn audit(viewer: &Viewer, actor: &Actor) -> crate::ops::audit::AuditLog {
    viewer.audit(&Principal::Person { id: actor.id(), name: actor.name().to_owned() })
}

async fn refused(viewer: &Viewer, app: &App, error: OpError) -> Result<HttpResponse, WebError> {
    match error {
        OpError::Invalid(wrong) => {
            let shown = load(viewer, app, errors_of(wrong)).await?;
            Ok(response::page_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                view(&viewer.page_context(Some(Nav::Account)), &shown),
            ))
        }
        other => Err(other.into()),
    }
}

async fn load(viewer: &Viewer, app: &App, errors: Errors) -> Result<AccountView, WebError> {
    let actor = actor(viewer)?;
    let (reader, now) = (actor.clone(), viewer.now);
    let (roles, sessions) = app.store.read(move |db| account(db, &reader, now)).await?;
    let assignments = roles
        .into_iter()
        .map(|(collection, group, templates)| AssignmentRow {
            collection,
            reach: group.map_or_else(|| "all systems".to_owned(), |group| format!("group {group}")),
            templates: templates.iter().map(|template| template.as_str().to_owned()).collect(),
        })
        .collect();
    Ok(AccountView {
        name: actor.name().to_owned(),
        assignments,
        time_zone: viewer.zone.name().to_owned(),
        time_zones: time_zones(),
        theme: viewer.theme.map_or("", Theme::as_str).to_owned(),
        sessions,
        errors,
    })
}

#[must_use]
pub fn view(context: &PageContext, view: &AccountView) -> Markup {
    page(
        context,
        "Your account",
        &html! {
            (head(&html! { "Your account" }, &html! { span.soft { bdi { (view.name) } } }, &html! {}))
            (summary(&view.errors))
            div.columns {
                (time_zone(context, view))
                (theme(context, view))
                (password(context, view))
                (sessions(context, view))
                (rights(view))
            }
        },
    )
}

fn time_zone(context: &PageContext, view: &AccountView) -> Markup {
    html! {
        section.box.pad aria-labelledby="zone" {
            h2 #zone { "Time zone" }
            (form(context, urls::ACCOUNT_TIME_ZONE, &html! {
                (FieldView::new("time_zone", "Time zone", &view.time_zone, Control::Suggest(&view.time_zones))
                    .help("For example Europe/Berlin. Used to display times.").required().autocomplete("off").view(&view.errors))
                div.row { (button("Save time zone", "")) }
            }))
        }
    }
}

fn theme(context: &PageContext, view: &AccountView) -> Markup {
    let choices = [("", "Device"), ("light", "Light"), ("dark", "Dark")].map(|(word, label)| Choice::new(word, label));
    html! {
        section.box.pad aria-labelledby="theme-title" {
            h2 #theme-title { "Theme" }
            (form(context, urls::ACCOUNT_THEME, &html! {
                (FieldView::new("theme", "Theme", &view.theme, Control::Choice(&choices))
                    .help("Device: follows the light or dark setting of this device.").view(&view.errors))
                div.row { (button("Save theme", "")) }
            }))
        }
    }
}

fn password(context: &PageContext, view: &AccountView) -> Markup {
    let fields = ["current", "password", "password_again"];
    let own = view.errors.iter().filter(|(field, _said)| fields.contains(&field.as_str()));
    let errors = passwords_again(&own.map(|(field, said)| (field.clone(), said.clone())).collect(), &fields);
    html! {
        section.box.pad aria-labelledby="password-title" {
            h2 #password-title { "Password" }
            (form(context, urls::ACCOUNT_PASSWORD, &html! {
                // For password managers, which need to know whose password this is.
                input.vh type="text" name="username" value=(view.name) autocomplete="username" readonly
                    tabindex="-1" aria-label="User name";
                (FieldView::new("current", "Current password", "", Control::Password { autocomplete: "current-password" })
                    .required().view(&errors))
                (FieldView::new("password", "New password", "", Control::Password { autocomplete: "new-password" })
                    .help(rules::HINT).required().view(&errors))
                (FieldView::new("password_again", "Confirm new password", "", Control::Password { autocomplete: "new-password" })
                    .required().view(&errors))
                p.soft { "All other sessions will end." }
                div.row { (button("Change password", "")) }
            }))
        }
    }
}

fn sessions(context: &PageContext, view: &AccountView) -> Markup {
    html! {
        section.box.pad aria-labelledby="sessions" {
            h2 #sessions { "Sessions" }
            p {
                @if view.sessions == 1 { "You are signed in on this browser only." }
                @else { "You are signed in on " (view.sessions) " browsers, including this one." }
            }
            (form(context, urls::ACCOUNT_SIGN_OUT, &html! { div.row { (button("Sign out everywhere", "")) } }))
        }
    }
}

fn rights(view: &AccountView) -> Markup {
    html! {
        section.box.pad aria-labelledby="rights" {
            h2 #rights { "Your roles" }
            @if view.assignments.is_empty() {
                p { "You have no roles yet. Ask an administrator." }
            } @else {
                dl {
                    @for row in &view.assignments {
                        div {
                            dt { bdi { (row.collection) } ", " bdi { (row.reach) } }
                            dd { @for template in &row.templates { a.mono href=(urls::help_role(template)) { (template) } " " } }
                        }
                    }
                }
            }
        }
    }
}
