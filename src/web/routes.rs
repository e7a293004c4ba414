//! The route table. Server, tests and the access snapshot walk this list and no other.

use std::collections::BTreeMap;

use actix_session::SessionMiddleware;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route as ActixRoute, guard};

use super::extract::address;
use super::pages;
pub use super::route::{Access, Method, Route};
use super::route::{needs, shows, system};
use super::session::gate::gate;
use super::session::store::Sessions;
use super::session::trip::planned;
use super::urls;
use crate::access::verbs::{
    CancelRun, CheckConnection, ConfirmDeletions, Export, HoldSystem, ManagePortal, ReadLogs, RequestRun, SeeRun,
    SeeSystem, SpecifySystems,
};

macro_rules! get {
    ($path:literal, $access:expr, $handler:path) => {
        Route {
            method: Method::Get,
            path: $path,
            access: $access,
            handler: |route| route.to($handler),
            load: None,
            page: page_of,
        }
    };
}

/// A page whose module has a loader beside its handler, which takes what that reads.
macro_rules! page {
    ($path:literal, $access:expr, $($module:ident)::+) => {
        Route {
            handler: |route| shows(route, $($module)::+::load, $($module)::+::show),
            load: Some(|reading, db| Ok(Box::new($($module)::+::load(reading, db)?))),
            ..get!($path, $access, $($module)::+::show)
        }
    };
}

macro_rules! post {
    ($path:literal, $access:expr, $handler:path) => {
        Route {
            method: Method::Post,
            path: $path,
            access: $access,
            handler: |route| route.to($handler),
            load: None,
            page: page_of,
        }
    };
}

