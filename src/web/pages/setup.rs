//! Set-up: the first administrator, made by whoever reads the console.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use secrecy::SecretString;

use crate::ops::error::OpError;
use crate::ops::people::{NewPerson, set_up};
use crate::web::extract::{Posted, Viewer};
use crate::web::failure::Failure;
use crate::web::present::{errors_of, time_zones};
use crate::web::state::App;
use crate::web::{response, session};
use maud::{Markup, html};

use super::super::ui::field::summary;
use super::super::ui::layout::head;
use super::super::ui::{Choice, Control, Errors, FieldView, Shell, button, form, page};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct SetupView {
    /// As typed, or as it came in the address printed on the console.
    pub token: String,
    pub name: String,
    pub time_zone: String,
    pub time_zones: Vec<Choice>,
    pub errors: Errors,
}

/// The token may come with the address that the console prints.
#[derive(Debug, serde::Deserialize)]
pub struct SetupQuery {
    #[serde(default)]
    token: String,
}

/// The empty form.
pub async fn show(viewer: Viewer, query: Query<SetupQuery>, app: Data<App>) -> HttpResponse {
    let asked = SetupView {
        token: query.into_inner().token,
        name: String::new(),
        time_zone: app.portal.house_zone.name().to_owned(),
        time_zones: time_zones(),
        errors: Errors::default(),
    };
    response::page(view(&viewer.shell(None), &asked))
}

/// Makes the first administrator and signs them in.
///
/// # Errors
/// When the database cannot be written.
pub async fn submit(viewer: Viewer, form: Posted, session: Session, app: Data<App>) -> Result<HttpResponse, Failure> {
    let zone = form.field("time_zone").to_owned();
    let new = NewPerson {
        name: form.field("name").to_owned(),
        password: SecretString::from(form.field("password")),
        time_zone: Some(zone.clone()),
    };
    let repeated = form.field("password") == form.field("password_again");
    let made = if repeated {
        set_up(&app.store, &app.passwords, form.field("token"), new, viewer.address.clone(), viewer.now).await
    } else {
        Err(OpError::field("password_again", "The two passwords differ."))
    };
    match made {
        Ok(id) => {
            session::begin(&session, id, viewer.now).map_err(Failure::internal)?;
            Ok(response::see_other(urls::HOME))
        }
        Err(OpError::Invalid(wrong)) => {
            let asked = SetupView {
                token: form.field("token").to_owned(),
                name: form.field("name").to_owned(),
                time_zone: zone,
                time_zones: time_zones(),
                errors: errors_of(wrong),
            };
            Ok(response::page_with(StatusCode::UNPROCESSABLE_ENTITY, view(&viewer.shell(None), &asked)))
        }
        Err(error) => Err(error.into()),
    }
}

#[must_use]
pub fn view(shell: &Shell, view: &SetupView) -> Markup {
    page(
        shell,
        "Set up",
        &html! {
            div.narrow {
                (head(&html! { "Set up Syncdesk" }, &html! {}, &html! {}))
                p { "Nobody can sign in yet. Make the first administrator: this page is there once, for whoever can read the console." }
                (summary(&view.errors))
                div.card.sheet { (form(shell, urls::SETUP, &fields(view))) }
            }
        },
    )
}

fn fields(view: &SetupView) -> Markup {
    html! {
        (FieldView::new("token", "Set-up token", &view.token, Control::Line)
            .help("Printed on the console when Syncdesk started. “syncdesk setup-token” prints a new one.")
            .required().autocomplete("off").view(&view.errors))
        (FieldView::new("name", "Your name", &view.name, Control::Line)
            .help("You sign in with it.").required().autocomplete("username").view(&view.errors))
        (FieldView::new("password", "Password", "", Control::Password { autocomplete: "new-password" })
            .help("At least 12 characters. Long is better than complicated.").required().view(&view.errors))
        (FieldView::new("password_again", "Password again", "", Control::Password { autocomplete: "new-password" })
            .required().view(&view.errors))
        (FieldView::new("time_zone", "Your time zone", &view.time_zone, Control::Suggest(&view.time_zones))
            .help("Such as Europe/Berlin. Times are shown in it.").required().autocomplete("off").view(&view.errors))
        div.do { (button("Create administrator", "primary")) }
    }
}
