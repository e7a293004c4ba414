//! The gate before every handler: it takes the reader that [`trip`] has loaded, authorizes by the route table, and only
//! then reads the body and compares its CSRF token. A stranger gets the same answer to a good request and to a malformed
//! one.

use actix_session::{Session, SessionExt};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse};

use super::body;
use super::client_address::client_address;
use super::csrf::{self, Secret};
use super::rejection::{Rejection, check_reach};
use super::store::{ENDED, PERSON, UNREAD};
use super::trip::{self, Found, zone_of};
use super::unsaved::{EndedSession, forget, show_again, sign_in_first};
use super::{FLASH, SECRET, TOUCHED, flash_of};
use crate::access::Template;
use crate::ids::PersonId;
use crate::queries::Fault;
use crate::queries::access::{Located, who_can_assign};
use crate::web::error::WebError;
use crate::web::extract::{Body, Viewer, address};
use crate::web::loader::Page;
use crate::web::pages::errors::{self, ErrorPage};
use crate::web::route::{Access, Route};
use crate::web::state::App;
use crate::web::ui::PageContext;
use crate::web::{response, urls};

/// Lets a request through to its handler, or answers it.
///
/// # Errors
/// None itself: failures of handlers become pages here.
pub async fn gate(
    row: &'static Route,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = match request.app_data::<Data<App>>() {
        Some(app) => app.clone(),
        None => return Err(WebError::internal("the application has no state").into()),
    };
    let secure = app.portal.secure;
    let Identified { viewer, located, fresh, ended, page: loaded } = match identify(&app, row, &request) {
        Ok(found) => found,
        Err(failure) => {
            // Without a database nobody is known: the page is made for a stranger.
            let (secret, _cookie) = csrf::issue(&app.cookie_key, app.clock.now());
            let viewer = stranger(&app, client(&app, &request), secret);
            return Ok(answer(request, &viewer, &failure));
        }
    };
    request.extensions_mut().insert(viewer.clone());
    let allowed = admit(&app, row, &mut request, &viewer, (located, ended)).await;
    let mut response = match allowed.and_then(|()| loaded.transpose().map_err(Rejection::Failure)) {
        Err(Rejection::SeeOther(address)) => {
            request.into_response(HttpResponse::SeeOther().insert_header((LOCATION, address)).finish())
        }
        Err(Rejection::Stale(_fields)) => answer(request, &viewer, &WebError(ErrorPage::Stale)),
        Err(Rejection::Failure(WebError(trouble))) => {
            let trouble = with_help(&app, &viewer, trouble).await;
            answer(request, &viewer, &WebError(trouble))
        }
        Ok(loaded) => {
            if let Some(page) = loaded {
                request.extensions_mut().insert(page);
            }
            let path = request.path().to_owned();
            let response = next.call(request).await?.map_into_boxed_body();
            if response.status() == StatusCode::SEE_OTHER {
                // The request has succeeded, so an error here must not replace its response. The draft expires within the hour.
                let _ = forget(&app, row, &path, &viewer).await;
            }
            let failed = response.response().error().and_then(|error| error.as_error::<WebError>());
            match failed.map(|failure| failure.0.clone()) {
                Some(trouble) => {
                    let trouble = with_help(&app, &viewer, trouble).await;
                    let (request, _empty) = response.into_parts();
                    ServiceResponse::new(request, page(&viewer, &trouble))
                }
                None => response,
            }
        }
    };
    // A notice was shown once a page with it has been made.
    if viewer.flash.is_some() && response.status().is_success() && response.request().method() == Method::GET {
        response.request().get_session().remove(FLASH);
    }
    // Such answers have no form.
    if let Some(value) = fresh.filter(|_value| !matches!(row.access, Access::Anybody)) {
        let cookie = Cookie::build(csrf::cookie_name(secure), value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(secure)
            .finish();
        // A cookie of letters and digits always fits into a header.
        let _ = response.response_mut().add_cookie(&cookie);
    }
    Ok(response)
}

fn answer(request: ServiceRequest, viewer: &Viewer, failure: &WebError) -> ServiceResponse<BoxBody> {
    request.into_response(page(viewer, &failure.0))
}

/// The same with who can help a reader whose roles do not suffice.
async fn with_help(app: &App, viewer: &Viewer, trouble: ErrorPage) -> ErrorPage {
    let (ErrorPage::Forbidden { template, .. }, Some(actor)) = (&trouble, viewer.actor.clone()) else { return trouble };
    let Some(missing) = Template::parse(template) else { return trouble };
    match app.store.read(move |db| who_can_assign(db, &actor, missing)).await {
        Ok(help) => ErrorPage::Forbidden { template: missing.as_str(), help },
        // The page says what is missing without it.
        Err(_unread) => trouble,
    }
}