/// Every route.
pub static ROUTES: &[Route] = &[
    get!("/", Access::SignedIn, pages::home::show),
    get!("/static/app.css", Access::Public, pages::assets::css),
    get!("/static/icon.svg", Access::Public, pages::assets::icon),
    get!("/health", Access::Public, pages::health::show),
    get!("/.well-known/security.txt", Access::Anybody, pages::security_txt::show),
    get!("/setup", Access::SetUp, pages::setup::show),
    post!("/setup", Access::SetUp, pages::setup::submit),
    get!("/sign-in", Access::SignIn, pages::sign_in::show),
    post!("/sign-in", Access::SignIn, pages::sign_in::submit),
    post!("/sign-out", Access::SignedIn, pages::sign_in::sign_out),
    get!("/account", Access::SignedIn, pages::account::show),
    post!("/account/password", Access::SignedIn, pages::account::change_password),
    post!("/account/theme", Access::SignedIn, pages::account::change_theme),
    post!("/account/time-zone", Access::SignedIn, pages::account::change_time_zone),
    post!("/account/sign-out-everywhere", Access::SignedIn, pages::account::sign_out_everywhere),
    page!("/help", Access::SignedIn, pages::help::index),
    get!("/help/connection", Access::SignedIn, pages::help::connection::show),
    get!("/help/guide/{page}", Access::SignedIn, pages::help::guide::show),
    page!("/help/codes/{code}", Access::SignedIn, pages::help::code),
    get!("/help/codes/{code}/note", needs::<ManagePortal>(), pages::help::note::show),
    post!("/help/codes/{code}/note", needs::<ManagePortal>(), pages::help::note::submit),
    post!("/help/codes/{code}/note/remove", needs::<ManagePortal>(), pages::help::note::remove),
    get!("/help/roles/{template}", Access::SignedIn, pages::help::role::show),
    page!("/logs", needs::<ReadLogs>(), pages::logs),
    page!("/logs/messages", needs::<ReadLogs>(), pages::logs::messages),
    page!("/logs/checks", needs::<SeeSystem>(), pages::logs::checks),
    get!("/logs.csv", needs::<ReadLogs>(), pages::logs::export::show),
    page!("/overview", needs::<SeeSystem>(), pages::overview),
    page!("/systems", needs::<SeeSystem>(), pages::systems::list),
    post!("/systems/bulk", needs::<SeeSystem>(), pages::systems::bulk::submit),
    page!("/systems/views", needs::<SeeSystem>(), pages::systems::views),
    post!("/systems/views", needs::<SeeSystem>(), pages::systems::views::submit),
    post!("/systems/views/{view}", needs::<SeeSystem>(), pages::systems::views::change),
    page!("/bulk/{bulk}", needs::<SeeSystem>(), pages::bulk),
    get!("/systems.csv", needs::<Export>(), pages::systems::export::show),
    get!("/systems/new", needs::<SpecifySystems>(), pages::systems::connect::naming::new),
    post!("/systems/new", needs::<SpecifySystems>(), pages::systems::edit::create),
    post!("/systems/connect", needs::<SpecifySystems>(), pages::systems::connect::naming::begin),
    get!("/systems/connect/{draft}", needs::<SpecifySystems>(), pages::systems::connect::location::show),
    post!("/systems/connect/{draft}", needs::<SpecifySystems>(), pages::systems::connect::location::submit),
    get!("/systems/connect/{draft}/name", needs::<SpecifySystems>(), pages::systems::connect::naming::show),
    post!("/systems/connect/{draft}/name", needs::<SpecifySystems>(), pages::systems::connect::naming::submit),
    get!("/systems/connect/{draft}/test", needs::<SpecifySystems>(), pages::systems::connect::trial::show),
    post!("/systems/connect/{draft}/test", needs::<SpecifySystems>(), pages::systems::connect::trial::submit),
    post!("/systems/connect/{draft}/folder", needs::<SpecifySystems>(), pages::systems::connect::trial::create_folder),
    get!("/systems/connect/{draft}/schedule", needs::<SpecifySystems>(), pages::systems::connect::selection::show),
    post!("/systems/connect/{draft}/schedule", needs::<SpecifySystems>(), pages::systems::connect::selection::submit),
    get!("/systems/connect/{draft}/preview", needs::<SpecifySystems>(), pages::systems::connect::preview::show),
    post!("/systems/connect/{draft}/discard", needs::<SpecifySystems>(), pages::systems::connect::naming::discard),
    post!("/systems/{system}/duplicate", system::<SpecifySystems>(), pages::systems::connect::duplicate::submit),
    page!("/systems/{system}", system::<SeeSystem>(), pages::systems::show),
    get!("/systems/{system}/edit", system::<SpecifySystems>(), pages::systems::edit::show),
    post!("/systems/{system}/edit", system::<SpecifySystems>(), pages::systems::edit::save),
    get!("/systems/{system}/hold", system::<HoldSystem>(), pages::systems::hold::show),
    post!("/systems/{system}/hold", system::<HoldSystem>(), pages::systems::hold::submit),
    post!("/systems/{system}/release", system::<HoldSystem>(), pages::systems::hold::release),
    page!("/systems/{system}/delete", system::<SpecifySystems>(), pages::systems::delete),
    post!("/systems/{system}/delete", system::<SpecifySystems>(), pages::systems::delete::submit),
    post!("/systems/{system}/synchronize", system::<RequestRun>(), pages::systems::synchronize::submit),
    post!("/systems/{system}/check", system::<CheckConnection>(), pages::systems::check::submit),
    page!("/systems/{system}/checks", system::<SeeSystem>(), pages::systems::checks),
    get!("/systems/{system}/checks/{check}", system::<SeeSystem>(), pages::systems::check::show),
    get!("/systems/{system}/connection", system::<SeeSystem>(), pages::help::connection::of_system),
    page!("/systems/{system}/queue", system::<SeeSystem>(), pages::systems::queue),
    page!("/systems/{system}/replica", system::<ReadLogs>(), pages::replica::sets),
    page!("/systems/{system}/replica/{set}", system::<ReadLogs>(), pages::replica::records),
    page!("/systems/{system}/replica/{set}/record", system::<ReadLogs>(), pages::replica::record),
    get!("/systems/{system}/replica/{set}/records.csv", system::<ReadLogs>(), pages::replica::export::csv),
    get!("/systems/{system}/replica/{set}/records.ndjson", system::<ReadLogs>(), pages::replica::export::ndjson),
    page!("/systems/{system}/runs/{run}", system::<SeeRun>(), pages::runs::show),
    get!("/systems/{system}/runs/{run}/live", system::<ReadLogs>(), pages::runs::live::show),
    page!("/systems/{system}/runs/{run}/cancel", system::<CancelRun>(), pages::runs::cancel),
    post!("/systems/{system}/runs/{run}/cancel", system::<CancelRun>(), pages::runs::cancel::submit),
    page!("/systems/{system}/runs/{run}/plan", system::<ConfirmDeletions>(), pages::runs::plan),
    post!("/systems/{system}/runs/{run}/plan/confirm", system::<ConfirmDeletions>(), pages::runs::plan::confirm),
    get!("/systems/{system}/runs/{run}/messages.csv", system::<ReadLogs>(), pages::runs::export::csv),
    get!("/systems/{system}/runs/{run}/messages.ndjson", system::<ReadLogs>(), pages::runs::export::ndjson),
];

