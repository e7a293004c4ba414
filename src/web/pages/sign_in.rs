//! Signing in.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use secrecy::SecretString;

use crate::ops::sign_in::{SignInResult, sign_in};
use crate::web::error::WebError;
use crate::web::extract::{DeviceCookie, Posted, Viewer};
use crate::web::session::throttle::Attempt;
use crate::web::state::App;
use crate::web::{response, session};
use std::time::Duration;

use maud::{Markup, html};

use crate::web::ui::layout::head;
use crate::web::ui::{Control, Errors, FieldView, PageContext, Tone, button, duration, form, notice, page};
use crate::web::urls::{self, Ended};

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct SignInView {
    /// As typed.
    pub name: String,
    /// Where to go afterwards; empty for the start page.
    pub next: String,
    pub refused: Option<Refused>,
    /// Why it is shown to somebody who was signed in.
    pub ended: Option<Ended>,
}

/// Why somebody was not let in. A wrong name and a wrong password are one and the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    Wrong,
    TooMany {
        wait: Duration,
    },
    /// The form was too old, or its cookie was missing.
    Expired,
}

/// Where to go afterwards.
#[derive(Debug, serde::Deserialize)]
pub struct SignInQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    ended: Option<Ended>,
}

/// The empty form; redirects people who are signed in.
pub async fn show(viewer: Viewer, query: Query<SignInQuery>) -> HttpResponse {
    if viewer.actor.is_some() {
        let next = local(&query.next);
        return response::see_other(if next.is_empty() { urls::HOME } else { next });
    }
    let next = local(&query.next).to_owned();
    let asked = SignInView { name: String::new(), next, refused: None, ended: query.ended };
    response::page(view(&viewer.page_context(None), &asked))
}

/// Signs somebody in.
///
/// # Errors
/// When the database cannot be read.
pub async fn submit(
    viewer: Viewer,
    form: Posted,
    device: DeviceCookie,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let (name, next) = (form.field("name").trim(), local(form.field("next")));
    let known = device.known_for(&app, name, viewer.now);
    let attempt = Attempt { account: name, address: viewer.address.as_deref(), device: known };
    let refused = if let Err(wait) = app.throttle.sign_in(&attempt) {
        Refused::TooMany { wait }
    } else {
        let password = SecretString::from(form.field("password"));
        let address = viewer.address.clone();
        match sign_in(&app.store, &app.passwords, name, password, address, viewer.now).await? {
            SignInResult::In(id, verified) => {
                session::begin(&session, id, &verified, viewer.now).map_err(WebError::internal)?;
                let leads = response::see_other(if next.is_empty() { urls::HOME } else { next });
                return Ok(response::with_cookie(leads, &device.after_sign_in(&app, name, viewer.now)));
            }
            SignInResult::Refused(account) => {
                app.refusals.note(account, viewer.address.clone());
                Refused::Wrong
            }
        }
    };
    let status = match &refused {
        Refused::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refused::Wrong | Refused::Expired => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let asked =
        SignInView { name: form.field("name").to_owned(), next: next.to_owned(), refused: Some(refused), ended: None };
    Ok(response::page_with(status, view(&viewer.page_context(None), &asked)))
}

/// Signs out here.
pub async fn sign_out(session: Session) -> HttpResponse {
    session.purge();
    response::see_other(urls::SIGN_IN)
}

/// An address of this portal, or nothing: a link must not lead elsewhere after signing in.
fn local(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let here = next.starts_with('/') && !next.starts_with("//") && plain;
    if here { next } else { "" }
}

#[must_use]
pub fn view(context: &PageContext, view: &SignInView) -> Markup {
    let none = Errors::new();
    page(
        context,
        "Sign in",
        &html! {
            div.narrow {
                (head(&html! { "Sign in" }, &html! {}, &html! {}))
                @if let Some(refused) = &view.refused { (why(refused)) }
                @if let Some(ended) = view.ended { (notice::notice(Tone::Warning, &html! { p { (Tone::Warning) (said(ended)) } })) }
                div.box.pad {
                    (form(context, urls::SIGN_IN, &html! {
                        @if !view.next.is_empty() { input type="hidden" name="next" value=(view.next); }
                        (FieldView::new("name", "User name", &view.name, Control::Line)
                            .required().autocomplete("username").view(&none))
                        (FieldView::new("password", "Password", "", Control::Password { autocomplete: "current-password" })
                            .required().view(&none))
                        div.row { (button("Sign in", "primary")) }
                    }))
                }
                p.soft {
                    "No account, or forgot your password? Ask the people who run Syncdesk in your organization. On the server, "
                    code.mono { "syncdesk user add" } " creates an account, and " code.mono { "syncdesk user password" }
                    " sets a new password."
                }
            }
        },
    )
}

const fn said(ended: Ended) -> &'static str {
    match ended {
        Ended::Session => "Your session has ended. Sign in to continue.",
        Ended::Lost => "You are no longer signed in, so nothing was saved or started. Sign in, then try again.",
        Ended::Kept => {
            "Your session has ended, so nothing was saved yet. Your entries are kept for one hour. Sign in with the \
             same user name to see them in the form again."
        }
    }
}

fn why(refused: &Refused) -> Markup {
    let (tone, body) = match refused {
        Refused::Wrong => (Tone::Error, html! { "Wrong user name or password." }),
        Refused::TooMany { wait } => {
            (Tone::Warning, html! { "Too many attempts. Try again in " (duration(*wait)) "." })
        }
        Refused::Expired => (Tone::Warning, html! { "The form has expired. Sign in again. Cookies must be allowed." }),
    };
    notice::notice(tone, &html! { p { (tone) (body) } })
}