/// A page without the flash message of an earlier form.
pub(super) fn page(viewer: &Viewer, trouble: &ErrorPage) -> HttpResponse {
    let context = PageContext { flash: None, ..viewer.page_context(None) };
    let status = StatusCode::from_u16(trouble.status()).unwrap_or_default();
    let mut page = response::page_with(status, errors::view(&context, trouble));
    if let Some(seconds) = trouble.retry_after() {
        page.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    page
}

pub(super) fn stranger(app: &App, address: Option<String>, secret: Secret) -> Viewer {
    Viewer {
        actor: None,
        roles: String::new(),
        zone: app.portal.default_zone,
        secret,
        address,
        now: app.clock.now(),
        attention: 0,
        theme: None,
        flash: None,
    }
}

fn client(app: &App, request: &ServiceRequest) -> Option<String> {
    let peer = request.peer_addr()?.ip();
    // Read with what is no text in it: one bad byte must not hide what a proxy has appended.
    let lines = request.headers().get_all("x-forwarded-for");
    let lines: Vec<String> = lines.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    let forwarded: Vec<&str> = lines.iter().map(String::as_str).collect();
    Some(client_address(peer, &forwarded, &app.portal.trusted_proxies).to_string())
}

/// What is known of a request before it is admitted.
struct Identified {
    viewer: Viewer,
    /// Where the system of the address is.
    located: Option<Located>,
    /// The value of a new cookie if a stranger needs one.
    fresh: Option<String>,
    /// The session that it would belong to, had that not ended.
    ended: Option<EndedSession>,
    /// What the loader of the route has read.
    page: Option<Result<Page, WebError>>,
}

fn identify(app: &App, row: &Route, request: &ServiceRequest) -> Result<Identified, WebError> {
    let session = request.get_session();
    if let Some((fault, why)) = session.get::<(Option<String>, String)>(UNREAD).ok().flatten() {
        let fault = fault.and_then(|word| Fault::parse(&word));
        return Err(fault.map_or_else(|| WebError::internal(why), WebError::broken));
    }
    let whose = session.get::<(i64, String)>(ENDED).ok().flatten();
    let ended = whose.and_then(|(person, secret)| {
        Some(EndedSession { person: PersonId(person), secret: Secret::from_text(&secret)? })
    });
    let id = session.get::<i64>(PERSON).ok().flatten();
    if id.is_some() {
        let Some(Found { person: known, located, now, attention, page }) = trip::found() else {
            return Err(WebError::internal("a session was loaded without its person"));
        };
        let secret = session.get::<String>(SECRET).ok().flatten().and_then(|text| Secret::from_text(&text));
        if let (Some(person), Some(secret)) = (known, secret) {
            touch(&session, now.0);
            // It belongs to the page to which a form led: a form that is refused shows why, and nothing else.
            let kept = (!row.posts()).then(|| session.get::<String>(FLASH).ok().flatten()).flatten();
            let flash = kept.and_then(|text| flash_of(&text));
            let zone = zone_of(app, &person);
            let viewer = Viewer {
                actor: Some(person.actor),
                roles: role_summary(&person.roles),
                zone,
                secret,
                address: client(app, request),
                now,
                attention,
                theme: person.theme,
                flash,
            };
            return Ok(Identified { viewer, located, fresh: None, ended: None, page });
        }
        // The account was disabled, or the session is not one of ours any more.
        session.purge();
    }
    let now = app.clock.now();
    let kept = request
        .cookie(csrf::cookie_name(app.portal.secure))
        .and_then(|cookie| csrf::read(&app.cookie_key, cookie.value(), now));
    let (secret, fresh) = kept.map_or_else(
        || {
            let (secret, value) = csrf::issue(&app.cookie_key, now);
            (secret, Some(value))
        },
        |secret| (secret, None),
    );
    Ok(Identified { viewer: stranger(app, client(app, request), secret), located: None, fresh, ended, page: None })
}

/// Notes that the session is in use, at most once a minute.
fn touch(session: &Session, now: i64) {
    let touched = session.get::<i64>(TOUCHED).ok().flatten().unwrap_or(0);
    if now.saturating_sub(touched) > 60_000_000 && session.insert(TOUCHED, now).is_err() {
        log::warn!("the last use of a session could not be stored");
    }
}

fn role_summary(roles: &[(String, Option<String>)]) -> String {
    let words: Vec<String> = roles
        .iter()
        .map(|(collection, group)| match group {
            Some(group) => format!("{collection}, {group}"),
            None => collection.clone(),
        })
        .collect();
    words.join("; ")
}

async fn admit(
    app: &App,
    row: &'static Route,
    request: &mut ServiceRequest,
    viewer: &Viewer,
    (located, ended): (Option<Located>, Option<EndedSession>),
) -> Result<(), Rejection> {
    let set_up = app.is_set_up().await.map_err(WebError::from)?;
    match row.access {
        Access::SetUp if set_up => return Err(Rejection::SeeOther(urls::HOME.to_owned())),
        Access::SignIn | Access::SignedIn | Access::Needs(_) | Access::System(_) if !set_up => {
            return Err(Rejection::SeeOther(urls::SETUP.to_owned()));
        }
        Access::Public | Access::Anybody | Access::SetUp | Access::SignIn => return post(row, request, viewer).await,
        Access::SignedIn | Access::Needs(_) | Access::System(_) => {}
    }
    let Some(actor) = &viewer.actor else {
        return Err(Rejection::SeeOther(sign_in_first(app, row, request, viewer, ended).await));
    };
    match row.access {
        Access::Needs(needed) => needed.grant(actor, request)?,
        Access::System(needed) => {
            check_reach(actor, needed.any_of, located)?;
            needed.grant(actor, request)?;
        }
        Access::Public | Access::Anybody | Access::SetUp | Access::SignIn | Access::SignedIn => {}
    }
    match post(row, request, viewer).await {
        Err(Rejection::Stale(fields)) => Err(show_again(app, row, request, viewer, fields).await),
        other => other,
    }
}

async fn post(row: &Route, request: &mut ServiceRequest, viewer: &Viewer) -> Result<(), Rejection> {
    if address::has_nul(request.query_string()) {
        return Err(address::unreadable().into());
    }
    if row.posts() {
        let fields = body::read(row, request).await?;
        if !body::is_of(&viewer.secret, &fields) {
            return Err(Rejection::Stale(fields));
        }
        request.extensions_mut().insert(Body(fields));
    }
    Ok(())
}
