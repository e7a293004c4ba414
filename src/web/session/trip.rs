//! The one trip of a request to a database thread: session, person, rights and page, in one read transaction.
//!
//! actix-session loads the session before the gate runs, and knows nothing of the route. Therefore [`planned`], which is
//! around it, leaves a plan for it here; `Plan::prepared` authorizes as the gate does before it reads the page, and what was
//! found is left for the gate. No extractor has run until the gate has authorized again.

use std::cell::RefCell;

use actix_web::body::MessageBody;
use actix_web::dev::{Path, ServiceRequest, ServiceResponse, Url};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::rejection::check_reach;
use crate::access::Actor;
use crate::clock::Stamp;
use crate::ids::{PersonId, SystemKey};
use crate::queries::access::{Located, Person, attention, caller};
use crate::queries::{Db, Result as Read};
use crate::web::error::WebError;
use crate::web::extract::address;
use crate::web::loader::{LoadError, Loader, Page, Reading};
use crate::web::route::{Access, Route};
use crate::web::state::App;

tokio::task_local! {
    static TRIP: RefCell<Trip>;
}

/// What the parts that handle a request leave for each other.
#[derive(Default)]
struct Trip {
    plan: Option<Plan>,
    found: Option<Found>,
}

/// What the database says of a request with an open session.
pub(super) struct Found {
    pub person: Option<Person>,
    /// Where the system of the address is.
    pub located: Option<Located>,
    pub now: Stamp,
    /// How many systems need attention, for the navigation.
    pub attention: i64,
    /// If the route names a loader, and the reader may have the page.
    pub page: Option<Result<Page, WebError>>,
}

/// What a request asks the database.
pub(super) struct Plan {
    app: Data<App>,
    row: &'static Route,
    system: Option<SystemKey>,
    path: Path<Url>,
    query: String,
}

impl Plan {
    /// Who asks, and where the system of the address is.
    pub(super) fn who(&self, db: &mut Db, person: PersonId, now: Stamp) -> Read<Found> {
        let (person, located) = caller(db, person, self.system.as_ref())?;
        let attention = person.as_ref().map(|person| attention(db, &person.actor)).transpose()?.unwrap_or_default();
        Ok(Found { person, located, now, attention, page: None })
    }

    /// The page, to be read next; nothing if the reader may not have it, or the route names no loader.
    pub(super) fn prepared(&self, found: &Found) -> Option<Prepared> {
        let person = found.person.as_ref()?;
        if !may_read(self.row.access, &person.actor, found.located) || address::has_nul(&self.query) {
            return None;
        }
        let load = self.row.load?;
        let reading = Reading {
            app: self.app.clone(),
            actor: person.actor.clone(),
            zone: zone_of(&self.app, person),
            now: found.now,
            path: self.path.clone(),
            query: self.query.clone(),
        };
        Some(Prepared { load, reading })
    }
}

/// A page that its reader may have.
pub(super) struct Prepared {
    load: Loader,
    reading: Reading,
}

impl Prepared {
    pub(super) fn read(self, db: &mut Db) -> Read<Result<Page, WebError>> {
        match (self.load)(&self.reading, db) {
            Ok(page) => Ok(Ok(page)),
            Err(LoadError::Refused(failure)) => Ok(Err(failure)),
            Err(LoadError::Store(error)) => Err(error),
        }
    }
}

/// Whether the gate will admit a reader, who is signed in.
fn may_read(access: Access, actor: &Actor, located: Option<Located>) -> bool {
    match access {
        Access::SignedIn => true,
        Access::Needs(needed) => actor.scope_of(needed.any_of).is_some(),
        Access::System(needed) => check_reach(actor, needed.any_of, located).is_ok(),
        Access::Public | Access::Anybody | Access::SetUp | Access::SignIn => false,
    }
}

/// The time zone of a person.
pub(super) fn zone_of(app: &App, person: &Person) -> chrono_tz::Tz {
    let own = person.time_zone.as_ref().and_then(|zone| zone.parse().ok());
    own.unwrap_or(app.portal.default_zone)
}

/// Leaves the plan of a request for the session that is loaded inside.
///
/// # Errors
/// None itself.
pub async fn planned(
    row: &'static Route,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let plan = request.app_data::<Data<App>>().map(|app| Plan {
        app: app.clone(),
        row,
        system: request
            .match_info()
            .get("system")
            .filter(|_| matches!(row.access, Access::System(_)))
            .and_then(SystemKey::parse),
        path: request.match_info().clone(),
        query: request.query_string().to_owned(),
    });
    TRIP.scope(RefCell::new(Trip { plan, found: None }), next.call(request)).await
}

/// The plan of this request.
pub(super) fn plan() -> Option<Plan> {
    TRIP.try_with(|trip| trip.borrow_mut().plan.take()).ok().flatten()
}

/// Leaves what was found for [`found`].
pub(super) fn leave(found: Option<Found>) {
    let _ = TRIP.try_with(|trip| trip.borrow_mut().found = found);
}

/// What the trip of this request found; nothing without an open session.
pub(super) fn found() -> Option<Found> {
    TRIP.try_with(|trip| trip.borrow_mut().found.take()).ok().flatten()
}