static ELSEWHERE: Route = Route {
    method: Method::Get,
    path: "",
    access: Access::Anybody,
    handler: |route| route.to(pages::home::nowhere),
    load: None,
    page: page_of,
};

/// Registers the routes that need no session. Other methods at their addresses are left to [`register`].
pub fn register_public(config: &mut ServiceConfig) {
    for row in ROUTES.iter().filter(|row| row.is_public()) {
        let reads = guard::Any(guard::Get()).or(guard::Head());
        config.service(web::resource(row.path).guard(reads).route((row.handler)(web::route())));
    }
}

/// Registers every other route behind the gate. What can be read can be asked for by its head alone.
pub fn register(config: &mut ServiceConfig, session: &SessionMiddleware<Sessions>) {
    address::register(config);
    let mut root = Segments::default();
    for row in ROUTES.iter().filter(|row| !row.is_public()) {
        root.insert(row.path, row);
    }
    root.register(config, session);
}

/// The table by the segments of its paths: a request is compared segment by segment, not with the regular expression of
/// each path. The log of a run is found by 2 of them instead of 30 (`tests/bench/run routes`).
#[derive(Default)]
struct Segments {
    rows: Vec<&'static Route>,
    /// By the next segment, with its slash.
    below: BTreeMap<&'static str, Segments>,
}

impl Segments {
    fn insert(&mut self, rest: &'static str, row: &'static Route) {
        if rest.is_empty() {
            self.rows.push(row);
            return;
        }
        let end = rest.char_indices().skip(1).find(|(_, letter)| *letter == '/').map_or(rest.len(), |(end, _)| end);
        let (segment, rest) = rest.split_at(end);
        self.below.entry(segment).or_default().insert(rest, row);
    }

    fn register(&self, config: &mut ServiceConfig, session: &SessionMiddleware<Sessions>) {
        // Braces sort after letters: words are compared before parameters.
        for (segment, below) in &self.below {
            if below.below.is_empty() {
                config.service(below.resource(segment, session));
            } else {
                config.service(web::scope(segment).configure(|config| below.register(config, session)));
            }
        }
        if !self.rows.is_empty() {
            config.service(self.resource("", session));
        }
        config.default_service(gated(&ELSEWHERE, web::route(), session));
    }

    fn resource(&self, path: &str, session: &SessionMiddleware<Sessions>) -> Resource {
        let resource = web::resource(path).default_service(gated(&ELSEWHERE, web::route(), session));
        self.rows.iter().fold(resource, |resource, row| match row.method {
            Method::Get => resource.route(gated(row, web::get(), session)).route(gated(row, web::head(), session)),
            Method::Post => resource.route(gated(row, web::post(), session)),
        })
    }
}

fn gated(row: &'static Route, route: ActixRoute, session: &SessionMiddleware<Sessions>) -> ActixRoute {
    (row.handler)(route)
        .wrap(from_fn(move |request, next| gate(row, request, next)))
        .wrap(session.clone())
        .wrap(from_fn(move |request, next| planned(row, request, next)))
}

/// The page that has the form: the nearest one above its address that can be opened.
fn page_of(row: &Route, path: &str) -> String {
    let mut pattern = row.path;
    let is_page = |pattern: &str| ROUTES.iter().any(|row| row.method == Method::Get && row.path == pattern);
    while !is_page(pattern) {
        match pattern.rsplit_once('/') {
            Some((above, _last)) if !above.is_empty() => pattern = above,
            Some(_) | None => return urls::HOME.to_owned(),
        }
    }
    path.split('/').take(pattern.split('/').count()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_leads_to_a_page() {
        for (pattern, path, page) in [
            ("/systems/{system}/edit", "/systems/abc/edit", "/systems/abc/edit"),
            ("/systems/{system}/release", "/systems/abc/release", "/systems/abc"),
            (
                "/systems/{system}/runs/{run}/plan/confirm",
                "/systems/abc/runs/3/plan/confirm",
                "/systems/abc/runs/3/plan",
            ),
            ("/account/password", "/account/password", "/account"),
            ("/help/codes/{code}/note/remove", "/help/codes/X/note/remove", "/help/codes/X/note"),
            ("/sign-out", "/sign-out", "/"),
        ] {
            let row = ROUTES.iter().find(|row| row.posts() && row.path == pattern).unwrap();
            assert_eq!(row.page(path), page);
        }
        for kept in crate::web::session::unsaved::KEPT {
            let on = |method| ROUTES.iter().any(|row| row.path == kept && row.method == method);
            assert!(on(Method::Get) && on(Method::Post), "{kept}");
        }
    }
}
