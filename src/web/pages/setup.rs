//! Setup: the first administrator, created by the person who can read the console.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use secrecy::{ExposeSecret, SecretString};

use crate::ops::error::OpError;
use crate::ops::passwords::rules;
use crate::ops::people::{NAME_HINT, NewPerson};
use crate::ops::set_up::{SetUp, set_up};
use crate::web::error::WebError;
use crate::web::extract::{DeviceCookie, Posted, Viewer};
use crate::web::pages::errors::ErrorPage;
use crate::web::present::{errors_of, time_zones};
use crate::web::state::App;
use crate::web::{response, session};
use maud::{Markup, html};

use super::super::ui::field::{passwords_again, summary_in_order};
use super::super::ui::layout::head;
use super::super::ui::notice::notice;
use super::super::ui::{Choice, Control, Errors, FieldView, PageContext, Tone, button, form, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct SetupView {
    /// As typed, or filled in by the link on the console.
    pub token: String,
    /// The page was opened by a link whose code does not work any more, or never did.
    pub is_link_used: bool,
    pub name: String,
    pub time_zone: String,
    pub time_zones: Vec<Choice>,
    pub errors: Errors,
}

/// The code of the link on the console, which works once. It is not the setup token.
#[derive(Debug, serde::Deserialize)]
pub struct SetupQuery {
    #[serde(default)]
    token: String,
}

/// The empty form.
pub async fn show(viewer: Viewer, query: Query<SetupQuery>, app: Data<App>) -> HttpResponse {
    let token = app.setup_link.redeem(&query.token);
    let asked = SetupView {
        is_link_used: token.is_none() && !query.token.is_empty(),
        token: token.map(|token| token.expose_secret().to_owned()).unwrap_or_default(),
        name: String::new(),
        time_zone: app.portal.default_zone.name().to_owned(),
        time_zones: time_zones(),
        errors: Errors::default(),
    };
    response::page(view(&viewer.page_context(None), &asked))
}

/// Creates the first administrator and signs them in.
///
/// # Errors
/// When there were too many attempts, or the database cannot be written.
pub async fn submit(
    viewer: Viewer,
    form: Posted,
    device: DeviceCookie,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    if let Err(wait) = app.throttle.set_up(viewer.address.as_deref()) {
        return Err(WebError(ErrorPage::TooMany { seconds: wait.as_secs() }));
    }
    match set_up(&app.store, &app.passwords, typed(&form), viewer.address.clone(), viewer.now).await {
        Ok((id, verified)) => {
            session::begin(&session, id, &verified, viewer.now).map_err(WebError::internal)?;
            let cookie = device.after_sign_in(&app, form.field("name").trim(), viewer.now);
            Ok(response::with_cookie(response::see_other(urls::HOME), &cookie))
        }
        Err(OpError::Invalid(wrong)) => {
            let asked = SetupView {
                is_link_used: false,
                token: form.field("token").to_owned(),
                name: form.field("name").to_owned(),
                time_zone: form.field("time_zone").to_owned(),
                time_zones: time_zones(),
                errors: errors_of(wrong),
            };
            Ok(response::page_with(StatusCode::UNPROCESSABLE_ENTITY, view(&viewer.page_context(None), &asked)))
        }
        Err(error) => Err(error.into()),
    }
}

fn typed(form: &Posted) -> SetUp {
    let secret = |name: &str| SecretString::from(form.field(name));
    SetUp {
        token: secret("token"),
        person: NewPerson {
            name: form.field("name").to_owned(),
            password: secret("password"),
            time_zone: Some(form.field("time_zone").to_owned()),
        },
        password_again: secret("password_again"),
    }
}

/// The fields in the order of the form, for the list of errors.
const FIELDS: [(&str, &str); 5] = [
    ("token", "Setup token"),
    ("name", "User name"),
    ("password", "Password"),
    ("password_again", "Confirm password"),
    ("time_zone", "Time zone"),
];

#[must_use]
pub fn view(context: &PageContext, view: &SetupView) -> Markup {
    let fields = FIELDS.map(|(name, label)| (name.to_owned(), label.to_owned()));
    page(
        context,
        "Set up",
        &html! {
            div.narrow {
                (head(&html! { "Set up Syncdesk" }, &html! {}, &html! {}))
                @if view.is_link_used {
                    (notice(Tone::Warning, &html! { p { "This setup link was already used or is no longer valid. Enter the setup token from the console." } }))
                }
                p { "Create the first administrator. You need the setup token from the console." }
                (summary_in_order(&view.errors, &fields))
                div.box.pad { (form(context, urls::SETUP, &inputs(view))) }
            }
        },
    )
}

fn inputs(view: &SetupView) -> Markup {
    let [token, name, password, again, zone] = FIELDS;
    let new_password = Control::Password { autocomplete: "new-password" };
    let errors = passwords_again(&view.errors, &[password.0, again.0]);
    html! {
        (FieldView::new(token.0, token.1, &view.token, Control::Line)
            .help("Printed on the console when Syncdesk started. Run “syncdesk setup-token” for a new one.")
            .required().autocomplete("off").view(&view.errors))
        (FieldView::new(name.0, name.1, &view.name, Control::Line)
            .help(NAME_HINT).required().autocomplete("username").view(&view.errors))
        (FieldView::new(password.0, password.1, "", new_password).help(rules::HINT).required().view(&errors))
        (FieldView::new(again.0, again.1, "", new_password).required().view(&errors))
        (FieldView::new(zone.0, zone.1, &view.time_zone, Control::Suggest(&view.time_zones))
            .help("For example Europe/Berlin. Used to display times.")
            .required().autocomplete("off").view(&view.errors))
        div.row { (button("Create administrator", "primary")) }
    }
}
