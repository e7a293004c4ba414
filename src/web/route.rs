//! A row of the route table: its address, and who may come.

use actix_web::dev::ServiceRequest;
use actix_web::{FromRequest, Handler, HttpMessage, Responder, Route as ActixRoute};

use super::error::WebError;
use super::extract::Takes;
use super::loader::{LoadError, Loader, Reading};
use crate::access::{Actor, Permission, Verb};
use crate::queries::Db;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// A permission that a route needs.
#[derive(Clone, Copy)]
pub struct Needed {
    pub any_of: &'static [Verb],
    grant: fn(&Actor, &ServiceRequest) -> Result<(), WebError>,
}

impl Needed {
    /// Leaves the grant in the request.
    ///
    /// # Errors
    /// The template to ask for.
    pub fn grant(self, actor: &Actor, request: &ServiceRequest) -> Result<(), WebError> {
        (self.grant)(actor, request)
    }
}

const fn needed<P: Permission>() -> Needed {
    Needed { any_of: P::ANY_OF, grant: leave::<P> }
}

fn leave<P: Permission>(actor: &Actor, request: &ServiceRequest) -> Result<(), WebError> {
    let grant = actor.authorize::<P>()?;
    request.extensions_mut().insert(grant);
    Ok(())
}

/// Who may come.
#[derive(Clone, Copy)]
pub enum Access {
    /// Anybody, without a session: such answers need no database.
    Public,
    /// Anybody.
    Anybody,
    /// Anybody, while nobody administers the portal.
    SetUp,
    /// Anybody, once the portal is set up.
    SignIn,
    /// Everyone who is signed in.
    SignedIn,
    /// People who have the permission anywhere.
    Needs(Needed),
    /// People who have the permission in the group of the system in the path.
    System(Needed),
}

/// A row of the table.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub(super) handler: fn(ActixRoute) -> ActixRoute,
    /// Reads the page in the trip in which the reader is loaded, for a handler that takes it as `Loaded`.
    pub load: Option<Loader>,
    /// The page that has the form of a request: see [`Route::page`]. A function, because it looks for pages in the table,
    /// which names every page.
    pub(super) page: fn(&Route, &str) -> String,
}

impl Route {
    #[must_use]
    pub fn posts(&self) -> bool {
        self.method == Method::Post
    }

    /// The page that has the form that was sent to `path`: the nearest one above that can be opened.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        (self.page)(self, path)
    }

    pub(super) const fn is_public(&self) -> bool {
        matches!(self.access, Access::Public)
    }
}

/// Routes to the handler of a page, which takes what its loader reads.
pub(super) fn shows<T, H: Handler<Args>, Args>(
    route: ActixRoute,
    _load: fn(&Reading, &mut Db) -> Result<T, LoadError>,
    show: H,
) -> ActixRoute
where
    Args: Takes<T> + FromRequest + 'static,
    H::Output: Responder + 'static,
{
    route.to(show)
}

pub(super) const fn system<P: Permission>() -> Access {
    Access::System(needed::<P>())
}

pub(super) const fn needs<P: Permission>() -> Access {
    Access::Needs(needed::<P>())
}
